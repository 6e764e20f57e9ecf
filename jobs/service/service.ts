/**
 * The service: answers over HTTP from its first second, and works besides. One service works on a data directory at a time.
 *
 *     await runService({ work, root, stores, port: 8080, host: '127.0.0.1', log, version }, signal);
 */
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createApp } from '../../src/api/app.ts';
import type { ApiContext } from '../../src/api/context.ts';
import { serve } from '../../src/api/serve.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { isKernelcastError, KernelcastError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { metricsRegistry } from '../../src/metrics.ts';
import { makeFolder } from '../../src/store/disk/atomic.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';
import { withLock } from '../../src/store/disk/lock.ts';
import '../schedule/job-metrics.ts';
import type { Stores } from './stores.ts';
import type { Work } from './work.ts';

export interface ServiceOptions extends Pick<ApiContext, 'access' | 'predictor'> {
  work: Work;
  /** The data directory. */
  root: string;
  stores: Stores;
  host: string;
  port: number;
  log: Log;
  version: string;
  /** The built pages. */
  dashboardDirectory?: string;
  /** Looks at the machine. */
  examine: Operation['examine'];
  /** Whether other processes may work on the data directory too: those of a cluster agree in their database. */
  isShared?: boolean;
  /** Told the address when the service answers. */
  onListening?: (url: string) => void;
}

/** Answers that are not finished by then are broken off. Shorter than `start` waits for the process to end. */
const DRAIN_MS = 8_000;

/**
 * Serves until the signal is raised, then takes no new requests, and lets the answers under way and the running job end.
 * @throws KernelcastError `ENVIRONMENT` when the port is taken; `BUSY` when another service works on the data directory;
 * what the work throws
 */
export async function runService(options: ServiceOptions, signal: AbortSignal): Promise<void> {
  if (options.isShared) return answerAndWork(options, signal);
  const folder = join(options.root, 'jobs');
  await makeFolder(nodeFiles, folder);
  try {
    await withLock(nodeFiles, join(folder, '.lock'), 0, () => answerAndWork(options, signal));
  } catch (error) {
    if (!isKernelcastError(error, 'BUSY') || error.where.file !== join(folder, '.lock')) throw error;
    throw new KernelcastError('BUSY', 'another service works on this data directory', {
      where: { folder: options.root },
      hint: 'Stop it, or choose another directory with --data.',
      cause: error,
    });
  }
}

async function answerAndWork(
  {
    work,
    root,
    stores,
    host,
    port,
    log,
    version,
    dashboardDirectory,
    access,
    predictor,
    examine,
    onListening,
  }: ServiceOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, status } = work;
  const app = createApp({
    ...stores,
    clock,
    status: () => status(),
    log,
    dashboardDirectory,
    version,
    access,
    predictor,
    operation: { attempts: () => work.attempts(), disk: () => diskOf(root), examine },
    stopping: signal,
    // A registry of its own for each service; the figures of the jobs are in all of them.
    metricsRegistry: Registry.merge([metricsRegistry]),
  });
  const server = await serve({ app, port, host });
  onListening?.(server.url);
  // Answers under way are finished while the running job ends.
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= server.close(DRAIN_MS);
    return closing;
  };
  signal.addEventListener('abort', close);
  try {
    await work.run(signal);
  } finally {
    await close();
  }
}

async function diskOf(folder: string): ReturnType<Operation['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}
