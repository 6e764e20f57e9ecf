import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isKernelcastError } from '../../../src/errors.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';
import { withLock } from '../../../src/store/disk/lock.ts';
import { temporaryFolder } from '../support.ts';

const OTHER = { token: 'other', host: hostname(), pid: process.ppid, started: null as string | null };

function place(path: string, holder: object): void {
  mkdirSync(path);
  writeFileSync(join(path, 'holder.json'), JSON.stringify(holder));
}

async function outcome(path: string, work: (check: () => Promise<void>) => Promise<unknown> = async () => {}) {
  try {
    await withLock(nodeFiles, path, 0, work);
    return 'done';
  } catch (error) {
    return isKernelcastError(error) ? error.code : `${error}`;
  }
}

/** The start of a process as the lock notes it. */
function startOf(pid: number): string | null {
  if (!existsSync(`/proc/${pid}/stat`)) return null;
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')[19];
}

test('one at a time, and nothing is left behind', async () => {
  const folder = temporaryFolder();
  const path = join(folder, '.lock');
  let inside = 0;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      withLock(nodeFiles, path, 10_000, async (check) => {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        await check();
        inside--;
      }),
    ),
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('it is given back when the work fails', async () => {
  const path = join(temporaryFolder(), '.lock');
  await expect(withLock(nodeFiles, path, 0, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(await outcome(path)).toBe('done');
});

describe('another holder', () => {
  test('that lives is respected, and named', async () => {
    const path = join(temporaryFolder(), '.lock');
    place(path, { ...OTHER, started: startOf(process.ppid) });
    expect(await outcome(path)).toBe('BUSY');
    await expect(withLock(nodeFiles, path, 0, async () => {})).rejects.toThrow(String(process.ppid));
  });

  test('that is dead is replaced at once', async () => {
    const path = join(temporaryFolder(), '.lock');
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    place(path, { ...OTHER, pid });
    expect(await outcome(path)).toBe('done');
  });

  test.runIf(startOf(process.pid))('whose number another process has now is replaced at once', async () => {
    for (const pid of [process.ppid, process.pid]) {
      const path = join(temporaryFolder(), '.lock');
      place(path, { ...OTHER, pid, started: '1' });
      expect(await outcome(path)).toBe('done');
    }
  });

  test('on another machine is replaced after its silence', async () => {
    const path = join(temporaryFolder(), '.lock');
    place(path, { ...OTHER, host: 'elsewhere' });
    expect(await outcome(path)).toBe('BUSY');
    const silent = new Date(Date.now() - 61_000);
    utimesSync(path, silent, silent);
    expect(await outcome(path)).toBe('done');
  });

  test('that left a lock of this process behind is replaced', async () => {
    const path = join(temporaryFolder(), '.lock');
    place(path, { ...OTHER, pid: process.pid, started: startOf(process.pid) });
    expect(await outcome(path)).toBe('done');
  });
});

test('who lost the lock is told before the commit, and does not remove that of the next', async () => {
  const path = join(temporaryFolder(), '.lock');
  const result = await outcome(path, async (check) => {
    rmSync(path, { recursive: true });
    place(path, { ...OTHER, started: startOf(process.ppid) });
    await check();
  });
  expect(result).toBe('BUSY');
  expect(JSON.parse(readFileSync(join(path, 'holder.json'), 'utf8')).token).toBe('other');
});
