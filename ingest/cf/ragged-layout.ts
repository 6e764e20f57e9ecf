/**
 * Files of stations each of which has times of its own (CF-1.11 section 9.3 and appendix H.2.2 - H.2.5): the incomplete
 * multidimensional form [station, observation], and the two ragged forms, where all observations stand in one row: one
 * station's after the other's (with the length of each), or in any order (with the station of each).
 */
import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { hasRole, readCoordinate, readDegrees } from './coordinates.ts';
import { decimal, isElevation, readElevations, stationTable } from './station-layout.ts';

export interface RaggedLayout {
  /** The dimensions of an observation: one in the ragged forms, two in the incomplete one. */
  dimensions: readonly string[];
  stationDimension: string;
  /** Along the dimensions of an observation. */
  time: DataVariable;
  /** How the station of an observation is told. */
  form:
    | { kind: 'rows'; stationAxis: number }
    | { kind: 'contiguous'; counts: DataVariable }
    | { kind: 'indexed'; stations: DataVariable };
}

/** Older files say it in these. */
const COUNTS = ['sample_dimension', 'CF:ragged_row_count'];
const INDICES = ['instance_dimension', 'CF:ragged_parent_index'];

/** The layout of a file whose stations have times of their own; undefined for others. */
export function raggedLayout(data: DataFile): RaggedLayout | undefined {
  const variables = [...data.variables.values()];
  const times = variables.filter((variable) => hasRole(variable, 'time'));
  const has = (names: readonly string[]) => (variable: DataVariable) =>
    variable.dimensions.length === 1 && names.some((name) => variable.attributes.has(name));
  const index = variables.find(has(INDICES));
  if (index) {
    const [own] = index.dimensions;
    const told = textAttribute(index.attributes, 'instance_dimension') ?? '';
    const stationDimension = data.dimensions.has(told) ? told : dimensionOfIds(data);
    const time = times.find(({ dimensions }) => dimensions.join() === own);
    return time && stationDimension !== undefined
      ? { dimensions: [own], stationDimension, time, form: { kind: 'indexed', stations: index } }
      : undefined;
  }
  const counts = variables.find(has(COUNTS)) ?? variables.find(isRowSize);
  if (counts) {
    const [stationDimension] = counts.dimensions;
    const time = times.find(({ dimensions }) => dimensions.length === 1 && dimensions[0] !== stationDimension);
    return time && { dimensions: time.dimensions, stationDimension, time, form: { kind: 'contiguous', counts } };
  }
  const stationDimension = dimensionOfIds(data);
  const time = times.find(({ dimensions }) => dimensions.length === 2 && dimensions.includes(stationDimension ?? ''));
  if (!time || stationDimension === undefined) return undefined;
  const stationAxis = time.dimensions.indexOf(stationDimension);
  return { dimensions: time.dimensions, stationDimension, time, form: { kind: 'rows', stationAxis } };
}

/** ERDDAP's name for the counts, in files that do not say what they are. */
function isRowSize(variable: DataVariable): boolean {
  return variable.dimensions.length === 1 && !isText(variable) && /^row_?size$/i.test(variable.name);
}

function dimensionOfIds(data: DataFile): string | undefined {
  const ids = [...data.variables.values()].find(
    ({ attributes }) => textAttribute(attributes, 'cf_role') === 'timeseries_id',
  );
  return ids?.dimensions[0];
}

/** Whether a variable has a value for each observation; else why it is not read. */
export function observedAlong(layout: RaggedLayout, { dimensions }: DataVariable): RaggedLayout | string {
  return dimensions.join() === layout.dimensions.join()
    ? layout
    : `it has no value for each observation (${layout.dimensions.join(', ')})`;
}

/**
 * The station of each observation, by its position in the station table.
 * @throws KernelcastError `CONVENTIONS`: counts that do not add up to the observations, or a station that there is not
 */
export async function stationOfEach(data: DataFile, layout: RaggedLayout): Promise<Int32Array> {
  const { time, form, stationDimension } = layout;
  const count = time.shape.reduce((product, n) => product * n, 1);
  const stations = data.dimensions.get(stationDimension) ?? 0;
  if (form.kind === 'rows') {
    const [rows, columns] = time.shape;
    return Int32Array.from({ length: rows * columns }, (_, i) =>
      form.stationAxis === 0 ? Math.floor(i / columns) : i % columns,
    );
  }
  if (form.kind === 'indexed') {
    const indices = await readCoordinate(data, form.stations);
    const index = indices.findIndex((station) => !(Number.isInteger(station) && station >= 0 && station < stations));
    if (index < 0) return Int32Array.from(indices);
    throw new KernelcastError('CONVENTIONS', `an observation belongs to a station that there is not`, {
      where: { file: data.path, variable: form.stations.name, index, station: indices[index] },
    });
  }
  const counts = await readCoordinate(data, form.counts);
  const result = new Int32Array(count);
  let from = 0;
  for (const [station, length] of counts.entries()) {
    if (!(Number.isInteger(length) && length >= 0 && from + length <= count)) break;
    result.fill(station, from, from + length);
    from += length;
  }
  if (from === count && counts.every((length) => length >= 0)) return result;
  throw new KernelcastError(
    'CONVENTIONS',
    `the stations' numbers of observations do not add up to the ${count} there are`,
    {
      where: { file: data.path, variable: form.counts.name },
    },
  );
}

/** A station that moves by less than this, in degrees, stands where it is: coordinates come rounded. */
const SAME_PLACE = 1e-3;

/**
 * The station table. Places along the observations (as ERDDAP writes them) count where all of a station's are one place.
 * @throws KernelcastError `CONVENTIONS`: a station that moves; see `stationTable`
 */
export async function raggedStations(data: DataFile, layout: RaggedLayout, stationOf: Int32Array): Promise<Station[]> {
  const variables = [...data.variables.values()];
  const count = data.dimensions.get(layout.stationDimension) ?? 0;
  const along = (variable: DataVariable, dimensions: readonly string[]) =>
    variable.dimensions.join() === dimensions.join();
  const isPlaced = (variable: DataVariable) =>
    along(variable, [layout.stationDimension]) || along(variable, layout.dimensions);
  const perStation = (values: Float64Array, variable: DataVariable): Float64Array => {
    if (along(variable, [layout.stationDimension])) return values;
    const result = new Float64Array(count).fill(Number.NaN);
    for (const [i, value] of values.entries()) {
      const before = result[stationOf[i]];
      if (Number.isNaN(before)) result[stationOf[i]] = value;
      else if (Math.abs(value - before) > SAME_PLACE) {
        throw new KernelcastError('CONVENTIONS', 'a station moves, which stations of time series do not', {
          where: { file: data.path, variable: variable.name, index: i },
        });
      }
    }
    return result;
  };
  const degrees = async (role: 'latitude' | 'longitude') => {
    const variable = variables.find((candidate) => hasRole(candidate, role) && isPlaced(candidate));
    if (!variable) {
      throw new KernelcastError('CONVENTIONS', `the stations have no ${role}`, { where: { file: data.path } });
    }
    return perStation(await readDegrees(data, variable, role), variable).map((value) => decimal(value, variable));
  };
  const elevation = variables.find((variable) => isElevation(variable) && along(variable, [layout.stationDimension]));
  return stationTable(
    data,
    variables.filter(({ dimensions }) => dimensions[0] === layout.stationDimension),
    {
      latitudes: await degrees('latitude'),
      longitudes: await degrees('longitude'),
      elevations: elevation && (await readElevations(data, elevation)),
    },
  );
}
