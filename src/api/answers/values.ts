/** The values of quantities in a series: what the store has, and what follows from it. */
import { probabilityAbove } from '../../domain/exceedance.ts';
import { probabilityAtAnyHour } from '../../domain/rank-paths.ts';
import type { Series } from '../../domain/series.ts';
import type { VariableName } from '../../domain/variables.ts';
import { windDirection, windSpeed } from '../../domain/wind.ts';
import { windChill } from '../../domain/wind-chill.ts';
import { type Exceedance, quantityOf, type SeriesQuantity } from './quantities.ts';
import { converter, type UnitChoice, unitOf, variableUnit } from './units.ts';

/** A value by its index in the series, [time, station]; NaN where it is missing. */
export type ValueAt = (index: number) => number;

const DEFAULT_VARIABLES: readonly VariableName[] = ['temperature_2m', 'wind_speed_10m', 'wind_direction_10m'];

/** What a request without `hourly` gets: temperature, wind speed and direction, as far as the series has them. */
export function defaultQuantities(series: Series): SeriesQuantity[] {
  return DEFAULT_VARIABLES.filter((name) => variableValues(series, name) !== undefined).map(quantityOf);
}

/** Undefined where the series has nothing to make the quantity of. @param units of the threshold of an exceedance */
export function quantityValues(series: Series, quantity: SeriesQuantity, units: UnitChoice): ValueAt | undefined {
  switch (quantity.kind) {
    case 'value':
      return variableValues(series, quantity.variable);
    case 'apparent': {
      const temperature = variableValues(series, 'temperature_2m');
      const speed = variableValues(series, 'wind_speed_10m');
      return temperature && speed && ((index) => windChill(temperature(index), speed(index)));
    }
    case 'quantile': {
      const values = series.quantiles?.[quantity.variable]?.[quantity.level];
      return values && ((index) => values[index]);
    }
    case 'exceedance':
      return exceedanceValues(series, quantity, units);
  }
}

function exceedanceValues(
  series: Series,
  { variable, side, threshold: given, hours }: Exceedance,
  units: UnitChoice,
): ValueAt | undefined {
  const levels = series.quantiles?.[variable];
  const ranks = series.rankPaths?.[variable];
  if (!levels || (hours > 1 && !ranks)) return undefined;
  const { scale, offset } = variableUnit(variable, units);
  const threshold = (given - offset) / scale;
  const atHour = (index: number) => {
    const quantiles = levels.map((values) => values[index]);
    const above = probabilityAbove(quantiles, threshold);
    return side === 'over' ? above : 1 - above;
  };
  if (hours === 1 || !ranks) return atHour;
  const width = series.stations.length;
  const paths = ranks.length / series.hours;
  return (index) => {
    const row = Math.floor(index / width);
    if (row + hours > series.hours) return Number.NaN;
    const probabilities = Array.from({ length: hours }, (_, hour) => atHour(index + hour * width));
    return probabilityAtAnyHour(probabilities, ranks.subarray(row * paths, (row + hours) * paths), side);
  };
}

/** Wind speed and direction follow from u and v where they lack. */
function variableValues(series: Series, name: VariableName): ValueAt | undefined {
  const own = series.variables[name]?.values;
  const u = series.variables.wind_u_component_10m?.values;
  const v = series.variables.wind_v_component_10m?.values;
  const fromComponents = { wind_speed_10m: windSpeed, wind_direction_10m: windDirection }[name as string];
  if (!fromComponents || !u || !v) return own && ((index) => own[index]);
  const derived = (index: number) => fromComponents(u[index], v[index]);
  if (!own) return derived;
  return (index) => (Number.isNaN(own[index]) ? derived(index) : own[index]);
}

/** [time][station] in the units of the answer; all null where the series has not the quantity. */
export function stationRows(series: Series, quantity: SeriesQuantity, units: UnitChoice): (number | null)[][] {
  const width = series.stations.length;
  const values = quantityValues(series, quantity, units);
  const convert = converter(unitOf(quantity, units));
  return Array.from({ length: series.hours }, (_, t) =>
    Array.from({ length: width }, (_, s) => (values ? convert(values(t * width + s)) : null)),
  );
}
