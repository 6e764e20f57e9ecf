/**
 * The rooms of the house, and which may import which:
 *
 *     floor <- store <- { ingest, models, api } <- jobs <- src/cli        dashboards <- src/client
 *
 * The floor is `src/domain` and the few files beside it that everybody needs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import {
  findCycles,
  importsOf,
  loadedPackages,
  packageOf,
  readSources,
  resolveImport,
  type SourceFile,
  targetsOf,
} from './import-graph.ts';

const ROOMS: [room: string, paths: RegExp, mayImport: string[]][] = [
  ['floor', /^src\/(domain\/.*|errors\.ts|log\.ts|log-tail\.ts|metrics\.ts|trace\.ts|config\.ts|thread\.ts)$/, []],
  ['store', /^src\/store\//, ['floor']],
  ['ingest', /^ingest\//, ['floor', 'store']],
  ['models', /^models\//, ['floor', 'store']],
  ['api', /^src\/api\//, ['floor', 'store']],
  ['client', /^src\/client\//, []],
  ['jobs', /^jobs\//, ['floor', 'store', 'ingest', 'models', 'api']],
  ['cli', /^src\/cli\//, ['floor', 'store', 'ingest', 'models', 'api', 'jobs']],
  ['dashboards', /^dashboards\//, ['client']],
];
const MAX_LINES = 400;

/** What takes long to load; commands that do without must not wait for it. */
const HEAVY = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-node-gpu',
  'onnxruntime-node',
  'apache-arrow',
  'netcdfjs',
  'express',
];

/** What the project is to be built on, each for real. */
const FIXED = ['@tensorflow/tfjs-node-gpu', 'netcdfjs', 'apache-arrow', 'node-cron', 'express', 'chart.js'];

function roomOf(path: string): string | undefined {
  return ROOMS.find(([, paths]) => paths.test(path))?.[0];
}

/** Imports that go against the stream, as `a -> b`. */
function findWrongWays(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const room = ROOMS.find(([, paths]) => paths.test(file.path));
    if (!room) return [`${file.path} is in no room`];
    const allowed = [room[0], ...room[2]];
    return targetsOf(file)
      .filter((target) => !allowed.includes(roomOf(target) ?? '') && !isForeign(target))
      .map((target) => `${file.path} -> ${target}`);
  });
}

/** Files beside the rooms that are read, not run: `package.json`, style sheets of the pages' own room. */
function isForeign(path: string): boolean {
  return path.endsWith('.json') && !path.includes('/');
}

const root = packageRoot();
const files = readSources(root, ['src', 'ingest', 'models', 'jobs', 'dashboards']);
const tests = readSources(root, ['test']);

describe('the house', () => {
  test('has every file in a room, and imports go one way', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(findWrongWays(files)).toEqual([]);
  });

  test('has no files that import each other in a ring', () => {
    expect(findCycles(files)).toEqual([]);
  });

  test('has no import of a file that is not there', () => {
    const missing = [...files, ...tests].flatMap((file) =>
      targetsOf(file)
        .filter((target) => !existsSync(join(root, target)) && !target.startsWith('..'))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(missing).toEqual([]);
  });

  test(`has no file above ${MAX_LINES} lines`, () => {
    const long = [...files, ...tests].filter(({ lines }) => lines > MAX_LINES);
    expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  test('has files that are read in one go: half of them at most 90 lines long, nine of ten at most 200', () => {
    const lines = files.map((file) => file.lines).sort((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(90);
    expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(200);
  });

  test('runs on its declared dependencies alone', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)]);
    const undeclared = files
      .filter(({ path }) => !path.startsWith('dashboards/vite.config'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(
            ({ specifier, kind }) => kind !== 'type' && !specifier.startsWith('.') && !specifier.startsWith('node:'),
          )
          .map(({ specifier }) => packageOf(specifier))
          .filter((name) => !declared.has(name))
          .map((name) => `${path} -> ${name}`),
      );
    expect(undeclared).toEqual([]);
  });

  test.each(FIXED)('uses %s', (name) => {
    const users = files.filter(({ imports, text }) =>
      name.startsWith('@tensorflow')
        ? text.includes(`'${name}'`)
        : imports.some(({ specifier, kind }) => kind !== 'type' && packageOf(specifier) === name),
    );
    expect(users.length).toBeGreaterThan(0);
  });

  test('begins a command without loading what only another one needs', () => {
    const loaded = loadedPackages(files, 'src/cli/cli.ts');
    expect(loaded).toContain('commander');
    expect(HEAVY.filter((name) => loaded.has(name))).toEqual([]);
  });

  test('answers queries without an engine for networks or a reader of grids', () => {
    const loaded = loadedPackages(files, 'src/api/app.ts');
    expect(loaded).toContain('express');
    expect([...loaded].filter((name) => /tensorflow|onnx|netcdf/.test(name))).toEqual([]);
  });
});

describe('this test', () => {
  const file = (path: string, ...specifiers: string[]): SourceFile => ({
    path,
    lines: 1,
    text: '',
    imports: specifiers.map((specifier) => ({ specifier, kind: 'static' })),
  });

  test('sees every way of importing, and no text that only looks like one', () => {
    const text = `
      import './side-effect.css';
      import a, { type B } from './a.ts';
      import type { C } from './c.ts';
      export * from './d.ts';
      export type { E } from './e.ts';
      const f = await import('./f.ts');
      let g: import('./g.ts').G;
      const s = "import './no.ts'"; // import './no.ts'
    `;
    expect(importsOf(text).map(({ specifier, kind }) => `${specifier} ${kind}`)).toEqual([
      './side-effect.css static',
      './a.ts static',
      './c.ts type',
      './d.ts static',
      './e.ts type',
      './f.ts lazy',
      './g.ts type',
    ]);
    expect(resolveImport('src/api/routes/forecast.ts', '../../domain/time.ts')).toBe('src/domain/time.ts');
    expect(resolveImport('src/api/app.ts', 'express')).toBeUndefined();
  });

  test.each([
    ['src/domain/time.ts', '../store/runs.ts'],
    ['src/store/runs/runs.ts', '../../api/app.ts'],
    ['src/api/app.ts', '../../models/serving/registry.ts'],
    ['src/api/app.ts', '../../ingest/ingest.ts'],
    ['models/serving/registry.ts', '../../ingest/ingest.ts'],
    ['ingest/ingest.ts', '../jobs/service/demo-work.ts'],
    ['jobs/service/demo-work.ts', '../../src/cli/start.ts'],
    ['dashboards/src/main.ts', '../../src/domain/time.ts'],
    ['src/api/app.ts', '../../test/store/support.ts'],
  ])('would not let %s import %s', (path, specifier) => {
    expect(findWrongWays([file(path, specifier)])).toHaveLength(1);
  });

  test('finds a ring once, however long it is', () => {
    const ring = [file('a.ts', './b.ts'), file('b.ts', './c.ts'), file('c.ts', './a.ts'), file('d.ts', './a.ts')];
    expect(findCycles(ring)).toEqual(['a.ts -> b.ts -> c.ts -> a.ts']);
    expect(findCycles(ring.slice(1))).toEqual([]);
  });
});
