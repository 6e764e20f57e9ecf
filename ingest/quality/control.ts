/**
 * Quality control between reading a file and making hours of it, so that no wrong value is interpolated from. Values keep what they
 * are and get the flag of the first check that they fail (`FLAG`). Observations of stations go through all checks; a grid is
 * the work of a model or an analysis, and only its range is checked.
 *
 * It is a delay line: rows are held back as long as a later one may still tell that they are wrong. So the outcome does not hang on
 * how the file was cut into slabs, and memory is that of some fifty times.
 */
import { isRejected, type Series, type SeriesVariable } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import type { NativeSlab } from '../hourly/hourly-blocks.ts';
import { LONGEST_STREAK, MEASURED } from './limits.ts';
import { persistenceCheck } from './persistence.ts';
import { checkRange } from './range.ts';
import type { Check, Row } from './row.ts';
import { buddiesOf, spatialCheck } from './spatial.ts';
import { stepCheck } from './step.ts';

/** Rows that are given on at once. */
const BATCH = 64;

const WIND = ['wind_speed_10m', 'wind_direction_10m', 'wind_u_component_10m', 'wind_v_component_10m'] as const;

/** @param kind what the values are: observations of stations, or a grid's */
export async function* controlled(
  slabs: AsyncIterable<NativeSlab>,
  { stations, kind }: { stations: readonly Station[]; kind: 'stations' | 'grid' },
): AsyncGenerator<NativeSlab> {
  if (kind === 'grid') {
    for await (const slab of slabs) {
      for (const [name, variable] of entriesOf(slab.variables)) checkRange(name, variable);
      shareFate(slab.variables);
      yield slab;
    }
    return;
  }
  const checks = checksFor(stations);
  let window: Row[] = [];
  for await (const slab of slabs) {
    for (const [index, hour] of slab.hours.entries()) {
      const row = rowOf(slab.variables, hour, slab.rows[index], stations.length);
      for (const [name, variable] of entriesOf(row.variables)) checkRange(name, variable);
      window.push(row);
      for (const check of checks) check(window);
      if (window.length < LONGEST_STREAK + BATCH) continue;
      yield slabOf(window.slice(0, BATCH), stations.length);
      window = window.slice(BATCH);
    }
  }
  if (window.length > 0) yield slabOf(window, stations.length);
}

function checksFor(stations: readonly Station[]): Check[] {
  const buddies = buddiesOf(stations);
  return MEASURED.flatMap((name) => [
    spatialCheck(name, stations, buddies),
    stepCheck(name, stations.length),
    persistenceCheck(name, stations.length),
  ]);
}

function rowOf(variables: Series['variables'], hour: number, row: number, stations: number): Row {
  const own: Row['variables'] = {};
  for (const [name, { values, flags }] of entriesOf(variables)) {
    const [from, to] = [row * stations, (row + 1) * stations];
    own[name] = { values: values.slice(from, to), flags: flags.slice(from, to) };
  }
  return { hour, variables: own };
}

function slabOf(rows: readonly Row[], stations: number): NativeSlab {
  const variables: Series['variables'] = {};
  for (const name of Object.keys(rows[0].variables) as VariableName[]) {
    const values = new Float32Array(rows.length * stations);
    const flags = new Uint8Array(rows.length * stations);
    for (const [index, row] of rows.entries()) {
      values.set(row.variables[name]!.values, index * stations);
      flags.set(row.variables[name]!.flags, index * stations);
    }
    variables[name] = { values, flags };
  }
  shareFate(variables);
  return { hours: Int32Array.from(rows, ({ hour }) => hour), rows: Int32Array.from(rows.keys()), variables };
}

/** Speed, direction and components are one wind: where one is wrong, all are. */
function shareFate(variables: Series['variables']): void {
  const wind = WIND.map((name) => variables[name]).filter((variable) => variable !== undefined);
  for (const { flags } of wind) {
    for (let i = 0; i < flags.length; i++) {
      if (!isRejected(flags[i])) continue;
      for (const other of wind) {
        if (!isRejected(other.flags[i]) && !Number.isNaN(other.values[i])) other.flags[i] = flags[i];
      }
    }
  }
}

function entriesOf(variables: Series['variables']): [VariableName, SeriesVariable][] {
  return Object.entries(variables) as [VariableName, SeriesVariable][];
}
