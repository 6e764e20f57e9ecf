/**
 * What the package offers: the names of each entry, held to a snapshot, since taking one away or turning it is a breaking
 * change (SemVer); and what an entry loads, since whoever wants the client alone must not carry the models.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { loadedPackages, readSources, targetsOf } from './import-graph.ts';

const ENTRIES = {
  './client': 'src/client/client.ts',
  './ingest': 'ingest/library.ts',
  './models': 'models/library.ts',
  './models/unireplknet': 'models/unireplknet/library.ts',
} as const;
/** Of the client, minified, in bytes. */
const CLIENT_BUDGET = 12_000;
/** Of the networks for browsers, minified, without TensorFlow.js, which is handed in; three quarters of it are zod. */
const NETWORK_BUDGET = 200_000;

const root = packageRoot();
const files = readSources(root, ['src', 'ingest', 'models', 'jobs']);

describe('the package', () => {
  test('exports these files, each with its types', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const built = (source: string) => `./dist/${source.replace(/\.ts$/, '')}`;
    expect(exports).toEqual({
      ...Object.fromEntries(
        Object.entries(ENTRIES).map(([name, source]) => [
          name,
          { types: `${built(source)}.d.ts`, default: `${built(source)}.js` },
        ]),
      ),
      './package.json': './package.json',
    });
  });

  test.each(Object.entries(ENTRIES))('%s has these names', async (name, source) => {
    const names = Object.keys(await import(join(root, source))).sort();
    await expect(`${names.join('\n')}\n`).toMatchFileSnapshot(`exports/${name.slice(2).replace('/', '-')}.txt`);
  });

  test('the client loads no package, and nothing of the models', async () => {
    expect([...loadedPackages(files, ENTRIES['./client'])]).toEqual([]);
    expect(reached(ENTRIES['./client']).filter((path) => !path.startsWith('src/'))).toEqual([]);
    expect(await bundledSize(ENTRIES['./client'])).toBeLessThan(CLIENT_BUDGET);
  });

  test('the networks for browsers load nothing of Node, and are small; zod reads the headers of weights', async () => {
    expect([...loadedPackages(files, ENTRIES['./models/unireplknet'])]).toEqual(['zod']);
    expect(await bundledSize(ENTRIES['./models/unireplknet'])).toBeLessThan(NETWORK_BUDGET);
  });

  test('the service loads nothing of the other senses, nor of their decoders', () => {
    const service = reached('src/cli/start.ts', ['static', 'lazy']);
    expect(service.length).toBeGreaterThan(50);
    const senses = (path: string) => path.startsWith('models/modalities/') || path.startsWith('models/perception/');
    expect(service.filter(senses)).toEqual([]);
  });
});

/** The files that an entry loads, types left out. */
function reached(start: string, kinds: readonly ('static' | 'lazy')[] = ['static']): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const walk = (path: string) => {
    const file = byPath.get(path);
    if (!file || seen.has(path)) return;
    seen.add(path);
    targetsOf(file, kinds).forEach(walk);
  };
  walk(start);
  return [...seen];
}

async function bundledSize(entry: string): Promise<number> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root,
    build: { write: false, minify: true, target: 'es2023', lib: { entry: join(root, entry), formats: ['es'] } },
  });
  const [{ output }] = result as { output: { code?: string }[] }[];
  return output.reduce((sum, { code = '' }) => sum + code.length, 0); // bytes of ASCII
}
