/**
 * What a variable's values are beside the quantity that its name says: a statistic over time is no value at an hour, the spread of
 * an ensemble is no wind. Told by cell methods (CF-1.11 section 7.3), by what the format says of its products, and by names.
 */
import { type DataFile, type DataVariable, textAttribute } from '../formats/data-file.ts';
import { auxiliaryCoordinates } from './coordinates.ts';
import { isPercentile, timeRoleOf } from './time-roles.ts';

export interface CellMethod {
  /** Dimensions, or standard names of coordinates: `time`, `area`, `realization`. */
  names: readonly string[];
  method: string;
}

const METHOD = /((?:\w+\s*:\s*)+)(\w+)((?:\s+(?:within|over|where)\s+\w+)*)\s*(?:\([^)]*\))?/g;

export function cellMethods(variable: DataVariable): CellMethod[] {
  const text = textAttribute(variable.attributes, 'cell_methods') ?? '';
  return [...text.matchAll(METHOD)].map(([, names, method]) => ({
    names: names
      .split(':')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    method: method.toLowerCase(),
  }));
}

const INSTANTS = ['point', 'instantaneous', 'instant', 'none'];

/** How a value came about within its stretch of time, where it is not an instant: `mean`, `maximum`, ... */
export function methodOverTime(data: DataFile, variable: DataVariable): string | undefined {
  const isTime = (name: string) => {
    const coordinate = data.variables.get(name);
    return (
      /^(time|valid_?time|t)\d*$/i.test(name) || (coordinate !== undefined && timeRoleOf(coordinate) !== undefined)
    );
  };
  return cellMethods(variable).find(({ names, method }) => names.some(isTime) && !INSTANTS.includes(method))?.method;
}

const EXTREME_NAME = /(?:^|[^a-z0-9])(?:m[xn]\d?t|tm(?:ax|in))(?![a-z])|(?:max|min)(?:imum)?(?![a-z0-9])/i;
const EXTREME_WORDS = /\b(max(imum)?|min(imum)?|gusts?)\b/i;
/** `10min` is a stretch of time, and no minimum. */
const MINUTES = /\d\s*min/gi;

/** Why a variable, whatever its standard name, has no values at the hour; undefined where nothing says so. */
export function statisticProblem(data: DataFile, variable: DataVariable): string | undefined {
  const method = methodOverTime(data, variable);
  // A mean is looked at again when it is known how long it is.
  if (method !== undefined)
    return method === 'mean' ? undefined : `it is the ${method} over some time, and no value at an hour`;
  if (cellMethods(variable).some(({ names }) => names.includes('time'))) return undefined;
  const long = textAttribute(variable.attributes, 'long_name') ?? '';
  const named = EXTREME_NAME.test(variable.name.replace(MINUTES, '')) || EXTREME_WORDS.test(long.replace(MINUTES, ''));
  return named
    ? `its name (${[variable.name, long].filter((text) => text !== '').join(': ')}) says an extreme over some time`
    : undefined;
}

const OF_ENSEMBLES = /^(realization|realisation|number|member|ensemble)/i;
const SPREADS = ['standard_deviation', 'variance', 'range', 'spread'];

/** What the values are to an ensemble: `mean`, `spread`, `percentile`, ...; undefined for a forecast by itself, and its members. */
export function productOf(data: DataFile, variable: DataVariable): string | undefined {
  if (variable.product !== undefined) return variable.product;
  const over = cellMethods(variable).find(({ names }) => names.some((name) => OF_ENSEMBLES.test(name)));
  if (over) return SPREADS.includes(over.method) ? 'spread' : over.method;
  const told = [...variable.dimensions, ...auxiliaryCoordinates(variable)].find((name) => {
    const coordinate = data.variables.get(name);
    return coordinate !== undefined && isPercentile(name, coordinate);
  });
  return told && 'percentile';
}

/** Products that are values of the quantity itself. */
const PLAIN = [undefined, 'member', 'mean'];

/** Why a product is not taken by itself; undefined where it is one of the quantity's values, or asked for. */
export function productProblem(product: string | undefined, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) {
    const own = product ?? 'single';
    const fits =
      own.toLowerCase() === wanted.toLowerCase() ||
      (own === 'percentile' && /^(percentile|quantile|p)?\s*[\d.]+$/i.test(wanted));
    return fits ? undefined : `its product is '${own}'`;
  }
  return PLAIN.includes(product) ? undefined : `it is the ${product} of an ensemble; --product '${product}' takes it`;
}

/** Whether two names say the height that is meant, and not only the quantity. */
export function saysHeight({ name }: DataVariable): boolean {
  return !GENERIC.test(name);
}

const GENERIC =
  /^(air_?temp(erature)?|tair|tmp|air|atmp|ugrd|uwnd|vgrd|vwnd|wind_speed|wspd|wind_direction|wind_from_direction|wdir)$/i;
