/** The newest run and all that belongs to it, asked of the API at once. */
import { type Api, ApiError } from '../api/client.ts';
import type { Run, Status } from '../api/contracts.ts';
import { PLACE_VARIABLES, type PlaceForecast } from '../place/place-forecast.ts';
import type { RunData, State, Store } from '../state.ts';
import { requestPlace } from './place-request.ts';

/** What changes by the newest run: nothing where it is the one on show, or where the person holds another one. */
export async function requestRun(api: Api, store: Store, status: Status): Promise<Partial<State>> {
  const { data: shown, live, place } = store.state;
  const sameDataset = shown?.values.dataset === status.dataset;
  if (status.latest_run === null || (sameDataset && (shown?.run.init === status.latest_run || !live))) return {};
  const [run] = await api.runs(status.dataset, 1);
  if (!run || (sameDataset && run.init === shown?.run.init)) return {};
  const { stations: known, view } = store.state;
  // On the way in, everything at once: the place that the link names does not wait for the map.
  const station = place.kind === 'shown' ? place.forecast.station.id : place.kind === 'none' ? view.station : undefined;
  const [values, verification, listed, forecast] = await Promise.all([
    api.values(status.dataset, run.init, PLACE_VARIABLES),
    verificationOrNull(api, status.dataset),
    known.length === 0 ? api.stations(status.dataset) : known,
    station === undefined ? undefined : placeOrUndefined(api, station, status.dataset, run, view),
  ]);
  const ids = new Set(listed.map(({ id }) => id));
  const stations = values.stations.every((id) => ids.has(id)) ? listed : await api.stations(status.dataset);
  const data: RunData = { run, values, verification };
  // The person may have gone to another place meanwhile; that one has its own request.
  if (!forecast || store.state.place !== place) return { data, stations };
  return { data, stations, place: { kind: 'shown', forecast } };
}

/** A link may name a station that is not there: the page says so when it shows it. */
async function placeOrUndefined(
  api: Api,
  station: string,
  dataset: string,
  run: Run,
  view: State['view'],
): Promise<PlaceForecast | undefined> {
  return orMissing(requestPlace(api, station, dataset, run, view), undefined);
}

async function verificationOrNull(api: Api, dataset: string): Promise<RunData['verification']> {
  return orMissing(api.verification(dataset), null);
}

async function orMissing<T, M>(answer: Promise<T>, missing: M): Promise<T | M> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return missing;
    throw error;
  }
}
