/**
 * Stamps tell cheaply, by one look at a file or folder, that what is published there is still the same: a manifest is replaced
 * by a rename, and so is each entry of a folder of runs.
 */
import { type Files, fileError, systemCode } from './disk/files.ts';

export interface Stamp {
  /** The same text as long as nothing was published or taken away; see `changedAt`. */
  identity: string;
  /**
   * Unix time in ms of the last change; minus infinity where there is nothing. File systems count time in steps: two
   * changes within one step have one identity, so a stamp says nothing for good until its change is some time ago.
   */
  changedAt: number;
}

/** Of what is not there. */
export const NOTHING: Stamp = { identity: 'none', changedAt: Number.NEGATIVE_INFINITY };

export async function stampOf(files: Files, path: string): Promise<Stamp> {
  try {
    const { ino, size, mtimeNs } = await files.stat(path, { bigint: true });
    return { identity: `${ino} ${size} ${mtimeNs}`, changedAt: Number(mtimeNs / 1_000_000n) };
  } catch (error) {
    // ENOTDIR: a plain file stands where the folder would be.
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') {
      return NOTHING;
    }
    throw fileError(error, 'look at a file', path);
  }
}
