/** `kernelcast extract`: a variable of files of weather at points, as CSV. */
import { type Command, Option } from 'commander';
import type { Extract } from '../../ingest/extract.ts';
import type { SamplingMethod } from '../../ingest/sampling/sampling-plan.ts';
import { SAMPLING_METHODS } from './support/options.ts';
import { writeLines } from './support/write-out.ts';

interface Options {
  variable: string;
  points?: string;
  skipOutside?: boolean;
  member?: string;
  product?: string;
  method?: SamplingMethod;
}

export function registerExtract(program: Command): void {
  program
    .command('extract')
    .description('print a variable of files at points: time, point, value')
    .argument(
      '<file...>',
      'files of weather, folders and patterns of them, addresses of Zarr: grids, sampled at the points, or stations',
    )
    .requiredOption(
      '--variable <name>',
      "a variable of the file, in its own unit; or one of Kernelcast's, such as temperature_2m",
    )
    .option('--points <csv>', 'where to sample grids: id,latitude,longitude')
    .addOption(
      new Option(
        '--method <method>',
        'how grids are sampled (default: bilinear, and inverse-distance where cells have places of their own)',
      ).choices(SAMPLING_METHODS),
    )
    .option('--member <number>', 'the member of an ensemble that is meant, where files hold several')
    .option('--product <name>', "the product that is meant: mean, spread, 'percentile 90'")
    .option('--skip-outside', 'leave out points outside the grid')
    .addOption(new Option('--format <format>', 'the form of the output').choices(['csv']).default('csv'))
    .action(run);
}

async function run(
  files: string[],
  { variable, points, skipOutside, method, member, product }: Options,
): Promise<void> {
  const [{ openExtract }, { readStationList }, { expandFiles }, { withFetch }] = await Promise.all([
    import('../../ingest/extract.ts'),
    import('../../ingest/stations/station-list.ts'),
    import('../../ingest/sources/addresses/expand.ts'),
    import('../../ingest/sources/zarr-fetch.ts'),
  ]);
  const stations = points === undefined ? undefined : await readStationList(points);
  const paths = await expandFiles(files);
  await withFetch(paths, async (fetch) => {
    async function* lines() {
      yield 'time,point,value';
      for (const file of paths) {
        const extract = await openExtract(file, variable, { stations, skipOutside, method, member, product, fetch });
        try {
          yield* linesOf(extract);
        } finally {
          await extract.close();
        }
      }
    }
    await writeLines(lines());
  });
}

async function* linesOf({ rows, type }: Extract): AsyncGenerator<string> {
  for await (const { time, points, values } of rows()) {
    const instant = new Date(time).toISOString().replace('.000Z', 'Z');
    for (const [index, { id }] of points.entries()) yield `${instant},${id},${shortest(values[index], type)}`;
  }
}

/** The shortest decimal that reads as the same number of the type; empty where the value is missing. */
function shortest(value: number, type: Extract['type']): string {
  if (Number.isNaN(value)) return '';
  if (type === 'double') return String(value);
  const single = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(single.toPrecision(digits));
    if (Math.fround(text) === single) return String(text);
  }
  return String(Number(single.toPrecision(9)));
}
