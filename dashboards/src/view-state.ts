/**
 * What the page shows, as far as a link should carry it: the place, the variable of the map, the lead hour.
 *
 *     https://host/#station=amsterdam&variable=wind_speed_10m&lead=12
 */
import type { MapVariable } from './colour/scale.ts';

export interface ViewState {
  /** Undefined: the page chooses a place. */
  station: string | undefined;
  variable: MapVariable;
  /** Hours after the run's initialisation, from 1. */
  lead: number;
}

export const DEFAULT_VIEW: ViewState = { station: undefined, variable: 'temperature_2m', lead: 6 };
export const MAX_LEAD = 24;

/** Reads a location's hash; whatever is missing or malformed takes its default. */
export function parseView(hash: string): ViewState {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const lead = Number(query.get('lead'));
  return {
    station: query.get('station') || DEFAULT_VIEW.station,
    variable: query.get('variable') === 'wind_speed_10m' ? 'wind_speed_10m' : DEFAULT_VIEW.variable,
    lead: Number.isInteger(lead) && lead >= 1 && lead <= MAX_LEAD ? lead : DEFAULT_VIEW.lead,
  };
}

/** The hash of a view, without what is default anyway: `''` or `#station=...`. */
export function formatView(view: ViewState): string {
  const query = new URLSearchParams();
  if (view.station !== undefined) query.set('station', view.station);
  if (view.variable !== DEFAULT_VIEW.variable) query.set('variable', view.variable);
  if (view.lead !== DEFAULT_VIEW.lead) query.set('lead', String(view.lead));
  const text = query.toString();
  return text === '' ? '' : `#${text}`;
}
