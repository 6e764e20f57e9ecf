import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { monthFiles } from '../../../ingest/sample-world/month-files.ts';
import { SampleWorldSource } from '../../../ingest/sample-world/world-source.ts';
import { parseHour } from '../../../src/domain/time.ts';

const stations = [{ id: 'paris', name: 'Paris', country: 'FR', latitude: 50, longitude: 0, elevation: null }];
const january = parseHour('2025-01-01');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'world-source-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the sample world as a source', () => {
  it('makes a month when it is first needed, and those before it, and takes what is there', async () => {
    const told: string[] = [];
    const resolution = 30;
    const source = new SampleWorldSource({
      folder: join(folder, 'new'),
      stations,
      resolution,
      onProgress: (what) => told.push(what),
    });
    const from = parseHour('2025-02-03T04');
    const series = await source.read(from, from + 2);
    expect(series).toMatchObject({ from, hours: 2 });
    expect(series.variables.temperature_2m?.values).toHaveLength(2);
    expect(await readdir(join(folder, 'new'))).toEqual(['sample-world-2025-01.nc', 'sample-world-2025-02.nc']);
    expect(told[0]).toBe('making the weather of 2025-01-01');
    expect(told.at(-1)).toBe('reading the weather of 2025-02 at 1 places');

    // What is made later belongs to the same world as what was made first.
    const february = await readFile(join(folder, 'new', 'sample-world-2025-02.nc'));
    await rm(join(folder, 'new', 'sample-world-2025-02.nc'));
    await new SampleWorldSource({ folder: join(folder, 'new'), stations, resolution }).read(from, from + 1);
    const again = await readFile(join(folder, 'new', 'sample-world-2025-02.nc'));
    expect(Buffer.compare(again, february)).toBe(0);
    // Here too, though this source has come past that month.
    await rm(join(folder, 'new', 'sample-world-2025-01.nc'));
    await source.read(january, january + 1);
    expect(await readdir(join(folder, 'new'))).toContain('sample-world-2025-01.nc');
  });

  it('does not make a file that is there, whatever world it is of', async () => {
    for await (const { name, bytes } of monthFiles({ resolution: 30, seed: 'other', end: january + 5 })) {
      await writeFile(join(folder, name), bytes);
    }
    const before = await readdir(folder);
    const told: string[] = [];
    const source = new SampleWorldSource({ folder, stations, onProgress: (what) => told.push(what) });
    await source.read(january, january + 5);
    expect(told).toEqual(['reading the weather of 2025-01 at 1 places']);
    expect(await readdir(folder)).toEqual(before);
  });
});
