/** `kernelcast ingest`: files of weather into the observation store. */
import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { FileReport } from '../../ingest/ingest.ts';
import { describeLeftOut, hasLosses } from '../../ingest/quality/left-out.ts';
import { describeQuality } from '../../ingest/quality/report.ts';
import type { SamplingMethod } from '../../ingest/sampling/sampling-plan.ts';
import type { SourcesReport } from '../../ingest/sources/ingest-sources.ts';
import { dataDirectory } from '../config.ts';
import { formatHour, parseHour } from '../domain/time.ts';
import { isVariableName, VARIABLE_NAMES, type VariableName } from '../domain/variables.ts';
import { KernelcastError } from '../errors.ts';
import { localFolder } from '../store/bucket/bucket-address.ts';
import { fileError } from '../store/disk/files.ts';
import { positiveNumber, SAMPLING_METHODS } from './support/options.ts';
import { startProgress } from './support/progress.ts';

type VariableMap = Partial<Record<VariableName, string>>;
type UnitMap = Partial<Record<VariableName, string>>;

/** Months are touched one after the other: what was read or written last is enough. */
const STORE_CACHE_BYTES = 2 ** 24;

interface Options {
  dataset: string;
  stations?: string;
  map: VariableMap;
  member?: string;
  product?: string;
  skipOutside?: boolean;
  method?: SamplingMethod;
  lapseRate?: true | number;
  ground?: string;
  table?: string[];
  unit: UnitMap;
  timeZone?: string;
  data?: string;
  from?: string;
  to?: string;
  allowHost?: string[];
  maxDownload?: number;
  maxRate?: number;
  json?: boolean;
  report?: string;
}

export function registerIngest(program: Command): void {
  program
    .command('ingest')
    .description('read gridded files (sampled at stations) and files of stations into a dataset, all or nothing')
    .argument(
      '<source...>',
      'files (NetCDF, Zarr, GRIB, CSV, ISD), folders and patterns of them; addresses, with fields like {YYYY}; names of sources',
    )
    .requiredOption('--dataset <name>', 'the dataset to merge into; made when it is not there')
    .option('--stations <csv>', 'where to sample grids: id,latitude,longitude[,name,country,elevation]')
    .option('--map <name=variable>', 'take a variable of the file as one of ours; may be repeated', addMapping, {})
    .option(
      '--table <mapping>',
      'what the columns of tables (CSV) are: the name of a ready mapping (`kernelcast tables`), or a JSON file; may be repeated',
      addTo,
    )
    .option(
      '--unit <name=unit>',
      "the unit of a table's variable, where it does not tell; may be repeated",
      addUnit,
      {},
    )
    .option('--time-zone <zone>', 'of times in tables that bear no offset: America/Toronto, -05:00')
    .option('--member <number>', 'the member of an ensemble that is meant, where files hold several')
    .option(
      '--product <name>',
      "the product that is meant, where files hold several: mean, spread, member, 'percentile 90'",
    )
    .option('--skip-outside', 'leave out stations outside the grid')
    .addOption(
      new Option(
        '--method <method>',
        'how grids are sampled (default: bilinear, and inverse-distance where cells have places of their own)',
      ).choices(SAMPLING_METHODS),
    )
    .option(
      '--lapse-rate [degrees]',
      "bring temperature from the grid's ground to the station's elevation, by degrees per kilometre (6.5)",
      positiveNumber,
    )
    .option('--ground <file>', "the elevation of the grid's ground, where the files have none")
    .option('--from <time>', 'only hours from here on, in UTC; remote sources are asked for these')
    .option('--to <time>', 'only hours before this')
    .option('--allow-host <host>', 'fetch from this host only; may be repeated; .noaa.gov allows all below', addTo)
    .option('--max-download <megabytes>', 'the most that one file may have (default: 8192)', positiveNumber)
    .option('--max-rate <kilobytes>', 'the most to fetch in a second', positiveNumber)
    .option('--report <file>', 'write the whole report as JSON: counts, gaps, first and last time of each station')
    .option('--json', 'print that instead of a summary')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(run);
}

/** Exit status: all went well, and something of the files could not be taken, as the report says. */
const TAKEN_IN_PART = 3;

const USUAL_DEGREES_PER_KILOMETRE = 6.5;

function lapseRateOf({ lapseRate, ground }: Options): { perMetre: number; groundFile?: string } | undefined {
  if (lapseRate !== undefined) {
    return { perMetre: (lapseRate === true ? USUAL_DEGREES_PER_KILOMETRE : lapseRate) / 1000, groundFile: ground };
  }
  if (ground === undefined) return undefined;
  throw new KernelcastError('USAGE', '--ground is for --lapse-rate, which is not asked for');
}

function addTo(text: string, texts: string[] = []): string[] {
  return [...texts, text];
}

/** @throws KernelcastError `USAGE` unless the text is `NAME=UNIT` with one of our names */
function addUnit(text: string, units: UnitMap): UnitMap {
  const [, name, unit] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || !isVariableName(name)) {
    throw new KernelcastError('USAGE', `'${text}' does not say which variable is in which unit`, {
      hint: `Write --unit NAME=UNIT, NAME being one of ${VARIABLE_NAMES.join(', ')}.`,
    });
  }
  return { ...units, [name]: unit };
}

/** @throws KernelcastError `USAGE` unless the text is `NAME=VARIABLE` with one of our names, not given before */
function addMapping(text: string, map: VariableMap): VariableMap {
  const [, name, variable] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || !isVariableName(name) || map[name] !== undefined) {
    throw new KernelcastError('USAGE', `'${text}' does not say which variable is taken as what`, {
      hint: `Write --map NAME=VARIABLE, each NAME once, NAME being one of ${VARIABLE_NAMES.join(', ')}.`,
    });
  }
  return { ...map, [name]: variable };
}

async function run(sources: string[], options: Options): Promise<void> {
  const { dataset, stations, map, skipOutside, table, data } = options;
  const [{ ingestSources }, { readStationList }, { ObservationStore }, { findMappings }] = await Promise.all([
    import('../../ingest/sources/ingest-sources.ts'),
    import('../../ingest/stations/station-list.ts'),
    import('../store/observations/observations.ts'),
    import('../../ingest/tables/ready/ready.ts'),
  ]);
  const root = dataDirectory(data);
  const fetching = startProgress('fetching');
  const progress = startProgress('reading');
  try {
    const report = await ingestSources(sources, {
      dataset,
      root: localFolder(root),
      store: new ObservationStore(root, { cacheBytes: STORE_CACHE_BYTES }),
      stations: stations === undefined ? undefined : await readStationList(stations, { onNote: warn }),
      map,
      member: options.member,
      product: options.product,
      skipOutside,
      method: options.method,
      lapseRate: lapseRateOf(options),
      table: table === undefined ? undefined : await findMappings(table),
      units: options.unit,
      timeZone: options.timeZone,
      from: options.from === undefined ? undefined : parseHour(options.from),
      to: options.to === undefined ? undefined : parseHour(options.to),
      http: {
        allowHosts: options.allowHost,
        ...(options.maxDownload === undefined ? {} : { maxBytes: options.maxDownload * 2 ** 20 }),
        ...(options.maxRate === undefined ? {} : { bytesPerSecond: options.maxRate * 1024 }),
      },
      onFile: ({ url, done, total }) => fetching.update(done, total, url),
      onProgress: ({ file, done, total }) => progress.update(done, total, file),
    });
    fetching.stop();
    progress.stop();
    const json = `${JSON.stringify(told(report), null, 1)}\n`;
    if (options.report !== undefined) await writeReport(options.report, json);
    process.stdout.write(options.json ? json : formatReport(report));
    if (hasLosses(report.leftOut)) process.exitCode = TAKEN_IN_PART;
  } finally {
    fetching.stop();
    progress.stop();
  }
}

/** The report with its times as texts. */
function told(report: SourcesReport) {
  const span = ({ from, to }: { from: number; to: number }) => ({ from: formatHour(from), to: formatHour(to) });
  return { ...report, ...span(report), files: report.files.map((file) => ({ ...file, ...span(file) })) };
}

function warn(note: string): void {
  process.stderr.write(`${note}\n`);
}

async function writeReport(path: string, json: string): Promise<void> {
  try {
    await writeFile(path, json);
  } catch (error) {
    throw fileError(error, 'write the report', path);
  }
}

function formatReport(report: SourcesReport): string {
  const lines = report.files.flatMap(describeFile);
  if (report.files.length > 1) {
    lines.push('all files', ...describeSpan(report));
  }
  if (report.absent.length > 0) lines.push(`not there: ${report.absent.length} files, such as ${report.absent[0]}`);
  const changed = report.months.length === 0 ? 'nothing new' : `months changed: ${monthSpan(report.months)}`;
  const parts = report.leftOut.filter((one) => hasLosses([one])).map(({ count, counted }) => `${count} ${counted}`);
  const losses = parts.length === 0 ? '' : `; in part: ${parts.join(', ')} could not be taken`;
  lines.push(
    `dataset ${report.dataset}: ${changed}; values added ${report.added}, replaced ${report.replaced}${losses}`,
  );
  return `${lines.join('\n')}\n`;
}

function monthSpan(months: readonly string[]): string {
  return months.length === 1 ? months[0] : `${months.length}, ${months[0]} to ${months[months.length - 1]}`;
}

function describeFile(file: FileReport): string[] {
  const taken = file.taken.map(({ name, from }) => (name === from ? name : `${from} as ${name}`));
  return [
    file.file,
    `  taken: ${taken.join(', ')}`,
    ...describeSpan(file),
    ...describeQuality(file.quality).map((note) => `  ${note}`),
    ...describeLeftOut(file.leftOut).map((note) => `  ${note}`),
  ];
}

function describeSpan(part: FileReport | SourcesReport): string[] {
  return [
    `  stations: ${part.stations}; ${formatHour(part.from)} to ${formatHour(part.to - 1)}, ${part.to - part.from} hours`,
    `  variables: ${part.variables.join(', ')}`,
    `  values: ${part.observed} observed, ${part.interpolated} interpolated, ${part.rejected} rejected, ${part.missing} missing`,
  ];
}
