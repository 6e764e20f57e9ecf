/**
 * One variable of a file at points, time after time: what `kernelcast extract` prints. Unlike ingest it takes any variable,
 * in the file's own unit and at the file's own times; or one of ours (`wind_speed_10m`), in the internal unit.
 *
 *     const series = await openExtract('air.nc', 'air', { stations });
 *     for await (const { time, values } of series.rows()) console.log(time, values);   // values: [point], NaN where missing
 */
import type { Station } from '../src/domain/station.ts';
import { isVariableName, VARIABLES, type VariableName } from '../src/domain/variables.ts';
import { KernelcastError } from '../src/errors.ts';
import type { Field } from './cf/find-variables.ts';
import { gridLayout } from './cf/grid-layout.ts';
import { readPlaces } from './cf/horizontal-axes.ts';
import { type Packing, packingOf } from './cf/packing.ts';
import { observedAlong, raggedLayout, raggedStations, stationOfEach } from './cf/ragged-layout.ts';
import { isStationFile, stationLayout, stationsOf } from './cf/station-layout.ts';
import { readTimeAxis, readTimes } from './cf/time-axis.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from './formats/data-file.ts';
import { openDataFile } from './formats/open.ts';
import { framedFile } from './opened/framed-file.ts';
import { type OpenOptions, openFile } from './opened/open-file.ts';
import { type OpenedFile, timesAtOnce } from './opened/opened-file.ts';
import { observations } from './opened/opened-ragged.ts';
import { readAtStations } from './opened/opened-stations.ts';
import { PointReader } from './sampling/read-grid-points.ts';
import { applyWeights, planSampling } from './sampling/sampling-plan.ts';

export interface ExtractedRow {
  /** Unix time in milliseconds. */
  time: number;
  /** Those that have a value at this time. */
  points: readonly Station[];
  /** [point]; NaN where missing. */
  values: Float32Array | Float64Array;
}

export interface Extract {
  points: readonly Station[];
  /** Points outside the grid that were left out. */
  outside: readonly Station[];
  /** Empty where the file does not tell. */
  unit: string;
  /** Of the values: those of a `float` have some seven digits that count, as many as the file tells. */
  type: Packing['type'];
  /** In the order of the file. */
  rows(): AsyncGenerator<ExtractedRow>;
  close(): Promise<void>;
}

/**
 * @param name of a variable in the file, else one of ours
 * @throws KernelcastError `VARIABLE_MISSING` naming the variables that there are; `CONVENTIONS` where it cannot be read at
 * points; else as `openFile`
 */
export async function openExtract(path: string, name: string, options: OpenOptions): Promise<Extract> {
  const stored = await openDataFile(path, options);
  const data = isStationFile(stored) && raggedLayout(stored) ? stored : await framedFile(stored, options);
  const variable = data.variables.get(name);
  if (!variable || isText(variable)) {
    await data.close();
    if (!isVariableName(name)) throw noSuchVariable(data, name);
    const opened = await openFile(path, options);
    if (opened.variables.includes(name)) return ofOpened(opened, name);
    await opened.close();
    throw noSuchVariable(data, name);
  }
  try {
    const packing = packingOf(variable, data.path);
    const values = await (isStationFile(data)
      ? ofStations(data, variable, packing)
      : ofGrid(data, variable, packing, options));
    const unit = textAttribute(variable.attributes, 'units') ?? '';
    return { ...values, unit, type: packing.type, close: () => data.close() };
  } catch (error) {
    await data.close();
    throw error;
  }
}

type Values = Pick<Extract, 'points' | 'outside' | 'rows'>;

/** Any variable is read as one of ours, a scalar, but in its own unit. */
function fieldOf<Layout extends object>(variable: DataVariable, packing: Packing, layout: Layout): Field<Layout> {
  return { name: 'temperature_2m', variable, packing, layout };
}

async function ofGrid(
  data: DataFile,
  variable: DataVariable,
  packing: Packing,
  { stations, skipOutside, method }: OpenOptions,
): Promise<Values> {
  if (!stations || stations.length === 0) {
    throw new KernelcastError('USAGE', 'a gridded file needs points to be sampled at', {
      where: { file: data.path },
      hint: 'Give them: --points CSV, with the columns id, latitude and longitude.',
    });
  }
  const layout = readable(await gridLayout(data, variable), data, variable);
  const { times } = await readTimeAxis(data, layout.time);
  const plan = planSampling(await readPlaces(data, layout), stations, { file: data.path, skipOutside, method });
  const reader = new PointReader(data, fieldOf(variable, packing, layout), plan);
  const { stations: points, outside, rows, weights } = plan;
  const read = async (first: number, count: number) => {
    const cells = await reader.read(first, count);
    const values = new Float64Array(count * points.length);
    for (let t = 0; t < count; t++) applyWeights(weights.scalar, cells, t * rows.length, values, t * points.length);
    reader.reuse(cells);
    return values;
  };
  const { bytesPerTime, chunkTimes } = reader;
  return { points, outside, rows: () => inSlabs({ times, points, bytesPerTime, chunkTimes, read }) };
}

async function ofStations(data: DataFile, variable: DataVariable, packing: Packing): Promise<Values> {
  const ragged = raggedLayout(data);
  if (ragged) {
    const field = fieldOf(variable, packing, readable(observedAlong(ragged, variable), data, variable));
    const stationOf = await stationOfEach(data, ragged);
    const times = await readTimes(data, ragged.time);
    const points = await raggedStations(data, ragged, stationOf);
    return { points, outside: [], rows: () => oneByOne(points, stationOf, times, observations(data, field)) };
  }
  const layout = readable(stationLayout(data, variable), data, variable);
  const points = await stationsOf(data, layout);
  const { times } = await readTimeAxis(data, layout.time);
  const field = fieldOf(variable, packing, layout);
  const read = (first: number, count: number) => readAtStations(data, field, [...points.keys()], first, count);
  const chunkTimes = variable.chunk?.[layout.timeAxis] ?? 1;
  return {
    points,
    outside: [],
    rows: () => inSlabs({ times, points, bytesPerTime: points.length * 8, chunkTimes, read }),
  };
}

function ofOpened(opened: OpenedFile, name: VariableName): Extract {
  const { axis, stations: points, outside, bytesPerTime, chunkTimes } = opened;
  const read = async (first: number, count: number) => (await opened.read(first, count))[name]!.values;
  return {
    points,
    outside,
    unit: VARIABLES[name].unit,
    type: 'float',
    rows: () => inSlabs({ times: axis.times, points, bytesPerTime, chunkTimes, read }),
    close: () => opened.close(),
  };
}

interface Slabs {
  times: Float64Array;
  points: readonly Station[];
  bytesPerTime: number;
  chunkTimes: number;
  /** The values of some times, [time, point]. */
  read(first: number, count: number): Promise<Float32Array | Float64Array>;
}

async function* inSlabs({ times, points, bytesPerTime, chunkTimes, read }: Slabs): AsyncGenerator<ExtractedRow> {
  const atOnce = timesAtOnce({ bytesPerTime, chunkTimes, stations: points, variables: ['temperature_2m'] });
  for (let first = 0; first < times.length; first += atOnce) {
    const count = Math.min(atOnce, times.length - first);
    const values = await read(first, count);
    for (let t = 0; t < count; t++) {
      yield { time: times[first + t], points, values: values.subarray(t * points.length, (t + 1) * points.length) };
    }
  }
}

/** Each observation at the time that it has; those without one are none. */
async function* oneByOne(
  points: readonly Station[],
  stationOf: Int32Array,
  times: Float64Array,
  pieces: AsyncIterable<Float64Array>,
): AsyncGenerator<ExtractedRow> {
  let at = 0;
  for await (const values of pieces) {
    for (let i = 0; i < values.length; i++, at++) {
      if (Number.isNaN(times[at])) continue;
      yield { time: times[at], points: [points[stationOf[at]]], values: values.subarray(i, i + 1) };
    }
  }
}

function readable<Layout extends object>(layout: Layout | string, data: DataFile, { name }: DataVariable): Layout {
  if (typeof layout !== 'string') return layout;
  throw new KernelcastError('CONVENTIONS', `'${name}' cannot be read at points: ${layout}`, {
    where: { file: data.path },
  });
}

function noSuchVariable(data: DataFile, name: string): KernelcastError {
  const names = [...data.variables.values()].filter((variable) => !isText(variable)).map((variable) => variable.name);
  return new KernelcastError('VARIABLE_MISSING', `there is no variable '${name.slice(0, 80)}' in the file`, {
    where: { file: data.path, variables: names.join(', ').slice(0, 500) || 'none' },
  });
}
