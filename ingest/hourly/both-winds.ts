/**
 * Wind comes as components or as speed and direction; a series has both. What the source gives stays as it is, and each
 * missing value that follows from the others, at the same hour and station, is filled in.
 */
import { sameStations } from '../../src/domain/align-stations.ts';
import {
  emptyVariable,
  FLAG,
  type Series,
  type SeriesVariable,
  seriesVariableNames,
  sliceSeries,
} from '../../src/domain/series.ts';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { windComponents, windDirection, windSpeed } from '../../src/domain/wind.ts';

/**
 * Adds the wind variables that follow from those present, and fills their gaps. No direction is made up for a calm
 * that has none. A derived value is flagged as the weaker of its two
 * sources is.
 * @param size values in each variable
 */
export function completeWind(variables: Series['variables'], size: number): Series['variables'] {
  const { wind_u_component_10m: u, wind_v_component_10m: v } = variables;
  const { wind_speed_10m: speed, wind_direction_10m: direction } = variables;
  const result = { ...variables };
  if (u && v) {
    result.wind_speed_10m = filled(speed, size, u, v, windSpeed);
    result.wind_direction_10m = filled(direction, size, u, v, windDirection);
  }
  if (speed && direction) {
    result.wind_u_component_10m = filled(u, size, speed, direction, (s, d) => windComponents(s, d).u);
    result.wind_v_component_10m = filled(v, size, speed, direction, (s, d) => windComponents(s, d).v);
  }
  return result;
}

/** A copy of `own` in which a missing value is made from `a` and `b`, where that gives one. */
function filled(
  own: SeriesVariable | undefined,
  size: number,
  a: SeriesVariable,
  b: SeriesVariable,
  make: (a: number, b: number) => number,
): SeriesVariable {
  const result = own ? { values: own.values.slice(), flags: own.flags.slice() } : emptyVariable(size, 1);
  for (let i = 0; i < size; i++) {
    if (!Number.isNaN(result.values[i])) continue;
    const value = make(a.values[i], b.values[i]);
    if (Number.isNaN(value)) continue;
    result.values[i] = value;
    const weaker = a.flags[i] === FLAG.INTERPOLATED || b.flags[i] === FLAG.INTERPOLATED;
    result.flags[i] = weaker ? FLAG.INTERPOLATED : FLAG.OBSERVED;
  }
  return result;
}

/**
 * What follows from two series together and from neither alone: u in one file and v in another. Undefined where nothing
 * does, where they share no hour, or where their stations differ.
 */
export function windAcross(a: Series, b: Series): Series | undefined {
  const from = Math.max(a.from, b.from);
  const to = Math.min(a.from + a.hours, b.from + b.hours);
  const names = [...new Set([...seriesVariableNames(a), ...seriesVariableNames(b)])];
  const added = completedNames(names).filter((name) => !names.includes(name));
  if (to <= from || added.length === 0 || !sameStations(a.stations, b.stations)) return undefined;
  const both = { ...sliceSeries(a, from, to).variables, ...sliceSeries(b, from, to).variables };
  const complete = completeWind(both, (to - from) * a.stations.length);
  const variables = Object.fromEntries(added.map((name) => [name, complete[name]]));
  return { stations: a.stations, from, hours: to - from, variables };
}

/** The names that `completeWind` gives for these. */
export function completedNames(names: readonly VariableName[]): VariableName[] {
  const none = { values: new Float32Array(0), flags: new Uint8Array(0) };
  const complete = completeWind(Object.fromEntries(names.map((name) => [name, none])), 0);
  return VARIABLE_NAMES.filter((name) => complete[name]);
}
