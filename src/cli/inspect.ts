/** `kernelcast inspect`: what a file, dataset, run or model is and holds. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { parseHour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import type { Described } from './inspect/described.ts';

interface Options {
  dataset?: string;
  data?: string;
  json?: boolean;
}

export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('tell what a file of weather, a dataset, a run or a model is and holds')
    .argument('<path>', 'a file or folder; or the name of a dataset, or of a run: DATASET/2024-03-01T06Z')
    .option('--dataset <name>', "of a forecaster: show the station tree that it makes of this dataset's stations")
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .option('--json', 'everything, for programs')
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { json, lines } = await describe(path, dataDirectory(options.data), options.dataset);
  process.stdout.write(`${options.json ? JSON.stringify(json, null, 2) : lines.join('\n')}\n`);
}

async function describe(path: string, root: string, dataset?: string): Promise<Described> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return describeFolder(path, root, dataset);
  if (found && (dataset !== undefined || (await isCheckpoint(path)))) return describeAsModel(path, root, dataset);
  const named = found ? undefined : await describeNamed(path, root);
  return named ?? (await import('./inspect/file.ts')).describeWeatherFile(path);
}

/** By its manifest: a model, a dataset or a run; else a folder of weather, such as Zarr. */
async function describeFolder(path: string, root: string, dataset?: string): Promise<Described> {
  const names = await readdir(path);
  if (names.includes('model.json') || dataset !== undefined) return describeAsModel(path, root, dataset);
  if (names.includes('manifest.json')) {
    const whole = resolve(path);
    const above = dirname(whole);
    const { describeDataset, describeRun } = await import('./inspect/dataset.ts');
    if (basename(above) === 'observations') return describeDataset(dirname(above), basename(whole));
    const runs = dirname(above);
    if (basename(runs) === 'runs') return describeRun(dirname(runs), basename(above), initOf(basename(whole)));
  }
  return (await import('./inspect/file.ts')).describeWeatherFile(path);
}

/** A dataset or run by name; undefined where there is none. */
async function describeNamed(name: string, root: string): Promise<Described | undefined> {
  const { ObservationStore } = await import('../store/observations/observations.ts');
  const datasets = await new ObservationStore(root).list();
  const { describeDataset, describeRun } = await import('./inspect/dataset.ts');
  if (datasets.includes(name)) return describeDataset(root, name);
  const [, dataset, init] = /^([^/]+)\/(\d{4}-\d\d-\d\dT\d\d)(?::?00)?Z$/.exec(name) ?? [];
  if (dataset !== undefined) return describeRun(root, dataset, initOf(init));
  if (/^https?:/i.test(name)) return undefined;
  throw new KernelcastError('NOT_FOUND', 'there is no such file, and no dataset of this name', {
    where: { path: name, datasets: datasets.join(', ') || '(none)', data: join(root, 'observations') },
  });
}

function initOf(slug: string) {
  return parseHour(slug.replace(/Z$/, ''));
}

async function describeAsModel(path: string, root: string, dataset?: string): Promise<Described> {
  return (await import('./inspect/model.ts')).describeModel(path, root, dataset);
}

/** Whether a file is safetensors: a length of 8 bytes, and JSON. */
async function isCheckpoint(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(9), 0, 9, 0);
    return path.endsWith('.safetensors') || (bytesRead === 9 && buffer[8] === 0x7b && buffer.readUInt32LE(4) === 0);
  } finally {
    await handle.close();
  }
}
