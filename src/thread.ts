/** Begins a thread (`node:worker_threads`) from a module beside the one that calls. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { packageRoot } from './config.ts';

export interface ThreadOptions extends WorkerOptions {
  /** A file in `node_modules`, too large to be handed through tsx, which would take seconds to look at it. */
  large?: string;
}

/**
 * The module may be compiled or a source; Node 20 reads a TypeScript source through tsx only.
 * @param name of the module, without its ending: `./worker`
 * @param from the caller's `import.meta.url`
 */
export function beginThread(name: string, from: string, { large, ...options }: ThreadOptions = {}): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(`${name}.js`, from), options);
  const { resolve } = createRequire(from);
  const tsx = new URL('dist/esm/api/index.mjs', pathToFileURL(resolve('tsx/package.json'))).href;
  const entry = new URL(`${name}.ts`, from).href;
  const first = large === undefined ? tsx : pathToFileURL(join(packageRoot(), 'node_modules', large)).href;
  const code = `import('${first}')
    .then(() => import('${tsx}'))
    .then(({ register }) => { register(); return import('${entry}'); })`;
  return new Worker(code, { ...options, eval: true, execArgv: [] });
}
