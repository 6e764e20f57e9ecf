/**
 * One writer at a time for a folder: a lock that names its holder. It is itself a folder with one file, renamed into
 * place, so that it exists with its content or not at all. A holder that died is noticed at once on the
 * same machine (its process is gone), elsewhere by its silence. The holder checks before it commits that the lock is
 * still its own, so that a mistaken take-over ends in `BUSY`, never in a lost update.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { KernelcastError } from '../errors.ts';
import { discard, temporaryName } from './atomic.ts';
import { type Files, fileError, systemCode } from './files.ts';
import { readJson } from './manifest.ts';

const HOLDER_NAME = 'holder.json';
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
    const holder = await readHolder(files, path).catch(() => undefined);
    if (holder?.token === token) await takeAway(files, path, holder).catch(() => {});
    // A lock that could not be removed is stale from here on.
    held.delete(token);
  }
}

async function acquire(files: Files, path: string, token: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const holder = await readHolder(files, path);
    if (holder && (await isStale(files, path, holder))) await takeAway(files, path, holder);
    else if (!holder && (await tryCreate(files, path, token))) return;
    else if (performance.now() < deadline) await sleep(POLL_MS);
    else throw busy(path, holder ? `process ${holder.pid} on ${holder.host} is writing` : 'another process is writing');
  }
}

async function tryCreate(files: Files, path: string, token: string): Promise<boolean> {
  const holder: Holder = { token, host: hostname(), pid: process.pid, started: processStart(process.pid) };
  const temporary = join(dirname(path), temporaryName());
  try {
    await files.mkdir(temporary);
    const handle = await files.open(join(temporary, HOLDER_NAME), 'wx');
    try {
      await handle.writeFile(JSON.stringify(holder));
    } finally {
      await handle.close();
    }
    await files.rename(temporary, path);
    return true;
  } catch (error) {
    await discard(files, temporary);
    // A folder that is not empty cannot be renamed over: somebody holds the lock.
    if (['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) return false;
    if (process.platform === 'win32' && systemCode(error) === 'EPERM') return false;
    throw fileError(error, 'take a lock', path);
  }
}

/** undefined where nobody holds the lock. */
async function readHolder(files: Files, path: string): Promise<Holder | undefined> {
  return readJson(files, join(path, HOLDER_NAME), holderSchema);
}

async function isStale(files: Files, path: string, holder: Holder): Promise<boolean> {
  if (holder.host === hostname()) {
    if (holder.pid === process.pid && holder.started === processStart(process.pid)) return !held.has(holder.token);
    return !isAlive(holder.pid) || holder.started !== processStart(holder.pid);
  }
  try {
    return Date.now() - (await files.stat(path)).mtimeMs > SILENCE_MS;
  } catch {
    // Released meanwhile.
    return false;
  }
}

/** Removes a lock if it is still the one that we saw, and not one that a faster process put in its place. */
async function takeAway(files: Files, path: string, seen: Holder): Promise<void> {
  const aside = join(dirname(path), temporaryName());
  try {
    await files.rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw fileError(error, 'take over a lock', path);
  }
  const taken = await readHolder(files, aside);
  if (taken?.token !== seen.token) await files.rename(aside, path).catch(() => {});
  await discard(files, aside);
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
  return new KernelcastError('BUSY', `locked: ${what}`, {
    where: { file: path },
    hint: 'Try again when the other writer is done.',
  });
}
