import { basename, join } from 'node:path';
import { build } from 'vite';
import { packageRoot } from '../src/config.ts';

/**
 * Puts a program of the tests and all that it imports into one file of JavaScript: a process of it begins in a seventh of the
 * time that tsx takes over it, which counts where hundreds are begun.
 * @param entry from the root of the package
 * @param folder where the file goes
 * @returns its path
 */
export async function bundle(entry: string, folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: packageRoot(),
    build: {
      ...{ ssr: entry, outDir: folder, emptyOutDir: false, target: 'node20', minify: false },
      rolldownOptions: { output: { entryFileNames: '[name].mjs' } },
    },
    // The SDK of buckets is loaded when one is opened; no program of the tests that is put together so opens any.
    ssr: { noExternal: true, external: ['@aws-sdk/client-s3', 'pg-native'] },
  });
  return join(folder, basename(entry).replace(/\.ts$/, '.mjs'));
}
