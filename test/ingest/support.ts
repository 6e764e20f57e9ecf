/** Small files in a folder of their own, for the tests of ingest. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { packingOf, signedAsTold, unpackPicked } from '../../ingest/cf/packing.ts';
import type { DataFile, DataVariable } from '../../ingest/formats/data-file.ts';
import {
  encodeNetcdf,
  type NetcdfAttribute,
  type NetcdfFile,
  type NetcdfVariable,
} from '../../ingest/formats/netcdf-classic/writer.ts';
import type { Station } from '../../src/domain/station.ts';
import { isKernelcastError, type KernelcastError } from '../../src/errors.ts';

/** A folder for the tests of one file; `path()` is inside it. */
export function temporaryFolder(): { path(name: string): string } {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kernelcast-ingest-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return { path: (name) => join(folder, name) };
}

export async function writeNetcdf(path: string, file: NetcdfFile): Promise<string> {
  await writeFile(path, encodeNetcdf(file));
  return path;
}

/** The error that a promise fails with, which must be one of ours. */
export async function failure(promise: Promise<unknown>): Promise<KernelcastError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isKernelcastError(outcome)) return outcome;
  throw outcome ?? new Error('it did not fail');
}

export function station(id: string, latitude: number, longitude: number): Station {
  return { id, name: id, country: '', latitude, longitude, elevation: null };
}

export interface GridSpec {
  latitudes: readonly number[];
  longitudes: readonly number[];
  /** Hours since 1970-01-01. */
  hours: readonly number[];
  variables: Record<string, FieldSpec>;
  timeUnits?: string;
  timeAttributes?: Record<string, NetcdfAttribute>;
  attributes?: Record<string, NetcdfAttribute>;
}

export interface FieldSpec {
  attributes: Record<string, NetcdfAttribute>;
  type?: NetcdfVariable['type'];
  /** The stored value, by hour, latitude and longitude. */
  value(hour: number, latitude: number, longitude: number): number;
}

/** A CF file [time, lat, lon] with time as its record dimension. */
export function gridFile(spec: GridSpec): NetcdfFile {
  const { latitudes, longitudes, hours } = spec;
  const variables: Record<string, NetcdfVariable> = {
    time: {
      type: 'double',
      dimensions: ['time'],
      attributes: { units: spec.timeUnits ?? 'hours since 1970-01-01', ...spec.timeAttributes },
      values: hours,
    },
    lat: { type: 'double', dimensions: ['lat'], attributes: { units: 'degrees_north' }, values: latitudes },
    lon: { type: 'double', dimensions: ['lon'], attributes: { units: 'degrees_east' }, values: longitudes },
  };
  for (const [name, { attributes, type = 'float', value }] of Object.entries(spec.variables)) {
    variables[name] = {
      type,
      dimensions: ['time', 'lat', 'lon'],
      attributes,
      values: (record) => latitudes.flatMap((lat) => longitudes.map((lon) => value(hours[record], lat, lon))),
    };
  }
  return {
    dimensions: { time: hours.length, lat: latitudes.length, lon: longitudes.length },
    recordDimension: 'time',
    attributes: spec.attributes,
    variables,
  };
}

/** `range(0, 360, 90)` is 0, 90, 180, 270. */
export function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

/** All values of a variable, [...shape], NaN where missing. */
export async function unpackedValues(grid: DataFile, variable: DataVariable): Promise<Float64Array> {
  const packing = packingOf(variable, grid.path);
  const zeros = variable.shape.map(() => 0);
  const raw = signedAsTold(await grid.read(variable, zeros, variable.shape), packing);
  const values = new Float64Array(raw.length);
  unpackPicked(
    raw,
    0,
    Int32Array.from(raw, (_, index) => index),
    packing,
    values,
    0,
  );
  return values;
}
