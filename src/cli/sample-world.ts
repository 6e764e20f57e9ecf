/** `kernelcast sample-world`: writes the sample world as gridded files, and its places as a station list. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { packageRoot } from '../config.ts';
import { parseHour } from '../domain/time.ts';
import { positiveNumber } from './support/options.ts';
import { startProgress } from './support/progress.ts';

interface Options {
  out: string;
  days: number;
  resolution: number;
  seed: string;
  start: number;
}

const DEFAULT_START = '2025-01-01T00:00Z';

export function registerSampleWorld(program: Command): void {
  program
    .command('sample-world')
    .description('write a made-up, plausible global atmosphere: NetCDF files, one a month, and a list of places')
    .requiredOption('--out <folder>', 'where to write')
    .option('--days <days>', 'how many days', positiveNumber, 60)
    .option('--resolution <degrees>', 'distance of the grid points', positiveNumber, 5)
    .option('--seed <text>', 'another seed is another world', '1')
    .addOption(
      new Option('--start <time>', 'its first hour')
        .argParser(parseHour)
        .default(parseHour(DEFAULT_START), DEFAULT_START),
    )
    .action(run);
}

async function run({ out, days, resolution, seed, start }: Options): Promise<void> {
  const [{ monthFiles }, { makeFolder, writeAtomically }, { nodeFiles }] = await Promise.all([
    import('../../ingest/sample-world/month-files.ts'),
    import('../store/disk/atomic.ts'),
    import('../store/disk/files.ts'),
  ]);
  const folder = resolve(out);
  const hours = Math.ceil(days * 24);
  const progress = startProgress('making weather');
  const onHour = (hour: number) => progress.update(hour - start + 1, hours);
  try {
    await makeFolder(nodeFiles, folder);
    for await (const { name, bytes } of monthFiles({ resolution, seed, start, end: start + hours, onHour })) {
      await writeAtomically(nodeFiles, join(folder, name), bytes);
    }
  } finally {
    progress.stop();
  }
  const places = await readFile(join(packageRoot(), 'ingest/sample-world/places.csv'));
  await writeAtomically(nodeFiles, join(folder, 'places.csv'), places);
  process.stdout.write(`wrote ${hours} hours and places.csv to ${folder}\n`);
}
