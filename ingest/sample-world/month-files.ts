/**
 * The sample world as gridded files: CF-1.11, NetCDF classic with 64-bit offsets, one a month, values packed in 16 bits.
 * A month in which the world begins or ends has the hours that are in it.
 *
 *     for await (const { name, bytes } of monthFiles({ start, end })) await writeFile(join(folder, name), bytes);
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { type Hour, monthOf, monthSpan } from '../../src/domain/time.ts';
import { encodeNetcdf, type NetcdfVariable } from '../formats/netcdf-classic/writer.ts';
import { type WorldGrid, worldGrid } from './grid.ts';
import { landFraction } from './land.ts';
import { sampleWorld, type WorldHour } from './world.ts';

export const DEFAULT_RESOLUTION = 5;
export const DEFAULT_SEED = '1';
/** 2025-01-01T00Z */
export const DEFAULT_START: Hour = 482_136;

/** stored = round((value - offset) / scale): steps of 0.005 degC and 0.002 m/s. */
const PACKING = {
  t2m: { scale: 0.005, offset: 273.15 },
  u10: { scale: 0.002, offset: 0 },
  v10: { scale: 0.002, offset: 0 },
} as const;
type Name = keyof typeof PACKING;

const KELVIN = 273.15;
const FILL = -32768;

export interface MonthFilesOptions {
  /** Degrees (5). */
  resolution?: number;
  /** ('1') */
  seed?: string;
  /** The world's first hour (2025-01-01T00Z). */
  start?: Hour;
  /** The hour after its last; without one it goes on for ever. */
  end?: Hour;
  /** Called after each hour. */
  onHour?: (hour: Hour) => void;
}

export interface MonthFile {
  /** `2025-01` */
  month: string;
  /** `sample-world-2025-01.nc` */
  name: string;
  bytes: Uint8Array;
}

export function monthFileName(month: string): string {
  return `sample-world-${month}.nc`;
}

/** @throws KernelcastError `USAGE` for a resolution that does not fit the globe */
export async function* monthFiles({
  resolution = DEFAULT_RESOLUTION,
  seed = DEFAULT_SEED,
  start = DEFAULT_START,
  end = Number.POSITIVE_INFINITY,
  onHour = () => {},
}: MonthFilesOptions = {}): AsyncGenerator<MonthFile> {
  const grid = worldGrid(resolution);
  const world = sampleWorld({ grid, land: await landFraction(grid), seed, start });
  for (let from = start; from < end; ) {
    const month = monthOf(from);
    const to = Math.min(monthSpan(month).to, end);
    const packed: Record<Name, Int16Array>[] = [];
    for (let hour = from; hour < to; hour++) {
      packed.push(packHour(world.next().value));
      onHour(hour);
      // A server may run in this process.
      await letOthersRun();
    }
    yield { month, name: monthFileName(month), bytes: encodeMonth(grid, seed, from, packed) };
    from = to;
  }
}

function packHour({ temperature, u, v }: WorldHour): Record<Name, Int16Array> {
  return { t2m: pack(temperature, PACKING.t2m, KELVIN), u10: pack(u, PACKING.u10), v10: pack(v, PACKING.v10) };
}

function pack(values: Float64Array, { scale, offset }: { scale: number; offset: number }, add = 0): Int16Array {
  const packed = new Int16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    packed[index] = Math.max(-32767, Math.min(32767, Math.round((values[index] + add - offset) / scale)));
  }
  return packed;
}

function encodeMonth(
  grid: WorldGrid,
  seed: string,
  from: Hour,
  hours: readonly Record<Name, Int16Array>[],
): Uint8Array {
  const field = (name: Name, attributes: Record<string, string>): NetcdfVariable => ({
    type: 'short',
    dimensions: ['time', 'latitude', 'longitude'],
    attributes: {
      ...attributes,
      scale_factor: PACKING[name].scale,
      add_offset: PACKING[name].offset,
      _FillValue: Int16Array.of(FILL),
      cell_methods: 'time: point',
    },
    values: (record) => hours[record][name],
  });
  return encodeNetcdf({
    dimensions: { time: hours.length, latitude: grid.rows, longitude: grid.columns },
    recordDimension: 'time',
    attributes: {
      Conventions: 'CF-1.11',
      title: 'The sample world of Kernelcast: a made-up, plausible global atmosphere',
      source: `kernelcast sample-world, seed ${seed}, ${grid.resolution} degrees`,
      comment: 'No observation of the real Earth. Equations: ingest/sample-world/README.md',
    },
    variables: {
      time: {
        type: 'int',
        dimensions: ['time'],
        attributes: {
          standard_name: 'time',
          units: 'hours since 1970-01-01 00:00:00',
          calendar: 'standard',
          axis: 'T',
        },
        values: (record) => [from + record],
      },
      latitude: {
        type: 'double',
        dimensions: ['latitude'],
        attributes: { standard_name: 'latitude', units: 'degrees_north', axis: 'Y' },
        values: grid.latitudes,
      },
      longitude: {
        type: 'double',
        dimensions: ['longitude'],
        attributes: { standard_name: 'longitude', units: 'degrees_east', axis: 'X' },
        values: grid.longitudes,
      },
      height_2m: height(2),
      height_10m: height(10),
      t2m: field('t2m', {
        standard_name: 'air_temperature',
        long_name: '2 metre temperature',
        units: 'K',
        coordinates: 'height_2m',
      }),
      u10: field('u10', {
        standard_name: 'eastward_wind',
        long_name: '10 metre eastward wind',
        units: 'm s-1',
        coordinates: 'height_10m',
      }),
      v10: field('v10', {
        standard_name: 'northward_wind',
        long_name: '10 metre northward wind',
        units: 'm s-1',
        coordinates: 'height_10m',
      }),
    },
  });
}

function height(metres: number): NetcdfVariable {
  return {
    type: 'double',
    dimensions: [],
    attributes: { standard_name: 'height', units: 'm', positive: 'up', axis: 'Z' },
    values: [metres],
  };
}
