/**
 * One writer at a time for a folder of a bucket: an object that names its holder, taken and given back by conditional writes. A
 * holder writes it anew every few seconds; one that died on this machine is noticed at once, elsewhere by its silence, by the
 * bucket's clock. A lock is never deleted: that could not be made conditional everywhere.
 *
 * It spares writers work that would be in vain. That no update is lost does not hang on it: commits are conditional too.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { KernelcastError } from '../../errors.ts';
import { claimToken, dropToken, holderHere, holderSchema, isGone, SILENCE_MS } from '../disk/holder.ts';
import { parseJson } from '../manifest.ts';
import type { Objects } from './objects.ts';

/** `beat` makes each writing another content; no holder: the lock is free. */
const lockSchema = z.object({ holder: holderSchema.nullable(), beat: z.number() });
type Lock = z.infer<typeof lockSchema>;

const POLL_MS = 200;
const BEAT_MS = 10_000;

/**
 * Does `work` while holding the lock.
 * @param work gets a function that throws `BUSY` when the lock was lost; call it right before the commit
 * @throws KernelcastError `BUSY` naming the holder
 */
export async function withBucketLock<T>(
  objects: Objects,
  key: string,
  waitMs: number,
  work: (check: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const holder = holderHere(randomBytes(12).toString('hex'));
  // Known as held before it is: else another writer of this process could take it for a leftover.
  claimToken(holder.token);
  let etag: string | undefined;
  try {
    etag = await acquire(objects, key, encode({ holder, beat: 0 }), waitMs);
  } catch (error) {
    dropToken(holder.token);
    throw error;
  }
  let beat = 1;
  let beating = Promise.resolve();
  const write = async (lock: Lock) => {
    if (etag !== undefined) etag = await objects.putIf(key, encode(lock), { etag });
  };
  // What cannot be said now is said at the next beat; until then the silence counts.
  const timer = setInterval(() => {
    beating = beating.then(() => write({ holder, beat: beat++ })).catch(() => {});
  }, BEAT_MS);
  timer.unref();
  try {
    return await work(async () => {
      await beating;
      if (etag === undefined || (await objects.head(key))?.etag !== etag) {
        throw busy(objects, key, 'another process took the lock over');
      }
    });
  } finally {
    clearInterval(timer);
    await beating;
    await write({ holder: null, beat: beat++ }).catch(() => {});
    // A lock that could not be given back is stale from here on.
    dropToken(holder.token);
  }
}

/** @returns the etag of our lock */
async function acquire(objects: Objects, key: string, bytes: Uint8Array, waitMs: number): Promise<string> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const there = await objects.get(key);
    const lock = there && parseJson(Buffer.from(there.bytes).toString(), objects.nameOf(key), lockSchema);
    const isFree = !there || !lock?.holder || (isGone(lock.holder) ?? objects.now() - there.modifiedAt > SILENCE_MS);
    const etag = isFree ? await objects.putIf(key, bytes, there ? { etag: there.etag } : 'absent') : undefined;
    if (etag !== undefined) return etag;
    if (performance.now() >= deadline) {
      const { holder } = lock ?? {};
      throw busy(objects, key, holder ? `process ${holder.pid} on ${holder.host} is writing` : 'another is writing');
    }
    await sleep(POLL_MS);
  }
}

function encode(lock: Lock): Uint8Array {
  return Buffer.from(JSON.stringify(lock));
}

function busy(objects: Objects, key: string, what: string): KernelcastError {
  return new KernelcastError('BUSY', `locked: ${what}`, {
    where: { object: objects.nameOf(key) },
    hint: 'Try again when the other writer is done.',
  });
}
