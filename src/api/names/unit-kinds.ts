/** The units of what Open-Meteo tells and we do not, as it writes them. */

export const PRECIPITATION_UNITS = ['mm', 'inch'] as const;
export type PrecipitationUnit = (typeof PRECIPITATION_UNITS)[number];

/** By the unit that was asked for of precipitation: those of length follow it. */
const LABELS = {
  percent: ['%', '%'],
  direction: ['°', '°'],
  precipitation: ['mm', 'inch'],
  snowfall: ['cm', 'inch'],
  length: ['m', 'ft'],
  pressure: ['hPa', 'hPa'],
  vapourPressure: ['kPa', 'kPa'],
  soilMoisture: ['m³/m³', 'm³/m³'],
  radiation: ['W/m²', 'W/m²'],
  radiationSum: ['MJ/m²', 'MJ/m²'],
  energy: ['J/kg', 'J/kg'],
  mass: ['kg/m²', 'kg/m²'],
  density: ['kg/m³', 'kg/m³'],
  seconds: ['s', 's'],
  hours: ['h', 'h'],
  verticalSpeed: ['m/s', 'm/s'],
  code: ['wmo code', 'wmo code'],
  none: ['', ''],
} as const satisfies Record<string, readonly [mm: string, inch: string]>;

/** `temperature` and `speed` are told in what was asked for; an `instant` as times are. */
export type UnitKind = keyof typeof LABELS | 'temperature' | 'speed' | 'instant';

export function labelOf(kind: keyof typeof LABELS, precipitation: PrecipitationUnit): string {
  return LABELS[kind][precipitation === 'mm' ? 0 : 1];
}
