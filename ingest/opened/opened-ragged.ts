/**
 * A file of stations each of which has times of its own. Observations that stand for no hour (`near-hour.ts`) are left
 * out.
 */
import { byNearness, isNearHour, NEAR_TEXT, nearestHour, offsetFromHour } from '../../src/domain/near-hour.ts';
import { observedVariable, type Series } from '../../src/domain/series.ts';
import { MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { Field } from '../cf/find-variables.ts';
import { signedAsTold, unpackPicked } from '../cf/packing.ts';
import { type RaggedLayout, raggedStations, stationOfEach } from '../cf/ragged-layout.ts';
import { hasPlace, withoutPlace } from '../cf/station-layout.ts';
import { readTimes } from '../cf/time-axis.ts';
import type { DataFile } from '../formats/data-file.ts';
import { completedNames, completeWind } from '../hourly/both-winds.ts';
import type { CellMethod, OpenedFile } from './opened-file.ts';

/** Hours times stations; a century of a thousand stations. */
const MOST_SLOTS = 200_000_000;

/** Observations that are read at once. */
const PIECE = 1_000_000;

/** @throws KernelcastError `CONVENTIONS`: the stations or the times do not fit the observations, or are absurd */
export async function openedRagged(
  data: DataFile,
  fields: readonly Field<RaggedLayout>[],
  cellMethod: CellMethod | undefined,
): Promise<OpenedFile> {
  const [{ layout }] = fields;
  const told = await stationOfEach(data, layout);
  const all = await raggedStations(data, layout, told);
  const stations = all.filter(hasPlace);
  // Observations of stations without a place belong to none.
  const position = all.map((station) => stations.indexOf(station));
  const stationOf = told.map((station) => position[station]);
  const { hours, slots, offHour } = await slotsOf(data, layout, stationOf, stations.length);
  const loaded = new Map<Field<RaggedLayout>, Promise<Float32Array>>();
  return {
    kind: 'stations',
    stations,
    outside: withoutPlace(data, all),
    axis: { times: Float64Array.from(hours, (hour) => hour * MILLISECONDS_PER_HOUR), cell: undefined },
    cellMethod,
    taken: fields.map(({ name, variable }) => ({ name, from: variable.name })),
    variables: completedNames(fields.map(({ name }) => name)),
    bytesPerTime: fields.length * stations.length * 8,
    chunkTimes: 1,
    leftOut: offHour === 0 ? [] : [{ reason: 'off-hour', counted: 'rows', count: offHour }],
    close: () => data.close(),
    async read(first, count) {
      const width = stations.length;
      const variables: Series['variables'] = {};
      for (const field of fields) {
        // Observations stand in no order of time: each variable is read once, as a whole, in float32.
        if (!loaded.has(field)) loaded.set(field, loadField(data, field));
        const observed = await loaded.get(field)!;
        const values = new Float32Array(count * width).fill(Number.NaN);
        for (let i = 0; i < values.length; i++) {
          const slot = slots[first * width + i];
          if (slot >= 0) values[i] = observed[slot];
        }
        variables[field.name] = observedVariable(values);
      }
      return completeWind(variables, count * width);
    },
  };
}

/** The hours that some station has, ascending, and the observation of each hour and station; -1 where there is none. */
async function slotsOf(data: DataFile, { time }: RaggedLayout, stationOf: Int32Array, stations: number) {
  const where = { file: data.path, variable: time.name };
  const times = await readTimes(data, time);
  const offset = (i: number) => offsetFromHour(times[i]);
  const found = new Set<number>();
  for (let i = 0; i < times.length; i++)
    if (stationOf[i] >= 0 && isNearHour(offset(i))) found.add(nearestHour(times[i]));
  const hours = Int32Array.from(found).sort();
  if (hours.length === 0) {
    throw new KernelcastError('CONVENTIONS', `no time lies within ${NEAR_TEXT} of a whole hour`, { where });
  }
  if (hours.length * stations > MOST_SLOTS) {
    throw new KernelcastError('CONVENTIONS', `${hours.length} hours of ${stations} stations in one file`, {
      where,
      hint: 'Split the file by years.',
    });
  }
  const rowOf = new Map(Array.from(hours, (hour, row) => [hour, row]));
  const slots = new Int32Array(hours.length * stations).fill(-1);
  for (let i = 0; i < times.length; i++) {
    if (stationOf[i] < 0 || !isNearHour(offset(i))) continue;
    const slot = rowOf.get(nearestHour(times[i]))! * stations + stationOf[i];
    if (slots[slot] < 0 || byNearness(offset(slots[slot]), offset(i)) <= 0) slots[slot] = i;
  }
  const offHour = times.reduce((sum, time, i) => sum + (Number.isNaN(time) || isNearHour(offset(i)) ? 0 : 1), 0);
  return { hours, slots, offHour };
}

/** All observations of a variable, in the order of the file and in the field's unit; NaN where missing. */
async function loadField(data: DataFile, field: Field<RaggedLayout>): Promise<Float32Array> {
  const result = new Float32Array(field.variable.shape.reduce((product, n) => product * n, 1));
  let at = 0;
  for await (const values of observations(data, field)) {
    result.set(values, at);
    at += values.length;
  }
  return result;
}

/** The same, some after the other. */
export async function* observations(
  data: DataFile,
  { variable, packing }: Field<RaggedLayout>,
): AsyncGenerator<Float64Array> {
  const [rows, width = 1] = variable.shape;
  const piece = Math.max(1, Math.floor(PIECE / width));
  for (let first = 0; first < rows; first += piece) {
    const count = Math.min(piece, rows - first);
    const start = variable.shape.map((_, axis) => (axis === 0 ? first : 0));
    const raw = signedAsTold(await data.read(variable, start, [count, ...variable.shape.slice(1)]), packing);
    const values = new Float64Array(count * width);
    unpackPicked(raw, 0, Int32Array.from(values.keys()), packing, values, 0);
    yield values;
  }
}
