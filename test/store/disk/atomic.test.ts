import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isKernelcastError } from '../../../src/errors.ts';
import {
  LEFTOVER_AGE_MS,
  makeFolder,
  publishFolder,
  sweepTemporary,
  writeAtomically,
} from '../../../src/store/disk/atomic.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';
import { type Fault, faultyFiles, temporaryFolder } from '../support.ts';

const OLD = Buffer.from('the old content');
const NEW = Buffer.from('the new, longer content');
const FAULTS: Fault[] = ['error', 'short-write', 'crash'];

test('a file is fsynced before its rename, and its folder after', async () => {
  const folder = temporaryFolder();
  const { files, calls } = faultyFiles();
  await writeAtomically(files, join(folder, 'a'), NEW);
  const order = calls.map((call) => call.split(' ')[0]);
  expect(order).toEqual(['open', 'write', 'sync', 'close', 'rename', 'open', 'sync', 'close']);
  expect(calls.at(-2)).toBe(`sync ${folder}`);
});

test('a folder is renamed when its files and itself are durable, and its parent is fsynced after', async () => {
  const root = temporaryFolder();
  const { files, calls } = faultyFiles();
  await publishFolder(files, join(root, 'run'), new Map([['manifest.json', NEW]]));
  const temporary = calls.find((call) => call.startsWith('rename'))!.split(' ')[1];
  const order = calls.filter((call) => /^(sync|rename)/.test(call));
  const file = join(temporary, 'manifest.json');
  expect(order).toEqual([`sync ${file}`, `sync ${temporary}`, `rename ${temporary}`, `sync ${root}`]);
});

test('a folder that is made is made durable in each folder above it', async () => {
  const root = temporaryFolder();
  const { files, calls } = faultyFiles();
  await makeFolder(files, join(root, 'a', 'b', 'c'));
  expect(calls.filter((call) => call.startsWith('sync'))).toEqual([
    `sync ${join(root, 'a', 'b')}`,
    `sync ${join(root, 'a')}`,
    `sync ${root}`,
  ]);
});

test.each(FAULTS)('a file being replaced is the old or the new one whatever fails (%s)', async (fault) => {
  let points = 0;
  for (let failing = 0; ; failing++) {
    const path = join(temporaryFolder(), 'a');
    writeFileSync(path, OLD);
    const { files, calls } = faultyFiles(failing, fault);
    const failed = await writeAtomically(files, path, NEW).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (calls.length <= failing) break;
    points++;
    const content = readFileSync(path);
    expect(content.equals(OLD) || content.equals(NEW)).toBe(true);
    expect(isKernelcastError(failed, 'ENVIRONMENT') && failed.where.file).toContain(dirname(path));
    expect(isKernelcastError(failed) && failed.hint).toMatch(/disk is full/);
    if (fault !== 'crash') expect(readdirSync(dirname(path))).toEqual(['a']);
  }
  expect(points).toBe(8);
});

test.each(FAULTS)('a folder is published whole or not at all whatever fails (%s)', async (fault) => {
  const entries = new Map([
    ['x.arrow', OLD],
    ['manifest.json', NEW],
  ]);
  let points = 0;
  for (let failing = 0; ; failing++) {
    const target = join(temporaryFolder(), 'runs', 'one');
    const { files, calls } = faultyFiles(failing, fault);
    const outcome = await publishFolder(files, target, entries).catch(() => 'failed');
    if (calls.length <= failing) {
      expect(outcome).toBe('published');
      break;
    }
    points++;
    if (existsSync(target)) {
      expect(readFileSync(join(target, 'x.arrow')).equals(OLD)).toBe(true);
      expect(readFileSync(join(target, 'manifest.json')).equals(NEW)).toBe(true);
    } else {
      expect(outcome).toBe('failed');
    }
    expect(await publishFolder(nodeFiles, target, entries)).toMatch(/published|exists/);
  }
  expect(points).toBeGreaterThan(15);
});

test('what exists is never replaced, and of two publishers one wins', async () => {
  const target = join(temporaryFolder(), 'run');
  const outcomes = await Promise.all(
    ['a', 'b', 'c'].map((text) => publishFolder(nodeFiles, target, new Map([['manifest.json', Buffer.from(text)]]))),
  );
  expect(outcomes.filter((outcome) => outcome === 'published')).toHaveLength(1);
  const winner = readFileSync(join(target, 'manifest.json'), 'utf8');
  expect(winner).toBe('abc'[outcomes.indexOf('published')]);
  expect(await publishFolder(nodeFiles, target, new Map([['manifest.json', NEW]]))).toBe('exists');
  expect(readFileSync(join(target, 'manifest.json'), 'utf8')).toBe(winner);
  expect(readdirSync(dirname(target))).toEqual(['run']);
});

test('only old temporary names are swept', async () => {
  const folder = temporaryFolder();
  const now = Date.now();
  const old = new Date(now - LEFTOVER_AGE_MS - 60_000);
  for (const name of ['.tmp-0123456789abcdef', '.tmp-mine', 'data.arrow', '.lock']) {
    writeFileSync(join(folder, name), 'x');
    utimesSync(join(folder, name), old, old);
  }
  mkdirSync(join(folder, '.tmp-aaaaaaaaaaaaaaaa'));
  writeFileSync(join(folder, '.tmp-aaaaaaaaaaaaaaaa', 'part'), 'x');
  utimesSync(join(folder, '.tmp-aaaaaaaaaaaaaaaa'), old, old);
  writeFileSync(join(folder, '.tmp-fedcba9876543210'), 'young');
  await sweepTemporary(nodeFiles, folder, now);
  expect(readdirSync(folder).sort()).toEqual(['.lock', '.tmp-fedcba9876543210', '.tmp-mine', 'data.arrow']);
});
