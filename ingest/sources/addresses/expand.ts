/** From what a person names to files: files as they are, the files of a folder, and the files that a pattern matches. */
import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { KernelcastError } from '../../../src/errors.ts';
import { fileError } from '../../../src/store/disk/files.ts';

/** What makes a folder one archive, and no folder of files. */
const ZARR_MARKS = ['.zgroup', '.zarray', '.zmetadata', 'zarr.json'];

/**
 * The files, each once, those of a folder or pattern in the order of their names. A folder of Zarr is one file. Names that begin
 * with a dot are passed over, and folders within folders. Addresses stay as they are.
 * @throws KernelcastError `NOT_FOUND` where a folder or pattern has no files; `ENVIRONMENT`
 */
export async function expandFiles(names: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const name of names) files.push(...(await filesOf(name)));
  return [...new Map(files.map((file) => [resolve(file), file])).values()];
}

async function filesOf(name: string): Promise<string[]> {
  if (/^https?:\/\//i.test(name)) return [name];
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) return filesOfFolder(name);
  // A file may be called so.
  if (found || !isDynamicPattern(name)) return [name];
  const matches = await glob(name, {
    absolute: isAbsolute(name),
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: true,
  });
  const archives = matches.filter((match) => match.endsWith('/'));
  const inside = (match: string) => archives.some((archive) => match !== archive && match.startsWith(archive));
  const files: string[] = [];
  for (const match of matches.filter((each) => !inside(each)).sort()) {
    const path = match.replace(/\/$/, '');
    if (!match.endsWith('/') || (await isZarr(path))) files.push(path);
  }
  if (files.length > 0) return files;
  throw new KernelcastError('NOT_FOUND', 'no file matches the pattern', { where: { pattern: name } });
}

async function filesOfFolder(folder: string): Promise<string[]> {
  if (await isZarr(folder)) return [folder];
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const visible = entries.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
    const files: string[] = [];
    for (const entry of visible) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory() || (await isZarr(path))) files.push(path);
    }
    if (files.length > 0) return files;
  } catch (error) {
    throw fileError(error, 'look into a folder', folder);
  }
  throw new KernelcastError('NOT_FOUND', 'there are no files in the folder', { where: { folder } });
}

async function isZarr(folder: string): Promise<boolean> {
  const names: string[] = await readdir(folder).catch(() => []);
  return ZARR_MARKS.some((mark) => names.includes(mark));
}
