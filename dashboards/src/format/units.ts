/** The units in which the page writes temperature and wind; the API's answers are in °C and m/s. Factors as in the API. */
import { preferences } from '../preferences/preferences.ts';

export type QuantityKind = 'temperature' | 'speed';

export interface Unit {
  label: string;
  /** From °C or m/s. */
  of(value: number): number;
  /** Of a difference, where the zero of the scale does not matter. */
  ofDifference(value: number): number;
  /** Back to °C or m/s. */
  from(value: number): number;
}

const scaled = (label: string, factor: number, offset = 0): Unit => ({
  label,
  of: (value) => value * factor + offset,
  ofDifference: (value) => value * factor,
  from: (value) => (value - offset) / factor,
});

const UNITS = {
  temperature: { celsius: scaled('°C', 1), fahrenheit: scaled('°F', 1.8, 32) },
  speed: {
    ms: scaled('m/s', 1),
    kmh: scaled('km/h', 3.6),
    mph: scaled('mph', 3600 / 1609.344),
    kn: scaled('kn', 3600 / 1852),
  },
};

export const UNIT_LABELS = {
  celsius: UNITS.temperature.celsius.label,
  fahrenheit: UNITS.temperature.fahrenheit.label,
  ms: UNITS.speed.ms.label,
  kmh: UNITS.speed.kmh.label,
  mph: UNITS.speed.mph.label,
  kn: UNITS.speed.kn.label,
};

/** The unit of a kind of quantity that the person likes. */
export function unit(kind: QuantityKind): Unit {
  const { temperature, wind } = preferences();
  return kind === 'temperature' ? UNITS.temperature[temperature] : UNITS.speed[wind];
}
