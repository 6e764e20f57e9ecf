/** Documents name files; files move. What stands in backticks and looks like a path of ours must be there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/config.ts';

const root = packageRoot();
const ROOMS = /^(src|ingest|models|jobs|dashboards|test|docs|deploy)\/[\w./-]*$/;

function pathsIn(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/`([^`\s]+)`/g)].map(([, path]) => path).filter((path) => ROOMS.test(path));
}

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/where.md',
  'docs/architecture.md',
  ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
];

test.each(documents)('%s names no file that is not there', (document) => {
  expect(pathsIn(document).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('where.md answers for twenty changes and more, and names paths', () => {
  expect(new Set(pathsIn('docs/where.md')).size).toBeGreaterThan(20);
});
