/** How a variable lies on a latitude-longitude grid: which of its dimensions are time, latitude and longitude. */
import { type Grid, type GridVariable, textAttribute } from '../grid.ts';
import { auxiliaryCoordinates, coordinateOf, hasRole } from './coordinates.ts';

export interface GridLayout {
  /** Positions among the variable's dimensions; time has none where the file holds one time only. */
  timeAxis: number | undefined;
  latitudeAxis: number;
  longitudeAxis: number;
  /** ERA5 of the last months, as it was given out until 2024: final values and, where they are missing, preliminary ones. */
  expverAxis: number | undefined;
  time: GridVariable;
  latitude: GridVariable;
  longitude: GridVariable;
}

/** The layout, or why there is none that we read. */
export function gridLayout(grid: Grid, variable: GridVariable): GridLayout | string {
  const { dimensions, shape } = variable;
  const find = (role: 'time' | 'latitude' | 'longitude') => {
    const axis = dimensions.findIndex((dimension) => coordinateOf(grid, dimension, role));
    return { axis, coordinate: axis < 0 ? undefined : coordinateOf(grid, dimensions[axis], role) };
  };
  const [latitude, longitude] = [find('latitude'), find('longitude')];
  if (!latitude.coordinate || !longitude.coordinate || latitude.axis === longitude.axis) {
    const names = dimensions.join(', ');
    return hasPlacesOfCells(grid, variable)
      ? `each cell of its grid (${names}) has a latitude and longitude of its own, which is not read yet`
      : `its dimensions (${names}) are no latitude and longitude of a regular grid`;
  }
  const time = find('time');
  const timeVariable = time.coordinate ?? scalarTime(grid, variable);
  if (!timeVariable) return 'it has no time';
  const expver = dimensions.indexOf('expver');
  const axes = [time.axis, latitude.axis, longitude.axis, expver];
  const extra = dimensions.findIndex((_, axis) => !axes.includes(axis) && shape[axis] !== 1);
  if (extra >= 0) return `it has ${shape[extra]} values along '${dimensions[extra]}'`;
  return {
    timeAxis: time.axis < 0 ? undefined : time.axis,
    latitudeAxis: latitude.axis,
    longitudeAxis: longitude.axis,
    expverAxis: expver < 0 ? undefined : expver,
    time: timeVariable,
    latitude: latitude.coordinate,
    longitude: longitude.coordinate,
  };
}

/** Projected, rotated and unstructured grids: places by the `coordinates` attribute, along the variable's own dimensions. */
function hasPlacesOfCells(grid: Grid, variable: GridVariable): boolean {
  const coordinates = auxiliaryCoordinates(variable).map((name) => grid.variables.get(name));
  return (['latitude', 'longitude'] as const).every((role) =>
    coordinates.some((coordinate) => coordinate && hasRole(coordinate, role) && coordinate.dimensions.length > 0),
  );
}

function scalarTime(grid: Grid, variable: GridVariable): GridVariable | undefined {
  const isOneTime = (candidate: GridVariable | undefined) =>
    candidate !== undefined && hasRole(candidate, 'time') && candidate.shape.every((n) => n === 1);
  const named = auxiliaryCoordinates(variable).map((name) => grid.variables.get(name));
  const scalars = [...grid.variables.values()].filter(
    (candidate) => candidate.dimensions.length === 0 && textAttribute(candidate.attributes, 'standard_name') === 'time',
  );
  return [...named, ...scalars].find(isOneTime);
}
