import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerStart } from '../../src/cli/start.ts';
import { type ErrorCode, isKernelcastError } from '../../src/errors.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('kernelcast start', () => {
  it.each<[ErrorCode, ...string[]]>([
    ['USAGE', '--port', '65536'],
    ['USAGE', '--port', 'http'],
    ['USAGE', '--seconds-per-hour', '0'],
    ['USAGE', '--inbox', 'inbox'],
    ['USAGE', '--stations', 'stations.csv'],
    ['USAGE', '--require-key'],
    ['ENVIRONMENT', '--api-keys', 'nowhere'],
    ['NOT_FOUND', '--dataset', 'nowhere'],
    ['NOT_FOUND', '--dataset', 'real', '--inbox', 'inbox', '--stations', 'nowhere.csv'],
  ])('ends with %s on %s %s', async (code, ...args) => {
    const program = new Command();
    registerStart(program);
    const ended = program.parseAsync(['start', '--data', root, ...args], { from: 'user' });
    await expect(ended).rejects.toSatisfy((error) => isKernelcastError(error, code));
    expect((await readdir(root)).filter((name) => name !== 'jobs')).toEqual([]);
  });
});
