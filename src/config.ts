/** Where things are: the package's own files, and the folder that holds all state. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root folder, the same whether we run from the sources or from `dist`. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no package.json above this file');
    folder = parent;
  }
  return folder;
}

/** Whether all state is in a bucket, `s3://BUCKET/PREFIX`, and not in a folder. */
export function isBucket(root: string): boolean {
  return root.startsWith('s3://');
}

/** Where all state is: `--data`, else `KERNELCAST_DATA`, else `./data`; a folder, or the address of a bucket. */
export function dataDirectory(option?: string): string {
  const given = option ?? process.env.KERNELCAST_DATA ?? 'data';
  return isBucket(given) ? given : resolve(given);
}
