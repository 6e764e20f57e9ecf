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

/** A count with its thousands set apart: `12 000`. */
export function wholeNumber(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `69.4 GiB`, as `kernelcast doctor` writes it. */
export function bytesLabel(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${decimal(value, power === 0 || value >= 100 ? 0 : 1)} ${BYTE_UNITS[power]}`;
}

/** How long something took, from ms: `0.4 s`, `12 s`, `3.5 min`. */
export function durationLabel(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return MISSING;
  const seconds = milliseconds / 1000;
  if (seconds < 120) return text().seconds(decimal(seconds, seconds < 10 ? 1 : 0));
  return text().minutes(decimal(seconds / 60, seconds < 600 ? 1 : 0));
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
