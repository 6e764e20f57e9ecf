/** The last forecast that was on show, kept by the browser, so that the page has something to read when it opens without a service. */
import type { Status } from '../api/contracts.ts';
import type { PlaceForecast } from '../place/place-forecast.ts';
import type { RunData, State } from '../state.ts';

const CACHE = 'kernelcast-last-forecast';
/** Beside the page, so that services under several prefixes of a host do not share it. */
const KEY = 'last-forecast.json';
const VERSION = 1;

export interface LastForecast {
  version: typeof VERSION;
  /** ms of the browser's clock. */
  storedAt: number;
  status: Status;
  stations: State['stations'];
  data: RunData;
  place: PlaceForecast | undefined;
}

/** Browsers offer this storage on secure origins and on the machine itself; elsewhere nothing is kept. */
export async function keepLastForecast({ status, stations, data, place }: State, storedAt: number): Promise<void> {
  if (!('caches' in globalThis) || !status || !data) return;
  const forecast = place.kind === 'shown' ? place.forecast : undefined;
  const last: LastForecast = { version: VERSION, storedAt, status, stations, data, place: forecast };
  const response = new Response(JSON.stringify(last), { headers: { 'content-type': 'application/json' } });
  await (await caches.open(CACHE)).put(KEY, response);
}

export async function readLastForecast(): Promise<LastForecast | undefined> {
  if (!('caches' in globalThis)) return undefined;
  const kept: LastForecast | undefined = await (await (await caches.open(CACHE)).match(KEY))?.json();
  return kept?.version === VERSION ? kept : undefined;
}
