/** How a variable lies on a grid: which of its dimensions are time, rows and columns, and where its places are told. */
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { auxiliaryCoordinates, coordinateOf, hasRole, readCoordinate } from './coordinates.ts';

export interface HorizontalLayout {
  /**
   * `axes`: a latitude for each row and a longitude for each column. `cells`: a latitude and a longitude for each cell, in rows
   * and columns (projected, rotated grids), or in one row (unstructured ones).
   */
  kind: 'axes' | 'cells';
  /** Positions among the variable's dimensions; no row where there is one place for all, or the place is told along the times. */
  rowAxis: number | undefined;
  /** None where cells lie in one row. */
  columnAxis: number | undefined;
  latitude: DataVariable;
  longitude: DataVariable;
}

export interface GridLayout extends HorizontalLayout {
  /** None where the file holds one time only. */
  timeAxis: number | undefined;
  /** ERA5 of the last months, as it was given out until 2024: final values and, where they are missing, preliminary ones. */
  expverAxis: number | undefined;
  /** The index along the dimension of levels, where there are several. */
  level: { axis: number; index: number } | undefined;
  time: DataVariable;
}

/**
 * The layout, or why there is none that we read.
 * @param height in metres above the ground, of the level that is meant where there are several
 */
export async function gridLayout(
  data: DataFile,
  variable: DataVariable,
  height?: number,
): Promise<GridLayout | string> {
  const { dimensions, shape } = variable;
  if (variable.trouble) throw variable.trouble;
  const horizontal = horizontalLayout(data, variable);
  if (typeof horizontal === 'string') return horizontal;
  const timeAxis = dimensions.findIndex((dimension) => coordinateOf(data, dimension, 'time'));
  const time = timeAxis < 0 ? scalarTime(data, variable) : coordinateOf(data, dimensions[timeAxis], 'time');
  if (!time) return 'it has no time';
  const expver = dimensions.indexOf('expver');
  const axes = [timeAxis, horizontal.rowAxis, horizontal.columnAxis, expver];
  const further = dimensions.map((_, axis) => axis).filter((axis) => !axes.includes(axis) && shape[axis] !== 1);
  const level = further.length === 1 ? await levelAt(data, dimensions[further[0]], height) : undefined;
  if (further.length > 0 && level === undefined) {
    return `it has ${shape[further[0]]} values along '${dimensions[further[0]]}'`;
  }
  return {
    ...horizontal,
    timeAxis: timeAxis < 0 ? undefined : timeAxis,
    expverAxis: expver < 0 ? undefined : expver,
    level: level === undefined ? undefined : { axis: further[0], index: level },
    time,
  };
}

/** Where a variable's rows and columns are, whatever its other dimensions; or why that cannot be told. */
export function horizontalLayout(data: DataFile, variable: DataVariable): HorizontalLayout | string {
  const { dimensions } = variable;
  const find = (role: 'latitude' | 'longitude') => {
    const axis = dimensions.findIndex((dimension) => coordinateOf(data, dimension, role));
    return { axis, coordinate: axis < 0 ? undefined : coordinateOf(data, dimensions[axis], role) };
  };
  const [latitude, longitude] = [find('latitude'), find('longitude')];
  if (latitude.coordinate && longitude.coordinate && latitude.axis !== longitude.axis) {
    return {
      kind: 'axes',
      rowAxis: latitude.axis,
      columnAxis: longitude.axis,
      latitude: latitude.coordinate,
      longitude: longitude.coordinate,
    };
  }
  return (
    placesOfCells(data, variable) ??
    onePlace(data, variable) ??
    `its dimensions (${dimensions.join(', ')}) are no latitude and longitude, and no others tell where its cells are`
  );
}

/** Latitude and longitude along one or two of the variable's own dimensions: named by it, or else the only ones there are. */
function placesOfCells(data: DataFile, variable: DataVariable): HorizontalLayout | undefined {
  const { dimensions } = variable;
  const named = auxiliaryCoordinates(variable).map((name) => data.variables.get(name));
  const isTime = (dimension: string) => coordinateOf(data, dimension, 'time') !== undefined;
  const fits = (candidate: DataVariable | undefined, role: 'latitude' | 'longitude'): candidate is DataVariable => {
    if (!candidate || !hasRole(candidate, role)) return false;
    const own = candidate.dimensions;
    const rank = own.length === 3 && isTime(own[0]) ? 2 : own.length;
    return (rank === 1 || rank === 2) && own.every((dimension) => dimensions.includes(dimension));
  };
  const find = (role: 'latitude' | 'longitude') =>
    named.find((candidate) => fits(candidate, role)) ??
    [...data.variables.values()].find((candidate) => fits(candidate, role));
  const [latitude, longitude] = [find('latitude'), find('longitude')];
  if (!latitude || !longitude || latitude.dimensions.join() !== longitude.dimensions.join()) return undefined;
  // Along the times a place is told again and again: `readCells` sees to it that it stays.
  if (latitude.dimensions.length === 1 && isTime(latitude.dimensions[0])) {
    return { kind: 'cells', rowAxis: undefined, columnAxis: undefined, latitude, longitude };
  }
  const [rows, columns] = latitude.dimensions.slice(-2).map((dimension) => dimensions.indexOf(dimension));
  return { kind: 'cells', rowAxis: rows, columnAxis: columns, latitude, longitude };
}

/** A single place, told once: coordinates of one value each, with no dimension of the variable's. */
function onePlace(data: DataFile, variable: DataVariable): HorizontalLayout | undefined {
  const named = auxiliaryCoordinates(variable);
  const find = (role: 'latitude' | 'longitude') => {
    const all = [...data.variables.values()].filter((one) => hasRole(one, role) && one.shape.every((n) => n === 1));
    return all.find(({ name }) => named.includes(name)) ?? (all.length === 1 ? all[0] : undefined);
  };
  const [latitude, longitude] = [find('latitude'), find('longitude')];
  return latitude && longitude && { kind: 'cells', rowAxis: undefined, columnAxis: undefined, latitude, longitude };
}

function scalarTime(data: DataFile, variable: DataVariable): DataVariable | undefined {
  const isOneTime = (candidate: DataVariable | undefined) =>
    candidate !== undefined && hasRole(candidate, 'time') && candidate.shape.every((n) => n === 1);
  const named = auxiliaryCoordinates(variable).map((name) => data.variables.get(name));
  const all = [...data.variables.values()].filter(isOneTime);
  const standard = all.filter(({ attributes }) => textAttribute(attributes, 'standard_name') === 'time');
  const only = all.length === 1 ? all : [];
  return [...named.filter(isOneTime), ...standard, ...only][0];
}

/** The index of a height above the ground among the levels of a dimension. */
async function levelAt(data: DataFile, dimension: string, height: number | undefined): Promise<number | undefined> {
  const levels = data.variables.get(dimension);
  if (height === undefined || !levels || isText(levels) || levels.dimensions.join() !== dimension) return undefined;
  if (!isHeight(levels)) return undefined;
  const index = (await readCoordinate(data, levels)).indexOf(height);
  return index < 0 ? undefined : index;
}

/** Whether a coordinate is a height above the ground, in metres. */
export function isHeight({ name, attributes }: DataVariable): boolean {
  const units = textAttribute(attributes, 'units') ?? '';
  const standardName = textAttribute(attributes, 'standard_name') ?? '';
  return /^(m|met(er|re)s?)$/i.test(units) && /height/i.test(`${name} ${standardName}`);
}
