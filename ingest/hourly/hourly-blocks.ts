/**
 * From values at a file's own times to hourly series, in blocks of bounded size that follow one another in time.
 *
 * The hours between two times are interpolated linearly, where both have a value, unless they lie further apart than the
 * file's step: such a gap is not bridged. Values that failed a check of quality control stay as they are, with their flag, and
 * nothing is interpolated from them. Wind is interpolated as components, speed as speed; the direction is that of the
 * interpolated components.
 */
import {
  emptyVariable,
  FLAG,
  isRejected,
  type Series,
  type SeriesVariable,
  seriesVariableNames,
} from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { type Hour, monthOf, monthSpan } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { directionBetween, windDirection } from '../../src/domain/wind.ts';

/** Values at some of a file's times; variables are [time, station]. */
export interface NativeSlab {
  /** Ascending, within a slab and from slab to slab. */
  hours: Int32Array;
  /** The row of each of `hours` in the variables, which may hold rows of no use too. */
  rows: Int32Array;
  variables: Series['variables'];
}

export interface HourlyOptions {
  stations: readonly Station[];
  /** What each slab has. */
  variables: readonly VariableName[];
  /** The widest gap that is bridged, in hours. */
  step: number;
  /** A block ends with the month in which it grows beyond this. */
  blockBytes?: number;
}

const BLOCK_BYTES = 16 * 1024 * 1024;

export async function* hourlyBlocks(
  slabs: AsyncIterable<NativeSlab>,
  { stations, variables, step, blockBytes = BLOCK_BYTES }: HourlyOptions,
): AsyncGenerator<Series> {
  const bytesPerHour = stations.length * variables.length * 5;
  let block: BlockBuilder | undefined;
  let last: { hour: Hour; frame: Frame } | undefined;
  for await (const slab of slabs) {
    for (const [index, hour] of slab.hours.entries()) {
      const row = rowOf(slab, slab.rows[index], stations.length);
      const frame = frameOf(row);
      const bridged = last !== undefined && hour - last.hour <= step;
      for (let at = bridged ? last!.hour + 1 : hour; at <= hour; at++) {
        if (block && !block.takes(at)) {
          yield block.finish();
          block = undefined;
        }
        block ??= new BlockBuilder(stations, variables, at, Math.max(1, Math.floor(blockBytes / bytesPerHour)));
        if (at === hour) block.put(at, row);
        else block.putInterpolated(at, between(last!.frame, frame, (at - last!.hour) / (hour - last!.hour)));
      }
      last = { hour, frame };
    }
  }
  if (block) yield block.finish();
}

/** One time of a slab, [station] each. */
type Row = Partial<Record<VariableName, SeriesVariable>>;

function rowOf(slab: NativeSlab, row: number, stations: number): Row {
  const at: Row = {};
  for (const name of Object.keys(slab.variables) as VariableName[]) {
    const { values, flags } = slab.variables[name]!;
    const [from, to] = [row * stations, (row + 1) * stations];
    at[name] = { values: values.subarray(from, to), flags: flags.subarray(from, to) };
  }
  return at;
}

/** The values of one hour that may be interpolated from, [station] each. */
type Frame = Partial<Record<VariableName, Float32Array>>;

function frameOf(row: Row): Frame {
  const frame: Frame = {};
  for (const name of Object.keys(row) as VariableName[]) {
    const { values, flags } = row[name]!;
    frame[name] = flags.some(isRejected)
      ? values.map((value, s) => (isRejected(flags[s]) ? Number.NaN : value))
      : values;
  }
  return frame;
}

/** The frame at a share (0..1) of the way from one to the next. */
function between(a: Frame, b: Frame, share: number): Frame {
  const frame: Frame = {};
  for (const name of Object.keys(a) as VariableName[]) {
    if (name === 'wind_direction_10m') continue;
    const other = b[name]!;
    frame[name] = a[name]!.map((value, s) => value + share * (other[s] - value));
  }
  if (!a.wind_direction_10m || !b.wind_direction_10m) return frame;
  const [from, to] = [a.wind_direction_10m, b.wind_direction_10m];
  const { wind_u_component_10m: u, wind_v_component_10m: v } = frame;
  frame.wind_direction_10m = from.map((direction, s) => {
    if (u && v && !Number.isNaN(u[s] + v[s])) return windDirection(u[s], v[s]);
    return directionBetween(direction, to[s], share);
  });
  return frame;
}

class BlockBuilder {
  readonly #stations: readonly Station[];
  readonly #from: Hour;
  readonly #to: Hour;
  readonly #variables: Partial<Record<VariableName, SeriesVariable>> = {};
  #hours = 0;
  #capacity = 64;

  /** A block from an hour to the end of the month in which `most` hours are over. */
  constructor(stations: readonly Station[], names: readonly VariableName[], from: Hour, most: number) {
    this.#stations = stations;
    this.#from = from;
    this.#to = monthSpan(monthOf(from + most)).to;
    for (const name of names) this.#variables[name] = emptyVariable(this.#capacity, stations.length);
  }

  /** Whether an hour still belongs here; a gap of a month or more is no reason to hold so many missing values. */
  takes(hour: Hour): boolean {
    return hour < this.#to && hour - (this.#from + this.#hours) < 24 * 28;
  }

  put(hour: Hour, row: Row): void {
    const at = this.#grownTo(hour);
    for (const [name, { values, flags }] of Object.entries(row) as [VariableName, SeriesVariable][]) {
      const target = this.#variables[name]!;
      target.values.set(values, at);
      for (let s = 0; s < values.length; s++) if (!Number.isNaN(values[s])) target.flags[at + s] = flags[s];
    }
  }

  putInterpolated(hour: Hour, frame: Frame): void {
    const at = this.#grownTo(hour);
    for (const [name, values] of Object.entries(frame) as [VariableName, Float32Array][]) {
      const { values: target, flags } = this.#variables[name]!;
      target.set(values, at);
      for (let s = 0; s < values.length; s++) if (!Number.isNaN(values[s])) flags[at + s] = FLAG.INTERPOLATED;
    }
  }

  /** Makes room for an hour, the next in time. @returns where its values begin */
  #grownTo(hour: Hour): number {
    const row = hour - this.#from;
    this.#hours = row + 1;
    if (row >= this.#capacity) this.#resize(Math.min(Math.max(2 * this.#capacity, row + 1), this.#to - this.#from));
    return row * this.#stations.length;
  }

  finish(): Series {
    this.#resize(this.#hours);
    return { stations: this.#stations, from: this.#from, hours: this.#hours, variables: this.#variables };
  }

  #resize(hours: number): void {
    const width = this.#stations.length;
    for (const name of seriesVariableNames({ variables: this.#variables } as Series)) {
      const grown = emptyVariable(hours, width);
      const { values, flags } = this.#variables[name]!;
      grown.values.set(values.subarray(0, hours * width));
      grown.flags.set(flags.subarray(0, hours * width));
      this.#variables[name] = grown;
    }
    this.#capacity = hours;
  }
}
