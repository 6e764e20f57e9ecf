/** How much script the first view of the page takes, for its budget and for the bench. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The scripts that the page itself names, and what those import at once. */
export async function firstViewBytes(folder: string): Promise<{ kB: number; files: string[]; laterKB: number }> {
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const wanted = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => path);
  for (const path of wanted) {
    const script = await readFile(join(folder, path), 'utf8');
    for (const [, name] of script.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) {
      if (!wanted.includes(`assets/${name}`)) wanted.push(`assets/${name}`);
    }
  }
  const size = async (path: string): Promise<number> => gzipSync(await readFile(join(folder, path))).length / 1000;
  const all = (await readdir(join(folder, 'assets')))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `assets/${name}`);
  const sum = async (paths: string[]): Promise<number> =>
    Math.round((await Promise.all(paths.map(size))).reduce((total, kB) => total + kB, 0) * 10) / 10;
  return { kB: await sum(wanted), files: wanted, laterKB: await sum(all.filter((path) => !wanted.includes(path))) };
}
