/**
 * Published or not: there is nothing in between. A file is written under a temporary name, fsynced, renamed, and its
 * folder fsynced; a folder likewise, as a whole. A crash at any instant leaves the old state or the new one, and at most
 * some temporary names, which `sweepTemporary` removes once they are too old to belong to a living writer.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Entries } from '../storage.ts';
import { type Files, fileError, listFolder, systemCode } from './files.ts';

/** A name that `sweepTemporary` knows. */
export const TEMPORARY = /^\.tmp-[0-9a-f]{16}$/;

/** How old a temporary name must be before it counts as left over by a crash. */
export const LEFTOVER_AGE_MS = 3_600_000;

/** A name that `sweepTemporary` knows. */
export function temporaryName(): string {
  return `.tmp-${randomBytes(8).toString('hex')}`;
}

/** Makes a folder and those above it, durably. */
export async function makeFolder(files: Files, folder: string): Promise<void> {
  try {
    const first = await files.mkdir(folder, { recursive: true });
    if (first === undefined) return;
    for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(files, dirname(made));
  } catch (error) {
    throw fileError(error, 'make a folder', folder);
  }
}

/** Replaces (or makes) one file as a whole. The folder must exist. */
export async function writeAtomically(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  try {
    await writeNew(files, temporary, bytes, true);
    await files.rename(temporary, path);
  } catch (error) {
    await discard(files, temporary);
    throw fileError(error, 'write a file', path);
  }
  await syncFolder(files, folder);
}

/**
 * Publishes a folder of files as a whole. The last entry is written last; nothing is ever replaced.
 * @param isDurable forces it to the disk; without that a power cut may leave files that are short or empty
 * @returns 'exists' when the folder is there already; it is left as it is.
 */
export async function publishFolder(
  files: Files,
  target: string,
  entries: Entries,
  isDurable = true,
): Promise<'published' | 'exists'> {
  const parent = dirname(target);
  if (await exists(files, target)) return 'exists';
  await makeFolder(files, parent);
  const temporary = join(parent, temporaryName());
  try {
    await files.mkdir(temporary);
    for await (const [name, bytes] of entries) await writeNew(files, join(temporary, name), bytes, isDurable);
    if (isDurable) await syncFolder(files, temporary);
    await files.rename(temporary, target);
  } catch (error) {
    await discard(files, temporary);
    // Another writer was faster: a folder that is not empty cannot be renamed over.
    if (await exists(files, target)) return 'exists';
    // What the entries could not give is no fault of the disk.
    throw systemCode(error) === undefined ? error : fileError(error, 'publish a folder', target);
  }
  if (isDurable) await syncFolder(files, parent);
  return 'published';
}

/** Removes what crashed writers left in a folder: temporary names older than `LEFTOVER_AGE_MS`, and nothing else. */
export async function sweepTemporary(files: Files, folder: string, now: number): Promise<void> {
  for (const name of await listFolder(files, folder)) {
    if (!TEMPORARY.test(name)) continue;
    const path = join(folder, name);
    try {
      if (now - (await files.stat(path)).mtimeMs > LEFTOVER_AGE_MS) await discard(files, path);
    } catch {
      // Gone meanwhile: another process swept it.
    }
  }
}

async function writeNew(files: Files, path: string, bytes: Uint8Array, isDurable: boolean): Promise<void> {
  const handle = await files.open(path, 'wx');
  try {
    await handle.writeFile(bytes);
    if (isDurable) await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(files: Files, folder: string): Promise<void> {
  // Windows cannot fsync a folder; its renames are journalled.
  if (process.platform === 'win32') return;
  try {
    const handle = await files.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError(error, 'fsync a folder', folder);
  }
}

async function exists(files: Files, path: string): Promise<boolean> {
  try {
    await files.stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw fileError(error, 'look for a folder', path);
  }
}

/** Best effort: what cannot be removed now is swept later. */
export async function discard(files: Files, path: string): Promise<void> {
  await files.rm(path, { recursive: true, force: true }).catch(() => {});
}
