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
    [{ scale: 1, offset: -273.15 }, ['K', 'kelvin', 'degK', 'deg_K', 'degrees_kelvin', 'degree_kelvin', 'Kelvin']],
    [
      { scale: 1, offset: 0 },
      [
        'degC',
        'C',
        'deg_C',
        'Celsius',
        'celsius',
        'degrees_celsius',
        'degree_Celsius',
        'degree_celsius',
        'degrees C',
        'degrees_C',
        'degree_C',
        'degreeC',
        '°C',
        'deg C',
        'Degrees C',
        'degrees Celsius',
        'centigrade',
      ],
    ],
    [
      { scale: 5 / 9, offset: -160 / 9 },
      ['degF', 'F', 'deg_F', 'fahrenheit', 'Fahrenheit', 'degrees_fahrenheit', 'degree_Fahrenheit', '°F', 'deg F'],
    ],
    [{ scale: 0.1, offset: 0 }, ['0.1 degC', '0.1 °C', '0.1 C', 'tenths of degrees Celsius']],
  ],
  speed: [
    [
      { scale: 1, offset: 0 },
      [
        'm/s',
        'm s-1',
        'm s**-1',
        'm.s-1',
        'm s^-1',
        'ms-1',
        'meter/second',
        'meters/second',
        'meter second-1',
        'mps',
        'm*s-1',
        'metre/second',
        'meters per second',
        'm/sec',
        'meter s-1',
        'm sec-1',
      ],
    ],
    [
      { scale: 1 / 3.6, offset: 0 },
      ['km/h', 'km h-1', 'km/hr', 'kmh', 'kph', 'km h**-1', 'km hour-1', 'kilometer/hour'],
    ],
    [
      { scale: 1852 / 3600, offset: 0 },
      ['knot', 'knots', 'kt', 'kts', 'kn', 'knot_international', 'international_knot'],
    ],
    [{ scale: 0.44704, offset: 0 }, ['mph', 'mile/hour', 'miles/hour', 'mi/h', 'mi h-1']],
    [{ scale: 0.01, offset: 0 }, ['cm/s', 'cm s-1']],
    [{ scale: 0.1, offset: 0 }, ['0.1 m/s', '0.1 m s-1']],
  ],
  angle: [
    [
      { scale: 1, offset: 0 },
      [
        'degree',
        'degrees',
        'deg',
        '°',
        'arc_degree',
        'degree_true',
        'degrees_true',
        'degrees true',
        'degree true',
        'degT',
      ],
    ],
    [{ scale: 180 / Math.PI, offset: 0 }, ['rad', 'radian', 'radians']],
  ],
};

const TABLES = Object.fromEntries(
  Object.entries(SPELLINGS).map(([quantity, rows]) => [
    quantity,
    new Map(rows.flatMap(([conversion, names]) => names.map((name) => [name.toLowerCase(), conversion] as const))),
  ]),
) as Record<Quantity, Map<string, Conversion>>;

/**
 * The way from a named unit to the internal unit of a quantity.
 * @throws KernelcastError `UNIT` when the name is unknown or names another quantity.
 */
export function conversionFrom(
  unit: string,
  quantity: Quantity,
  where: Record<string, string | number> = {},
): Conversion {
  const conversion = TABLES[quantity].get(unit.trim().replace(/\s+/g, ' ').toLowerCase());
  if (conversion) return conversion;
  const known = SPELLINGS[quantity].map(([, names]) => names[0]).join(', ');
  throw new KernelcastError('UNIT', `'${unit}' is not a unit of ${quantity} that Kernelcast knows`, {
    where,
    hint: `Known units of ${quantity}: ${known} (and their usual spellings).`,
  });
}
