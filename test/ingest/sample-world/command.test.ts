import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { NetCDFReader } from 'netcdfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerSampleWorld } from '../../../src/cli/sample-world.ts';
import { isKernelcastError } from '../../../src/errors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sample-world-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function sampleWorld(...args: string[]): Promise<void> {
  const program = new Command();
  registerSampleWorld(program);
  await program.parseAsync(['sample-world', '--resolution', '30', '--out', join(folder, 'new'), ...args], {
    from: 'user',
  });
}

describe('kernelcast sample-world', () => {
  it('writes a file for each month and the places, and leaves nothing else behind', async () => {
    await sampleWorld('--days', '2', '--start', '2024-02-29', '--seed', 'leap');
    expect(await readdir(join(folder, 'new'))).toEqual([
      'places.csv',
      'sample-world-2024-02.nc',
      'sample-world-2024-03.nc',
    ]);
    const reader = new NetCDFReader(await readFile(join(folder, 'new', 'sample-world-2024-03.nc')));
    expect(reader.recordDimension.length).toBe(24);
    expect(String(reader.getAttribute('source'))).toContain('seed leap, 30 degrees');
  });

  it.each([
    ['--days', '0'],
    ['--days', 'many'],
    ['--resolution', '7'],
    ['--start', 'yesterday'],
  ])('refuses %s %s before it writes anything', async (...args) => {
    await expect(sampleWorld(...args)).rejects.toSatisfy((error) => isKernelcastError(error, 'USAGE'));
    const written = (await readdir(folder)).length > 0 ? await readdir(join(folder, 'new')) : [];
    expect(written).toEqual([]);
  });
});
