/** Which file imports which: parsed, not guessed; types and lazy imports count too. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { parseSync } from 'vite';

export interface Import {
  /** As it is written: `./series.ts`, `express`, `node:fs`. */
  specifier: string;
  /** `type`: gone at run time. `lazy`: loaded when it is reached. */
  kind: 'static' | 'type' | 'lazy';
}

export interface SourceFile {
  /** From the package root, with `/`. */
  path: string;
  lines: number;
  text: string;
  imports: Import[];
}

/** All TypeScript files below some folders. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return {
        path: path.split(sep).join('/'),
        lines: text.trimEnd().split('\n').length,
        text,
        imports: importsOf(text),
      };
    });
}

export function importsOf(text: string): Import[] {
  const { program, errors } = parseSync('source.ts', text);
  if (errors.length > 0) throw new Error(errors[0].message);
  const imports: Import[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const { type, source, importKind, exportKind } = node as Record<string, unknown>;
    const specifier = (source as { value?: unknown } | null | undefined)?.value;
    if (typeof specifier === 'string') {
      const isType = type === 'TSImportType' || importKind === 'type' || exportKind === 'type';
      imports.push({ specifier, kind: isType ? 'type' : type === 'ImportExpression' ? 'lazy' : 'static' });
    }
    Object.values(node).forEach(visit);
  };
  visit(program);
  return imports;
}

/** The path of a file of ours that a specifier means, or undefined where it means a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative('.', normalize(join(dirname(from), specifier.split('?')[0])))
    .split(sep)
    .join('/');
}

/** The files that a file imports, of the given kinds. */
export function targetsOf(file: SourceFile, kinds: readonly Import['kind'][] = ['static', 'type', 'lazy']): string[] {
  return file.imports.flatMap(({ specifier, kind }) => {
    const target = kinds.includes(kind) ? resolveImport(file.path, specifier) : undefined;
    return target === undefined ? [] : [target];
  });
}

/** Rings of files that import each other, each once, as `a -> b -> a`. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) walk(path, []);
  return cycles;
}

/** The packages that are loaded when a file is, without what is loaded lazily. */
export function loadedPackages(files: readonly SourceFile[], start: string): Set<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const packages = new Set<string>();
  const seen = new Set<string>();
  const walk = (path: string): void => {
    const file = byPath.get(path);
    if (!file || seen.has(path)) return;
    seen.add(path);
    for (const { specifier, kind } of file.imports) {
      if (kind === 'static' && !specifier.startsWith('.')) packages.add(packageOf(specifier));
    }
    targetsOf(file, ['static']).forEach(walk);
  };
  walk(start);
  return packages;
}

/** `@scope/name/part` -> `@scope/name` */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
