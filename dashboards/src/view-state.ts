/**
 * What the page shows, as far as a link should carry it.
 *
 *     https://host/#station=amsterdam&variable=wind_speed_10m&lead=12
 *     https://host/#view=skill
 */
import type { MapVariable } from './colour/scale.ts';

export const PAGES = ['forecast', 'skill', 'service'] as const;
export const PAST_HOURS = [48, 72, 120, 168] as const;
export const PROJECTIONS = ['flat', 'globe'] as const;
export const WIND_MARKS = ['arrows', 'flow', 'none'] as const;
/** Days over which the skill page scores. */
export const SCORE_DAYS = [1, 7, 28] as const;

/** Where the map looks: degrees in its middle, and how close (1 = as far out as can be). */
export interface Camera {
  longitude: number;
  latitude: number;
  zoom: number;
}

export interface ViewState {
  page: (typeof PAGES)[number];
  /** Undefined: the page chooses a place. */
  station: string | undefined;
  variable: MapVariable;
  /** Hours after the run's initialisation, from 1. */
  lead: number;
  projection: (typeof PROJECTIONS)[number];
  wind: (typeof WIND_MARKS)[number];
  /** Undefined: all of the stations. */
  camera: Camera | undefined;
  /** Observed hours in the charts. */
  past: (typeof PAST_HOURS)[number];
  /** Ids of the models drawn beside the default one; undefined: persistence and climatology. */
  compare: readonly string[] | undefined;
  /** Are the forecasts of earlier runs drawn behind. */
  earlier: boolean;
  days: (typeof SCORE_DAYS)[number];
}

export const DEFAULT_VIEW: ViewState = {
  page: 'forecast',
  station: undefined,
  variable: 'temperature_2m',
  lead: 6,
  projection: 'flat',
  wind: 'arrows',
  camera: undefined,
  past: 48,
  compare: undefined,
  earlier: false,
  days: 7,
};
export const MAX_LEAD = 24;

/** Reads a location's hash; whatever is missing or malformed takes its default. */
export function parseView(hash: string): ViewState {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const lead = Number(query.get('lead'));
  const oneOf = <T>(name: string, known: readonly T[], fallback: T): T =>
    known.find((value) => String(value) === query.get(name)) ?? fallback;
  return {
    page: oneOf('view', PAGES, DEFAULT_VIEW.page),
    station: query.get('station') || DEFAULT_VIEW.station,
    variable: oneOf('variable', ['temperature_2m', 'wind_speed_10m'], DEFAULT_VIEW.variable),
    lead: Number.isInteger(lead) && lead >= 1 && lead <= MAX_LEAD ? lead : DEFAULT_VIEW.lead,
    projection: oneOf('map', PROJECTIONS, DEFAULT_VIEW.projection),
    wind: oneOf('wind', WIND_MARKS, DEFAULT_VIEW.wind),
    camera: parseCamera(query.get('at')),
    past: oneOf('past', PAST_HOURS, DEFAULT_VIEW.past),
    compare: query.has('compare') ? query.getAll('compare').filter((id) => id !== '') : DEFAULT_VIEW.compare,
    earlier: query.get('earlier') === '1',
    days: oneOf('days', SCORE_DAYS, DEFAULT_VIEW.days),
  };
}

/** `52.4,4.9,3.2`: latitude, longitude, zoom. */
function parseCamera(at: string | null): Camera | undefined {
  const parts = /^(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?),(\d{1,3}(?:\.\d+)?)$/.exec(at ?? '');
  if (!parts) return undefined;
  const [latitude, longitude, zoom] = parts.slice(1).map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && zoom >= 1
    ? { latitude, longitude, zoom }
    : undefined;
}

/** The hash of a view, without what is default anyway: `''` or `#station=...`. */
export function formatView(view: ViewState): string {
  const query = new URLSearchParams();
  if (view.page !== DEFAULT_VIEW.page) query.set('view', view.page);
  if (view.station !== undefined) query.set('station', view.station);
  if (view.variable !== DEFAULT_VIEW.variable) query.set('variable', view.variable);
  if (view.lead !== DEFAULT_VIEW.lead) query.set('lead', String(view.lead));
  if (view.projection !== DEFAULT_VIEW.projection) query.set('map', view.projection);
  if (view.wind !== DEFAULT_VIEW.wind) query.set('wind', view.wind);
  if (view.past !== DEFAULT_VIEW.past) query.set('past', String(view.past));
  if (view.compare) for (const id of view.compare.length === 0 ? [''] : view.compare) query.append('compare', id);
  if (view.earlier) query.set('earlier', '1');
  if (view.days !== DEFAULT_VIEW.days) query.set('days', String(view.days));
  const { camera } = view;
  // Written by hand: commas need no escape in a hash.
  const at = camera && `at=${round(camera.latitude)},${round(camera.longitude)},${round(camera.zoom)}`;
  const parts = [query.toString(), at].filter(Boolean).join('&');
  return parts === '' ? '' : `#${parts}`;
}

function round(value: number): string {
  return String(Number(value.toFixed(2)));
}
