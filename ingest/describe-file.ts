/** What a file of weather holds, and what ingest would take of it: for `kernelcast inspect`. No values are read. */
import type { Station } from '../src/domain/station.ts';
import type { VariableName } from '../src/domain/variables.ts';
import { isKernelcastError } from '../src/errors.ts';
import { eastOrWest, hasRole, readDegrees } from './cf/coordinates.ts';
import type { Attributes, DataFile } from './formats/data-file.ts';
import { openDataFile } from './formats/open.ts';
import type { Fetch } from './formats/zarr/http-store.ts';
import { nativeHours } from './hourly/native-hours.ts';
import { type OpenOptions, openFile } from './opened/open-file.ts';
import type { OpenedFile } from './opened/opened-file.ts';
import { openTable } from './tables/open-table.ts';

export interface FileDescription {
  path: string;
  format: string;
  dimensions: Record<string, number>;
  attributes: Record<string, unknown>;
  variables: VariableDescription[];
  /** Degrees, where the file has such coordinates: the least and the greatest. */
  latitude: [number, number] | null;
  longitude: [number, number] | null;
  /** What ingest takes, or the words in which it refuses the file. */
  weather: Weather | { refused: string };
}

export interface VariableDescription {
  name: string;
  type: string;
  dimensions: readonly string[];
  shape: readonly number[];
  attributes: Record<string, unknown>;
}

export interface Weather {
  taken: readonly { name: VariableName; from: string }[];
  /** With what follows from those. */
  variables: readonly VariableName[];
  /** The stations of a file of stations; a grid has none. */
  stations: number | null;
  times: number;
  /** ISO 8601, the earliest and the latest. */
  first: string;
  last: string;
  /** Hours from one time to the next, as a rule. */
  step: number;
}

/** @throws KernelcastError as `openGrid` does; what keeps ingest from a readable file is told, not thrown */
export async function describeFile(path: string, options: { fetch?: Fetch } = {}): Promise<FileDescription> {
  const table = await openTable(path, {});
  if (table) return describeTable(path, table);
  const data = await openDataFile(path, options);
  try {
    const [latitudes, longitudes] = [await coordinates(data, 'latitude'), await coordinates(data, 'longitude')];
    return {
      path,
      format: data.format,
      dimensions: Object.fromEntries(data.dimensions),
      attributes: plain(data.attributes),
      variables: [...data.variables.values()].map((variable) => ({
        name: variable.name,
        type: variable.type,
        dimensions: variable.dimensions,
        shape: variable.shape,
        attributes: plain(variable.attributes),
      })),
      latitude: extent(latitudes),
      longitude: extent(longitudes),
      weather: await weatherOf(path, { ...options, stations: [aPlaceOf(latitudes, longitudes)] }),
    };
  } finally {
    await data.close();
  }
}

/** A table has no metadata of its own: what counts is what is made of its columns. */
async function describeTable(path: string, table: OpenedFile): Promise<FileDescription> {
  const positions = (key: 'latitude' | 'longitude') => Float64Array.from(table.stations, (station) => station[key]);
  return {
    path,
    format: 'table',
    dimensions: {},
    attributes: {},
    variables: [],
    latitude: extent(positions('latitude')),
    longitude: extent(positions('longitude')),
    weather: weatherOfFile(path, table, table.stations.length),
  };
}

async function weatherOf(path: string, options: OpenOptions): Promise<FileDescription['weather']> {
  try {
    const opened = await openFile(path, options);
    try {
      return weatherOfFile(path, opened, opened.kind === 'grid' ? null : opened.stations.length);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (!isKernelcastError(error)) throw error;
    return { refused: error.message };
  }
}

function weatherOfFile(
  path: string,
  { axis, cellMethod, taken, variables }: OpenedFile,
  stations: number | null,
): Weather {
  const { step } = nativeHours(axis, { file: path, cellMethod });
  const sorted = axis.times.slice().sort();
  return {
    taken,
    variables,
    stations,
    times: sorted.length,
    first: new Date(sorted[0]).toISOString(),
    last: new Date(sorted[sorted.length - 1]).toISOString(),
    step,
  };
}

async function coordinates(data: DataFile, role: 'latitude' | 'longitude'): Promise<Float64Array | undefined> {
  const variable = [...data.variables.values()].find((candidate) => hasRole(candidate, role));
  try {
    return variable && (await readDegrees(data, variable, role));
  } catch (error) {
    // Ingest says what is wrong with it.
    if (isKernelcastError(error, 'UNIT')) return undefined;
    throw error;
  }
}

/** A point of the grid, to see whether it can be sampled. */
function aPlaceOf(latitudes: Float64Array | undefined, longitudes: Float64Array | undefined): Station {
  const middle = (values: Float64Array | undefined) => values?.[values.length >> 1] ?? 0;
  const [latitude, longitude] = [middle(latitudes), eastOrWest(middle(longitudes))];
  return { id: 'a-place', name: '', country: '', latitude, longitude, elevation: null };
}

function extent(values: Float64Array | undefined): [number, number] | null {
  const present = values?.filter((value) => !Number.isNaN(value)).sort();
  return present && present.length > 0 ? [present[0], present[present.length - 1]] : null;
}

function plain(attributes: Attributes): Record<string, unknown> {
  const entries = [...attributes].map(([name, { value }]) => [
    name,
    typeof value !== 'string' && value.length === 1 ? value[0] : value,
  ]);
  return Object.fromEntries(entries);
}
