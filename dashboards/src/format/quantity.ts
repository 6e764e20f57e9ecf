/** Numbers as the page writes them: true minus signs, fixed decimals, a dash for what is missing. */

export const MISSING = '–';

/** `-3.26` -> `−3.3`; null or NaN -> `–`; never a negative zero. */
export function decimal(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A skill score (1 = perfect, 0 = no better than the reference) as `+38 %`. */
export function percent(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return MISSING;
  const rounded = Math.round(fraction * 100);
  if (rounded === 0) return '0 %';
  return `${rounded > 0 ? '+' : '−'}${Math.abs(rounded)} %`;
}

const POINTS = ['N', 'NNE', 'NE', 'ENE', 'E', 'ESE', 'SE', 'SSE', 'S', 'SSW', 'SW', 'WSW', 'W', 'WNW', 'NW', 'NNW'];

/** The point of the compass that a direction in degrees lies nearest to: 290 -> `WNW`. */
export function compassPoint(degrees: number): string {
  return POINTS[((Math.round(degrees / 22.5) % 16) + 16) % 16];
}

/** `52.37° N, 4.90° E` */
export function positionLabel(latitude: number, longitude: number): string {
  const north = `${Math.abs(latitude).toFixed(2)}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${Math.abs(longitude).toFixed(2)}° ${longitude < 0 ? 'W' : 'E'}`;
}

let regions: Intl.DisplayNames | undefined;

/** The name of a country given as an ISO 3166-1 alpha-2 code; anything else is shown as it came. */
export function countryName(country: string): string {
  if (!/^[A-Z]{2}$/.test(country)) return country;
  regions ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
  return regions.of(country) ?? country;
}
