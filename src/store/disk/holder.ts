/**
 * Who holds something: a folder with one file that names the process, renamed into place, so that it exists with its content
 * or not at all. A holder that died is noticed at once on the same machine (its process is gone, or another one has its
 * number), elsewhere by its silence: a holder touches its folder every few seconds.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../manifest.ts';
import { discard, temporaryName } from './atomic.ts';
import { type Files, fileError, systemCode } from './files.ts';

const HOLDER_NAME = 'holder.json';
const BEAT_MS = 10_000;
/** Who was not heard of for so long is taken for dead. */
export const SILENCE_MS = 60_000;

export const holderSchema = z.object({
  token: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** The start of the process as the kernel counts it, or null where it does not say; tells a reused pid. */
  started: z.string().nullable(),
});
export type Holder = z.infer<typeof holderSchema>;

/** Tokens of what this process holds. */
const held = new Set<string>();

/** Says that this process holds `token`, or is about to; what it does not say it holds is stale to its other writers. */
export function claimToken(token: string): void {
  held.add(token);
}

export function dropToken(token: string): void {
  held.delete(token);
}

/** This process, as others know it. */
export function holderHere(token: string): Holder {
  return { token, host: hostname(), pid: process.pid, started: processStart(process.pid) };
}

/** @returns false where somebody holds the path already */
export async function placeHolder(files: Files, path: string, token: string): Promise<boolean> {
  const temporary = join(dirname(path), temporaryName());
  try {
    await files.mkdir(temporary);
    const handle = await files.open(join(temporary, HOLDER_NAME), 'wx');
    try {
      await handle.writeFile(JSON.stringify(holderHere(token)));
    } finally {
      await handle.close();
    }
    await files.rename(temporary, path);
    return true;
  } catch (error) {
    await discard(files, temporary);
    // A folder that is not empty cannot be renamed over.
    if (['ENOTEMPTY', 'EEXIST'].includes(systemCode(error) ?? '')) return false;
    if (process.platform === 'win32' && systemCode(error) === 'EPERM') return false;
    throw fileError(error, 'take a lock', path);
  }
}

/** undefined where nobody holds the path. */
export async function readHolder(files: Files, path: string): Promise<Holder | undefined> {
  return readJson(files, join(path, HOLDER_NAME), holderSchema);
}

/** Touches the path every few seconds until the returned function is called. */
export function beat(files: Files, path: string): () => void {
  const timer = setInterval(() => {
    const now = new Date();
    files.utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Whether a process is no more, or holds this no longer; undefined where that cannot be told from here. */
export function isGone(holder: Holder): boolean | undefined {
  if (holder.host !== hostname()) return undefined;
  if (holder.pid === process.pid && holder.started === processStart(process.pid)) return !held.has(holder.token);
  return !isAlive(holder.pid) || holder.started !== processStart(holder.pid);
}

export async function isStale(files: Files, path: string, holder: Holder): Promise<boolean> {
  const gone = isGone(holder);
  if (gone !== undefined) return gone;
  try {
    return Date.now() - (await files.stat(path)).mtimeMs > SILENCE_MS;
  } catch {
    // Released meanwhile.
    return false;
  }
}

/** Removes a holder if it is still the one that we saw, and not one that a faster process put in its place. */
export async function takeAway(files: Files, path: string, seen: Holder): Promise<void> {
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
