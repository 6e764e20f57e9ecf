/**
 * What can be asked for by name: the variables, the wind chill, whether the sun is up (`is_day`), what Open-Meteo has and we have not, quantiles (`temperature_2m_p10`) and the probability that
 * a value is passed (`p_wind_speed_10m_over_15`, in the units of the answer), also in any of some hours
 * (`p_wind_speed_10m_over_15_6h`).
 */
import { QUANTILE_LEVELS, QUANTILE_VARIABLES, quantileColumn } from '../../domain/quantiles.ts';
import { VARIABLE_NAMES, type VariableName } from '../../domain/variables.ts';
import { ABSENT_HOURLY } from '../names/hourly-names.ts';
import { currentName } from '../names/old-names.ts';
import type { UnitKind } from '../names/unit-kinds.ts';

export type QuantileVariable = (typeof QUANTILE_VARIABLES)[number];

export type Quantity =
  | { kind: 'value'; name: string; variable: VariableName }
  | { kind: 'apparent'; name: string; variable: 'temperature_2m' }
  /** `level` is an index of `QUANTILE_LEVELS`. */
  | { kind: 'quantile'; name: string; variable: QuantileVariable; level: number }
  | Exceedance
  /** Follows from place and time. */
  | { kind: 'sun'; name: string; unit: 'none' }
  /** Open-Meteo has it; nothing here forecasts it. */
  | { kind: 'absent'; name: string; unit: UnitKind };

/** What is read in a series, or made of what is. */
export type SeriesQuantity = Exclude<Quantity, { kind: 'sun' | 'absent' }>;

export interface Exceedance {
  kind: 'exceedance';
  name: string;
  variable: QuantileVariable;
  side: 'over' | 'under';
  threshold: number;
  /** In any of so many hours, from the row's on; 1 is the row's alone. */
  hours: number;
}

const QUANTILES: SeriesQuantity[] = QUANTILE_VARIABLES.flatMap((variable) =>
  QUANTILE_LEVELS.map((value, level): SeriesQuantity => {
    return { kind: 'quantile', name: quantileColumn(variable, value), variable, level };
  }),
);

const OWN = new Map<string, SeriesQuantity>(
  [
    ...VARIABLE_NAMES.map((name): SeriesQuantity => ({ kind: 'value', name, variable: name })),
    { kind: 'apparent', name: 'apparent_temperature', variable: 'temperature_2m' } as const,
    ...QUANTILES,
  ].map((quantity) => [quantity.name, quantity]),
);

const KNOWN = new Map<string, Quantity>([
  ...OWN,
  ['is_day', { kind: 'sun', name: 'is_day', unit: 'none' }],
  ...[...ABSENT_HOURLY].map(([name, unit]): [string, Quantity] => [name, { kind: 'absent', name, unit }]),
]);

/** All names of what is forecast here, but those of exceedances, which are without end. */
export const OWN_NAMES: readonly string[] = [...OWN.keys()];
/** The same, and those that Open-Meteo has beside. */
export const QUANTITY_NAMES: readonly string[] = [...KNOWN.keys()];

const EXCEEDANCE_STEM = `p_(${QUANTILE_VARIABLES.join('|')})_(over|under)_(-?\\d{1,4}(?:\\.\\d{1,3})?)`;
/** `p_VARIABLE_over_X` and `p_VARIABLE_under_X` of a day; X in the units of the answer. */
export const DAILY_EXCEEDANCE_PATTERN = `^${EXCEEDANCE_STEM}$`;
/** The same of an hour, and with `_Nh` of any of 2 to 24 hours. */
export const EXCEEDANCE_PATTERN = `^${EXCEEDANCE_STEM}(?:_([2-9]|1\\d|2[0-4])h)?$`;
const EXCEEDANCE = new RegExp(EXCEEDANCE_PATTERN);

/** By any name that it has or had; it keeps the one that is given. */
export function parseQuantity(name: string): Quantity | undefined {
  const found = parseOwnQuantity(name) ?? KNOWN.get(name);
  if (found) return found;
  const renamed = KNOWN.get(currentName(name) ?? '');
  return renamed && { ...renamed, name };
}

export function parseOwnQuantity(name: string): SeriesQuantity | undefined {
  return OWN.get(name) ?? parseExceedance(name);
}

export function parseExceedance(name: string): Exceedance | undefined {
  const match = EXCEEDANCE.exec(name);
  if (!match) return undefined;
  const [, variable, side, threshold, hours = 1] = match;
  return {
    kind: 'exceedance',
    name,
    variable: variable as QuantileVariable,
    side: side as Exceedance['side'],
    threshold: Number(threshold),
    hours: Number(hours),
  };
}

export function quantityOf(variable: VariableName): SeriesQuantity {
  return OWN.get(variable)!;
}
