/** The answer of `/v1/verification` of the mocked API. */
import { MODELS } from './mock-models.ts';
import {
  DATASET,
  FIELDS,
  hourOf,
  iso,
  LEAD_HOURS,
  type MockStation,
  mockForecast,
  mockWeather,
  valueAt,
} from './mock-world.ts';

export interface Scored {
  stations: readonly MockStation[];
  /** Hour of the newest run. */
  init: number;
  /** How many runs have been scored. */
  scored: number;
  /** Do forecasts tell their uncertainty. */
  uncertain: boolean;
}

/** Real scores of the made-up models, over a few stations and runs. */
export function mockVerification({ stations, init, scored, uncertain }: Scored, query: URLSearchParams): unknown {
  const sample = stations.filter((_, index) => index % 40 === 0);
  const last = Math.min(init - LEAD_HOURS, hourOf(query.get('end') ?? iso(init)));
  const most = Number(query.get('last_runs') ?? 168);
  const first = Math.max(init - LEAD_HOURS - scored + 1, hourOf(query.get('start') ?? iso(0)), last - most + 1);
  const runs = Math.max(0, last - first + 1);
  const wanted = query.get('station')?.split(',') ?? null;
  const errors = (model: string, variable: string, lead: number): number[] =>
    [0, 1, 2, 3].flatMap((back) =>
      sample.map((station) => {
        const from = last - back * 5;
        const [said, was] = [mockForecast(model, station, from, lead), mockWeather(station, from + lead)];
        return valueAt(said, variable) - valueAt(was, variable);
      }),
    );
  const leads = Array.from({ length: LEAD_HOURS }, (_, index) => index + 1);
  const score = (model: string, variable: string) => {
    const by = leads.map((lead) => errors(model, variable, lead));
    const mse = by.map((some) => mean(some.map((error) => error * error)));
    const mae = by.map((some) => mean(some.map(Math.abs)));
    return { mse: mean(mse), mae: mean(mae), bias: mean(by.flat()), by_lead: { lead: leads, mse, mae } };
  };
  const byStation = (model: string, variable: string, from: number) => {
    const ids = new Set(wanted);
    const asked = stations.filter(({ id }) => ids.has(id));
    const off = asked.map((station) =>
      leads.map(
        (lead) =>
          valueAt(mockForecast(model, station, from, lead), variable) -
          valueAt(mockWeather(station, from + lead), variable),
      ),
    );
    return {
      station: asked.map(({ id }) => id),
      count: asked.map(() => LEAD_HOURS),
      mse: off.map((some) => mean(some.map((error) => error * error))),
      mae: off.map((some) => mean(some.map(Math.abs))),
    };
  };
  const models = MODELS.map(({ id }) => ({
    model: id,
    variables: Object.fromEntries(
      ['temperature_2m', 'wind_speed_10m'].map((variable) => {
        const own = score(id, variable);
        return [
          variable,
          {
            unit: FIELDS[variable][1],
            count: runs * stations.length * LEAD_HOURS,
            ...own,
            rmse: Math.sqrt(own.mse),
            ...(wanted === null ? {} : { by_station: byStation(id, variable, last) }),
            crps: own.mae * 0.72,
            coverage_80: uncertain && id === MODELS[0].id ? 0.764 : null,
            coverage_50: uncertain && id === MODELS[0].id ? 0.483 : null,
            skill_persistence: 1 - own.mse / score('persistence', variable).mse,
            skill_climatology: 1 - own.mse / score('climatology', variable).mse,
          },
        ];
      }),
    ),
  }));
  return {
    dataset: DATASET,
    runs,
    first: runs === 0 ? null : iso(first),
    last: runs === 0 ? null : iso(last),
    models: runs === 0 ? [] : models,
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
