/**
 * One writer at a time for a folder: a lock file that names its holder. A holder that died is noticed at once on the
 * same machine (its process is gone), elsewhere by its silence. The holder checks before it commits that the lock is
 * still its own, so that a mistaken take-over ends in `BUSY`, never in a lost update.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { KernelcastError } from '../errors.ts';
import { type Files, fileError, systemCode } from './files.ts';

const BEAT_MS = 10_000;
const SILENCE_MS = 60_000;
const POLL_MS = 20;

const holderSchema = z.object({
  token: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** The start of the process as the kernel counts it, or null where it does not say; tells a reused pid. */
  started: z.string().nullable(),
});
type Holder = z.infer<typeof holderSchema>;

/** Tokens of the locks that this process holds. */
const held = new Set<string>();

/**
 * Does `work` while holding the lock at `path`.
 * @param waitMs how long to wait for another holder
 * @param work gets a function that throws `BUSY` when the lock was lost; call it right before the commit
 * @throws KernelcastError `BUSY` naming the holder
 */
export async function withLock<T>(
  files: Files,
  path: string,
  waitMs: number,
  work: (check: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const token = randomBytes(12).toString('hex');
  // Known as held before the file exists: else another writer of this process could take it for a leftover.
  held.add(token);
  try {
    await acquire(files, path, token, waitMs);
  } catch (error) {
    held.delete(token);
    throw error;
  }
  const beat = setInterval(() => {
    const now = new Date();
    files.utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  beat.unref();
  try {
    return await work(async () => {
      if ((await readHolder(files, path))?.token !== token) throw busy(path, 'another process took the lock over');
    });
  } finally {
    clearInterval(beat);
    held.delete(token);
    // A lock that cannot be removed now is stale from here on: its token is held by nobody.
    if ((await readHolder(files, path).catch(() => undefined))?.token === token) {
      await files.unlink(path).catch(() => {});
    }
  }
}

async function acquire(files: Files, path: string, token: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    if (await tryCreate(files, path, token)) return;
    const holder = await readHolder(files, path);
    if (await isStale(files, path, holder)) {
      await takeAway(files, path, holder);
    } else if (performance.now() >= deadline) {
      throw busy(path, holder ? `process ${holder.pid} on ${holder.host} is writing` : 'another process is writing');
    } else {
      await sleep(POLL_MS);
    }
  }
}

async function tryCreate(files: Files, path: string, token: string): Promise<boolean> {
  const holder: Holder = { token, host: hostname(), pid: process.pid, started: processStart(process.pid) };
  try {
    const handle = await files.open(path, 'wx');
    try {
      await handle.writeFile(JSON.stringify(holder));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    await files.unlink(path).catch(() => {});
    throw fileError(error, 'make a lock file', path);
  }
}

/** undefined: no lock, or one whose writing was cut short. */
async function readHolder(files: Files, path: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await files.readFile(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === undefined || systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, 'read a lock file', path);
  }
}

async function isStale(files: Files, path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host === hostname()) {
    if (holder.pid === process.pid && holder.started === processStart(process.pid)) return !held.has(holder.token);
    return !isAlive(holder.pid) || holder.started !== processStart(holder.pid);
  }
  try {
    return Date.now() - (await files.stat(path)).mtimeMs > SILENCE_MS;
  } catch {
    return false;
  }
}

/** Removes a stale lock - but not one that a faster process put in its place meanwhile. */
async function takeAway(files: Files, path: string, seen: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await files.rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw fileError(error, 'take over a lock file', path);
  }
  const taken = await readHolder(files, aside);
  if (taken?.token !== seen?.token) await files.link(aside, path).catch(() => {});
  await files.unlink(aside).catch(() => {});
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Field 22 of proc(5) `stat`; null where there is no such file. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function busy(path: string, what: string): KernelcastError {
  return new KernelcastError('BUSY', `the dataset is locked: ${what}`, {
    where: { file: path },
    hint: 'Try again when the other writer is done.',
  });
}
