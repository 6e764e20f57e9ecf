/**
 * Files of stations: CF discrete sampling geometries of `featureType` timeSeries (CF-1.11 chapter 9 and appendix H). Here the
 * orthogonal multidimensional form: [station, time] or [time, station] with one time axis, or [time] for a single station; the
 * forms in which each station has times of its own are those of `ragged-layout.ts`.
 */

import type { Station } from '../../src/domain/station.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { isPlace, isSentinel, knownElevation } from '../stations/sentinels.ts';
import { stationId } from '../stations/station-id.ts';
import { coordinateOf, eastOrWest, hasRole, readCoordinate, readDegrees } from './coordinates.ts';

export interface StationLayout {
  timeAxis: number;
  /** None for a single station. */
  stationAxis: number | undefined;
  time: DataVariable;
  latitude: DataVariable;
  longitude: DataVariable;
}

const READ_HINT = 'Kernelcast reads files of the feature type timeSeries.';

/**
 * Whether a file calls itself a file of stations.
 * @throws KernelcastError `CONVENTIONS` for another feature type
 */
export function isStationFile(data: DataFile): boolean {
  const { attributes } = data;
  const type = textAttribute(attributes, 'featureType') ?? textAttribute(attributes, 'CF:featureType');
  const known = type ?? textAttribute(attributes, 'cdm_data_type') ?? '';
  if (/^(timeSeries|station)$/i.test(known)) return true;
  if (type === undefined || /^data$/i.test(type)) return false;
  throw new KernelcastError('CONVENTIONS', `the file holds features of the type '${type}'`, {
    where: { file: data.path },
    hint: READ_HINT,
  });
}

/** The layout, or why there is none that we read. */
export function stationLayout(data: DataFile, variable: DataVariable): StationLayout | string {
  if (variable.trouble) throw variable.trouble;
  const [latitude, longitude] = [positionOf(data, variable, 'latitude'), positionOf(data, variable, 'longitude')];
  if (!latitude || !longitude) return 'its stations have no fixed latitude and longitude';
  if (longitude.dimensions[0] !== latitude.dimensions[0])
    return 'latitude and longitude belong to different dimensions';
  const isAlong = variable.dimensions.includes(latitude.dimensions[0]);
  const stationDimension = isAlong ? latitude.dimensions[0] : undefined;
  const timeAxis = variable.dimensions.findIndex((dimension) => coordinateOf(data, dimension, 'time'));
  if (timeAxis < 0) return 'its stations do not share one time axis';
  const stationAxis = stationDimension === undefined ? -1 : variable.dimensions.indexOf(stationDimension);
  const extra = variable.dimensions.findIndex(
    (_, axis) => axis !== timeAxis && axis !== stationAxis && variable.shape[axis] !== 1,
  );
  if (extra >= 0) return `it has ${variable.shape[extra]} values along '${variable.dimensions[extra]}'`;
  const time = coordinateOf(data, variable.dimensions[timeAxis], 'time')!;
  return { timeAxis, stationAxis: stationAxis < 0 ? undefined : stationAxis, time, latitude, longitude };
}

/** The latitude or longitude of each station: one value, or one a station, and no axis that is shared with the values' time. */
function positionOf(data: DataFile, variable: DataVariable, role: 'latitude' | 'longitude'): DataVariable | undefined {
  return [...data.variables.values()].find(
    (candidate) =>
      hasRole(candidate, role) &&
      candidate.dimensions.length <= 1 &&
      (candidate.shape.every((n) => n === 1) ||
        (variable.dimensions.includes(candidate.dimensions[0]) &&
          !coordinateOf(data, candidate.dimensions[0], 'time'))),
  );
}

/**
 * The station table of a file whose stations share one time axis.
 * @throws KernelcastError see `stationTable`
 */
export async function stationsOf(data: DataFile, { latitude, longitude }: StationLayout): Promise<Station[]> {
  const ofStation = (variable: DataVariable) =>
    latitude.dimensions.length === 0
      ? variable.shape.slice(0, variable.type === 'char' ? -1 : undefined).every((n) => n === 1)
      : variable.dimensions[0] === latitude.dimensions[0];
  const candidates = [...data.variables.values()].filter(ofStation);
  const elevation = candidates.find((variable) => isElevation(variable) && variable.shape.length <= 1);
  return stationTable(data, candidates, {
    latitudes: (await readDegrees(data, latitude, 'latitude')).map((degrees) => decimal(degrees, latitude)),
    longitudes: (await readDegrees(data, longitude, 'longitude')).map((degrees) => decimal(degrees, longitude)),
    elevations: elevation && (await readElevations(data, elevation)),
  });
}

/** [station] */
export interface StationPlaces {
  latitudes: Float64Array;
  longitudes: Float64Array;
  elevations: Float64Array | undefined;
}

/**
 * @param candidates the variables along the stations, among which are their ids and names
 * @throws KernelcastError `CONVENTIONS`: no id (`cf_role` timeseries_id), an id twice, or a position off the Earth
 */
export async function stationTable(
  data: DataFile,
  candidates: readonly DataVariable[],
  { latitudes, longitudes, elevations }: StationPlaces,
): Promise<Station[]> {
  const count = latitudes.length;
  const idVariable =
    candidates.find(({ attributes }) => textAttribute(attributes, 'cf_role') === 'timeseries_id') ??
    candidates.find(({ attributes }) =>
      /^(station|platform)_id$/.test(textAttribute(attributes, 'standard_name') ?? ''),
    );
  if (!idVariable) {
    throw new KernelcastError('CONVENTIONS', 'the stations have no ids', {
      where: { file: data.path },
      hint: 'One variable along the stations must have the attribute cf_role = "timeseries_id".',
    });
  }
  const idTexts = await readTexts(data, idVariable, count);
  const ids = idTexts.map(stationId);
  const nameVariable = candidates.find(isName(idVariable));
  const names = nameVariable ? await readTexts(data, nameVariable, count) : idTexts;

  const seen = new Set<string>();
  return ids.map((id, index): Station => {
    const where = { file: data.path, variable: idVariable.name, index, station: id };
    if (id === '') throw new KernelcastError('CONVENTIONS', 'a station has no id', { where });
    if (seen.has(id)) throw new KernelcastError('CONVENTIONS', 'two stations have the same id', { where });
    seen.add(id);
    const isUnknown =
      Number.isNaN(latitudes[index] + longitudes[index]) ||
      isSentinel(latitudes[index]) ||
      isSentinel(longitudes[index]);
    if (!isPlace(latitudes[index], longitudes[index]) && !isUnknown) {
      throw new KernelcastError('CONVENTIONS', 'a station is not on the Earth', {
        where: { ...where, latitude: latitudes[index], longitude: longitudes[index] },
      });
    }
    const elevation = knownElevation(elevations?.[index] ?? Number.NaN);
    return {
      id,
      name: names[index] || id,
      country: '',
      latitude: latitudes[index],
      longitude: eastOrWest(longitudes[index]),
      elevation,
    };
  });
}

/** Whether a station of a table has a place: see `stationTable`. */
export function hasPlace({ latitude, longitude }: Pick<Station, 'latitude' | 'longitude'>): boolean {
  return isPlace(latitude, longitude);
}

/**
 * The stations that are left out because nobody knows where they are.
 * @throws KernelcastError `CONVENTIONS` where those are all
 */
export function withoutPlace(data: DataFile, all: readonly Station[]): Station[] {
  const unknown = all.filter((station) => !hasPlace(station));
  if (unknown.length < all.length || all.length === 0) return unknown;
  throw new KernelcastError('CONVENTIONS', 'no station of the file has a position', {
    where: { file: data.path, stations: all.length },
    hint: 'Their latitudes and longitudes are missing, or numbers such as -999 that mean so.',
  });
}

function isName(idVariable: DataVariable): (variable: DataVariable) => boolean {
  return (variable) =>
    variable !== idVariable &&
    isText(variable) &&
    (textAttribute(variable.attributes, 'standard_name') === 'platform_name' || /name/i.test(variable.name));
}

export function isElevation(variable: DataVariable): boolean {
  const standardName = textAttribute(variable.attributes, 'standard_name') ?? '';
  const named =
    /^(surface_altitude|altitude)$/.test(standardName) || /^(elevation|elev|altitude|alt)$/i.test(variable.name);
  const units = textAttribute(variable.attributes, 'units') ?? 'm';
  return named && !isText(variable) && /^(m|met(er|re)s?)$/i.test(units);
}

export async function readElevations(data: DataFile, variable: DataVariable): Promise<Float64Array> {
  return (await readCoordinate(data, variable)).map((metres) => decimal(metres, variable));
}

/** One text a station: texts as they are, or numbers written out. */
async function readTexts(data: DataFile, variable: DataVariable, count: number): Promise<string[]> {
  return isText(variable) ? data.readTexts(variable, count) : Array.from(await readCoordinate(data, variable), String);
}

/** 4.439 is 4.43900012... as a float32, which holds some seven digits: those are what was meant. */
export function decimal(value: number, { type }: DataVariable): number {
  return type === 'float' ? Number(Math.fround(value).toPrecision(7)) : value;
}
