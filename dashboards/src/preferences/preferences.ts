/**
 * What a person likes - language, units, time zone, favourite places - kept in the browser and nowhere else.
 * Formatting asks for the present ones; views redraw when the state says that they changed.
 */
import { LANGUAGES, type Language } from '../i18n/language.ts';

export const TEMPERATURE_UNITS = ['celsius', 'fahrenheit'] as const;
export const WIND_UNITS = ['ms', 'kmh', 'mph', 'kn'] as const;
export const ZONES = ['utc', 'local'] as const;

export interface Preferences {
  readonly language: Language;
  readonly temperature: (typeof TEMPERATURE_UNITS)[number];
  readonly wind: (typeof WIND_UNITS)[number];
  readonly zone: (typeof ZONES)[number];
  /** Ids of stations, the latest first. */
  readonly favourites: readonly string[];
}

export const DEFAULT_PREFERENCES: Preferences = {
  language: 'en',
  temperature: 'celsius',
  wind: 'ms',
  zone: 'utc',
  favourites: [],
};

const KEY = 'kernelcast-preferences';
const MOST_FAVOURITES = 12;

let current = DEFAULT_PREFERENCES;

export function preferences(): Preferences {
  return current;
}

export function setPreferences(next: Preferences): void {
  current = next;
}

/** Reads what was kept; whatever is missing or unknown takes its default. */
export function parsePreferences(kept: string | null, defaults: Preferences): Preferences {
  let raw: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(kept ?? '{}');
    if (typeof parsed === 'object' && parsed !== null) raw = parsed as Record<string, unknown>;
  } catch {
    // Kept by somebody else, or cut short: the defaults do.
  }
  const oneOf = <T extends string>(value: unknown, known: readonly T[], fallback: T): T =>
    known.includes(value as T) ? (value as T) : fallback;
  const favourites = Array.isArray(raw.favourites) ? raw.favourites.filter((id) => typeof id === 'string') : [];
  return {
    language: oneOf(raw.language, Object.keys(LANGUAGES) as Language[], defaults.language),
    temperature: oneOf(raw.temperature, TEMPERATURE_UNITS, defaults.temperature),
    wind: oneOf(raw.wind, WIND_UNITS, defaults.wind),
    zone: oneOf(raw.zone, ZONES, defaults.zone),
    favourites: favourites.slice(0, MOST_FAVOURITES),
  };
}

export function withFavourite(from: Preferences, station: string, wanted: boolean): Preferences {
  const others = from.favourites.filter((id) => id !== station);
  return { ...from, favourites: (wanted ? [station, ...others] : others).slice(0, MOST_FAVOURITES) };
}

/** Storage may be forbidden (private windows, strict settings): then preferences last as long as the page. */
export function readPreferences(storage: () => Storage, defaults: Preferences): Preferences {
  try {
    return parsePreferences(storage().getItem(KEY), defaults);
  } catch {
    return defaults;
  }
}

export function keepPreferences(storage: () => Storage, kept: Preferences): void {
  try {
    storage().setItem(KEY, JSON.stringify(kept));
  } catch {
    // Nothing to do: they hold until the page is closed.
  }
}
