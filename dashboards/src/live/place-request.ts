/** Everything that the panel of a place draws, asked of the API at once: all models, the default one's bands, earlier runs. */
import { type Api, ApiError } from '../api/client.ts';
import type { ForecastResponse, Run } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';
import { BAND_VARIABLES, PLACE_VARIABLES, type PlaceForecast, placeForecast } from '../place/place-forecast.ts';
import type { ViewState } from '../view-state.ts';

/** How much older the earlier runs are, hours. */
const EARLIER_HOURS = [3, 6, 12, 24];
const RUNS_LISTED = 30;

export async function requestPlace(
  api: Api,
  station: string,
  dataset: string,
  run: Run,
  { past, earlier }: Pick<ViewState, 'past' | 'earlier'>,
  signal?: AbortSignal,
): Promise<PlaceForecast> {
  const { init, models } = run;
  const common = { dataset, station, init };
  const all = models.map(({ id }) => id);
  const [forecast, bands, before] = await Promise.all([
    api.forecast({ ...common, models: all, variables: PLACE_VARIABLES, pastHours: past }, signal),
    api.forecast({ ...common, models: [models[0].id], variables: BAND_VARIABLES, pastHours: 0 }, signal),
    earlier ? requestEarlier(api, station, dataset, init, signal) : [],
  ]);
  return placeForecast({ forecast, bands, earlier: before }, models);
}

async function requestEarlier(
  api: Api,
  station: string,
  dataset: string,
  init: string,
  signal?: AbortSignal,
): Promise<ForecastResponse[]> {
  const ages = new Map(EARLIER_HOURS.map((hours) => [parseInstant(init) - hours * 3_600_000, hours]));
  const runs = (await api.runs(dataset, RUNS_LISTED)).filter((run) => ages.has(parseInstant(run.init)));
  const answers = await Promise.all(
    runs.map(async (run) => {
      const query = {
        dataset,
        station,
        init: run.init,
        models: [run.models[0].id],
        variables: PLACE_VARIABLES,
        pastHours: 0,
      };
      try {
        return [await api.forecast(query, signal)];
      } catch (error) {
        // Tidied away since it was listed, or the station was not there yet.
        if (error instanceof ApiError && error.status === 404) return [];
        throw error;
      }
    }),
  );
  return answers.flat();
}
