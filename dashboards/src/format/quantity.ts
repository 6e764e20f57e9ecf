/** Numbers as the page writes them: true minus signs, fixed decimals, the person's units, a dash for what is missing. */
import { text } from '../i18n/language.ts';
import { type QuantityKind, unit } from './units.ts';

export const MISSING = '–';

/** `-3.26` -> `−3.3`; null or NaN -> `–`; never a negative zero. */
export function decimal(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const written = Math.abs(value).toFixed(digits);
  return value < 0 && Number(written) !== 0 ? `−${written}` : written;
}

/** A value in °C or m/s as a number in the person's unit. */
export function inUnit(value: number | null | undefined, kind: QuantityKind, digits = 1): string {
  return decimal(value === null || value === undefined ? value : unit(kind).of(value), digits);
}

/** The same with its unit: `12.3 °C`. */
export function withUnit(value: number | null | undefined, kind: QuantityKind, digits = 1): string {
  return `${inUnit(value, kind, digits)} ${unit(kind).label}`;
}

/** `5.2 m/s from WNW` */
export function windText(speed: number | null | undefined, direction: number | null | undefined): string {
  const written = withUnit(speed, 'speed');
  const known = typeof direction === 'number' && Number.isFinite(direction);
  return known ? text().windFrom(written, compassPoint(direction)) : written;
}

/** A skill score (1 = perfect, 0 = no better than the reference) as `+38 %`. */
export function percent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return MISSING;
  const rounded = Math.round(fraction * 100);
  if (rounded === 0) return '0 %';
  return `${rounded > 0 ? '+' : '−'}${Math.abs(rounded)} %`;
}

/** A share of a whole, as `81 %`. */
export function share(fraction: number | null | undefined): string {
  return fraction === null || fraction === undefined || !Number.isFinite(fraction)
    ? MISSING
    : `${Math.round(fraction * 100)} %`;
}

/** The point of the compass that a direction in degrees lies nearest to: 290 -> `WNW`. */
export function compassPoint(degrees: number): string {
  return text().compass(((Math.round(degrees / 22.5) % 16) + 16) % 16);
}

/** `52.37° N, 4.90° E` */
export function positionLabel(latitude: number, longitude: number): string {
  const north = `${Math.abs(latitude).toFixed(2)}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${Math.abs(longitude).toFixed(2)}° ${longitude < 0 ? 'W' : 'E'}`;
}

const regions = new Map<string, Intl.DisplayNames>();

/** The name of a country given as an ISO 3166-1 alpha-2 code; anything else is shown as it came. */
export function countryName(country: string): string {
  if (!/^[A-Z]{2}$/.test(country)) return country;
  const { locale } = text();
  const names = regions.get(locale) ?? new Intl.DisplayNames([locale], { type: 'region', fallback: 'code' });
  regions.set(locale, names);
  return names.of(country) ?? country;
}
