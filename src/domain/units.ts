/**
 * Units that temperature and wind come in, and the way from each to the internal unit (degC, m/s, degree).
 * Names as in UDUNITS, with the spellings that occur in published files.
 */
import { KernelcastError } from '../errors.ts';

export type Quantity = 'temperature' | 'speed' | 'angle';

/** internal = scale * value + offset */
export interface Conversion {
  scale: number;
  offset: number;
}

const SPELLINGS: Record<Quantity, [Conversion, string[]][]> = {
  temperature: [
    [
      { scale: 1, offset: -273.15 },
      ['K', 'kelvin', 'kelvins', 'degK', 'deg_K', 'deg K', 'degreeK', 'degree_K', 'degrees_K', 'degree_kelvin'],
    ],
    [
      { scale: 1, offset: 0 },
      ['degC', 'C', 'deg_C', 'deg C', 'degreeC', 'degree_C', 'degreesC', 'degrees_C', 'degrees C', '°C', 'ºC', '℃'],
    ],
    [{ scale: 1, offset: 0 }, ['celsius', 'degree_celsius', 'degrees_celsius', 'degrees celsius', 'centigrade', 'cel']],
    [{ scale: 1, offset: -273.15 }, ['degrees_kelvin', 'degrees kelvin']],
    [
      { scale: 5 / 9, offset: -160 / 9 },
      ['degF', 'F', 'deg_F', 'deg F', 'degreeF', 'degree_F', 'degreesF', 'degrees_F', 'degrees F', '°F', 'ºF', '℉'],
    ],
    [{ scale: 5 / 9, offset: -160 / 9 }, ['fahrenheit', 'degree_fahrenheit', 'degrees_fahrenheit']],
    [{ scale: 5 / 9, offset: -273.15 }, ['degR', 'rankine', 'degree_rankine', 'degrees_rankine']],
    [{ scale: 0.1, offset: 0 }, ['tenths of degrees Celsius']],
  ],
  // Other lengths over times: see `speedFrom`.
  speed: [
    [{ scale: 1, offset: 0 }, ['m/s', 'mps']],
    [{ scale: 1 / 3.6, offset: 0 }, ['km/h', 'kmh', 'kmph', 'kph']],
    [
      { scale: 1852 / 3600, offset: 0 },
      ['knot', 'knots', 'kt', 'kts', 'kn', 'knot_international', 'international_knot', 'international_knots'],
    ],
    [{ scale: 0.44704, offset: 0 }, ['mph']],
  ],
  angle: [
    [
      { scale: 1, offset: 0 },
      ['degree', 'degrees', 'deg', '°', 'º', 'arc_degree', 'arcdeg', 'angular_degree', 'degree_true', 'degrees_true'],
    ],
    [{ scale: 1, offset: 0 }, ['degrees true', 'degree true', 'degT', 'deg_true', 'degree_T', 'degrees_T']],
    [{ scale: 180 / Math.PI, offset: 0 }, ['rad', 'radian', 'radians']],
    [{ scale: 0.9, offset: 0 }, ['gon', 'grade', 'grad']],
  ],
};

/** For the error. */
const EXAMPLES: Record<Quantity, string> = {
  temperature: 'K, degC, degF',
  speed: 'm/s, km/h, knots, mph',
  angle: 'degrees, radians',
};

/** Metres. */
const LENGTHS: [number, string[]][] = [
  [1, ['m', 'meter', 'meters', 'metre', 'metres']],
  [1000, ['km', 'kilometer', 'kilometers', 'kilometre', 'kilometres']],
  [0.1, ['dm', 'decimeter', 'decimeters', 'decimetre', 'decimetres']],
  [0.01, ['cm', 'centimeter', 'centimeters', 'centimetre', 'centimetres']],
  [0.001, ['mm', 'millimeter', 'millimeters', 'millimetre', 'millimetres']],
  [0.3048, ['ft', 'foot', 'feet', 'international_foot', 'international_feet']],
  [1609.344, ['mi', 'mile', 'miles', 'international_mile', 'international_miles']],
  [1852, ['nmi', 'nautical_mile', 'nautical_miles', 'nautical mile', 'nautical miles']],
];

/** Seconds. */
const TIMES: [number, string[]][] = [
  [1, ['s', 'sec', 'secs', 'second', 'seconds']],
  [60, ['min', 'mins', 'minute', 'minutes']],
  [3600, ['h', 'hr', 'hrs', 'hour', 'hours']],
  [86_400, ['d', 'day', 'days']],
];

const byName = <Value>(rows: readonly [Value, string[]][]): Map<string, Value> =>
  new Map(rows.flatMap(([value, names]) => names.map((name) => [name.toLowerCase(), value] as const)));

const TABLES = Object.fromEntries(
  Object.entries(SPELLINGS).map(([quantity, rows]) => [quantity, byName(rows)]),
) as Record<Quantity, Map<string, Conversion>>;
const METRES = byName(LENGTHS);
const SECONDS = byName(TIMES);

/** `metres per second` and `m/s`; `m s-1`, `m.s**-1`, `m s^-1`, `ms-1` and `m s⁻¹`. */
const OVER = /^(.+?)\s*(?:\/|[ _]per[ _])\s*(\w+)$/;
const TIMES_INVERSE = /^(.+?)\s*[ .*·]?\s*([a-z]+)\s*(?:\*\*|\^)?[{(]?(?:-1|⁻¹)[)}]?$/;

/** UDUNITS allows a number before a unit: `0.1 m/s`. */
const NUMBER = /^(\d+(?:\.\d*)?(?:e[+-]?\d+)?)\s*[* ]\s*(.+)$/;

function speedFrom(unit: string): Conversion | undefined {
  for (const form of [OVER, TIMES_INVERSE]) {
    const [, length, time] = form.exec(unit) ?? [];
    const [metres, seconds] = [METRES.get(length ?? ''), SECONDS.get(time ?? '')];
    if (metres !== undefined && seconds !== undefined) return { scale: metres / seconds, offset: 0 };
  }
  return undefined;
}

function find(unit: string, quantity: Quantity): Conversion | undefined {
  const known = TABLES[quantity].get(unit) ?? (quantity === 'speed' ? speedFrom(unit) : undefined);
  if (known) return known;
  const [, number, rest] = NUMBER.exec(unit) ?? [];
  const conversion = rest === undefined ? undefined : find(rest, quantity);
  return conversion && { scale: conversion.scale * Number(number), offset: conversion.offset };
}

/**
 * The way from a named unit to the internal unit of a quantity.
 * @throws KernelcastError `UNIT` when the name is unknown or names another quantity.
 */
export function conversionFrom(
  unit: string,
  quantity: Quantity,
  where: Record<string, string | number> = {},
): Conversion {
  const conversion = find(unit.trim().replace(/\s+/g, ' ').toLowerCase(), quantity);
  if (conversion) return conversion;
  const known = EXAMPLES[quantity];
  throw new KernelcastError('UNIT', `'${unit}' is not a unit of ${quantity} that Kernelcast knows`, {
    where,
    hint: `Known units of ${quantity}: ${known} (and their usual spellings).`,
  });
}
