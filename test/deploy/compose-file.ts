/** Reads compose files as Compose does, as far as ours go: several over each other, `${NAME:-default}` from the environment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../src/config.ts';

export interface ComposeService {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  tmpfs?: string[];
  ports?: string[];
  read_only?: boolean;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  mem_limit?: string;
}

export interface ComposeFile {
  services: Record<string, ComposeService>;
  volumes?: Record<string, unknown>;
}

/** `${NAME}`, `${NAME:-default}`, `$$`: https://docs.docker.com/reference/compose-file/interpolation/ */
export function interpolate(text: string, environment: NodeJS.ProcessEnv): string {
  return text.replace(/\$\$|\$\{(\w+)(?::-([^}]*))?\}/g, (all, name, fallback = '') =>
    all === '$$' ? '$' : environment[name] || fallback,
  );
}

/** @param files later ones change what earlier ones say, mappings key by key */
export function readCompose(files: readonly string[], environment: NodeJS.ProcessEnv = {}): ComposeFile {
  return files
    .map((file) => {
      const text = readFileSync(join(packageRoot(), file), 'utf8');
      return JSON.parse(JSON.stringify(parse(text, { merge: true })), (_, value) =>
        typeof value === 'string' ? interpolate(value, environment) : value,
      );
    })
    .reduce(merged) as ComposeFile;
}

function merged(base: unknown, over: unknown): unknown {
  if (!isMapping(base) || !isMapping(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in base && key in over ? merged(base[key], over[key]) : (over[key] ?? base[key])]),
  );
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
