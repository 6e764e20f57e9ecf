/**
 * The edge to the file system: the few calls that the store makes, handed in so that a test can let any of them fail,
 * and the way from a bare system error to one that a person can act on.
 */
import * as promises from 'node:fs/promises';
import { isKernelcastError, KernelcastError } from '../../errors.ts';

export type Files = Pick<
  typeof promises,
  'open' | 'rename' | 'mkdir' | 'unlink' | 'rm' | 'readdir' | 'readFile' | 'stat' | 'utimes'
>;

export const nodeFiles: Files = promises;

/** The `code` of a system error (`ENOENT`, ...), or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

const HINTS: Record<string, string> = {
  ENOSPC: 'The disk is full: free some space, or point --data at another disk.',
  EDQUOT: 'The disk quota is used up: free some space, or point --data at another disk.',
  EACCES: 'Check who owns the folder and its permissions.',
  EPERM: 'Check who owns the folder and its permissions.',
  EROFS: 'The disk is mounted read-only: point --data at a folder that can be written.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n).',
  ENFILE: 'Too many files are open on this machine.',
  ENOTDIR: 'A file stands where a folder is needed.',
  EIO: 'The disk reports a fault.',
};

/** A system error as a `KernelcastError` `ENVIRONMENT` that names the path; an error of ours comes back as it is. */
export function fileError(error: unknown, doing: string, path: string): KernelcastError {
  if (isKernelcastError(error)) return error;
  const code = systemCode(error) ?? (error instanceof Error ? error.message : String(error));
  return new KernelcastError('ENVIRONMENT', `cannot ${doing}: ${code}`, {
    where: { file: path },
    hint: HINTS[code],
    cause: error,
  });
}

/** The names in a folder, sorted; none where the folder does not exist. */
export async function listFolder(files: Files, folder: string): Promise<string[]> {
  try {
    return (await files.readdir(folder)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError(error, 'list a folder', folder);
  }
}
