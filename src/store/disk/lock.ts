/**
 * One writer at a time for a folder: a lock that names its holder (`holder.ts`). The holder checks before it commits that
 * the lock is still its own, so that a mistaken take-over ends in `BUSY`, never in a lost update.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KernelcastError } from '../../errors.ts';
import type { Files } from './files.ts';
import { beat, claimToken, dropToken, isStale, placeHolder, readHolder, takeAway } from './holder.ts';

const POLL_MS = 20;

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
  claimToken(token);
  try {
    await acquire(files, path, token, waitMs);
  } catch (error) {
    dropToken(token);
    throw error;
  }
  const silence = beat(files, path);
  try {
    return await work(async () => {
      if ((await readHolder(files, path))?.token !== token) throw busy(path, 'another process took the lock over');
    });
  } finally {
    silence();
    const holder = await readHolder(files, path).catch(() => undefined);
    if (holder?.token === token) await takeAway(files, path, holder).catch(() => {});
    // A lock that could not be removed is stale from here on.
    dropToken(token);
  }
}

async function acquire(files: Files, path: string, token: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const holder = await readHolder(files, path);
    if (holder && (await isStale(files, path, holder))) await takeAway(files, path, holder);
    else if (!holder && (await placeHolder(files, path, token))) return;
    else if (performance.now() < deadline) await sleep(POLL_MS);
    else throw busy(path, holder ? `process ${holder.pid} on ${holder.host} is writing` : 'another process is writing');
  }
}

function busy(path: string, what: string): KernelcastError {
  return new KernelcastError('BUSY', `locked: ${what}`, {
    where: { file: path },
    hint: 'Try again when the other writer is done.',
  });
}
