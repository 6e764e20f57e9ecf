/** From the API's answers for one station to what the charts draw: what was observed, and what each model says comes next. */
import type { ForecastResponse, RunModel } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';

/** One variable or model hour by hour, along `PlaceForecast.times`; null = missing. */
export interface WeatherSeries {
  temperature: (number | null)[];
  speed: (number | null)[];
  /** Degrees that the wind blows from. */
  direction: (number | null)[];
}

/** What a model says of its uncertainty at an hour: the quantiles of `LEVELS`. */
export interface BandPoint {
  /** ms since the epoch. */
  time: number;
  /** Ascending, one a level. */
  values: readonly number[];
}

/** What an earlier run's default model said of the same hours. */
export interface EarlierRun {
  /** ms since the epoch. */
  init: number;
  times: number[];
  series: WeatherSeries;
}

export interface PlaceForecast {
  station: { id: string; name: string; country: string };
  latitude: number;
  longitude: number;
  elevation: number | null;
  /** Initialisation time of the run, ms. The hours up to and including it are observed, those after it forecast. */
  init: number;
  times: number[];
  /** Null after `init`. */
  observed: WeatherSeries;
  /** Null up to `init`. The first is the run's default model. */
  models: { model: RunModel; series: WeatherSeries }[];
  /** Of the default model; empty where it tells none. */
  bands: { temperature: BandPoint[]; speed: BandPoint[] };
  /** The latest first; empty unless asked for. */
  earlier: EarlierRun[];
}

export const PLACE_VARIABLES = ['temperature_2m', 'wind_speed_10m', 'wind_direction_10m'] as const;
const LEVELS = ['p10', 'p25', 'p50', 'p75', 'p90'];
export const BAND_VARIABLES = ['temperature_2m', 'wind_speed_10m'].flatMap((name) =>
  LEVELS.map((level) => `${name}_${level}`),
);

export interface PlaceAnswers {
  /** All models of the run, with the observed hours in front. */
  forecast: ForecastResponse;
  /** `BAND_VARIABLES` of the default model alone. */
  bands?: ForecastResponse;
  /** `PLACE_VARIABLES` of the default models of earlier runs. */
  earlier?: readonly ForecastResponse[];
}

export function placeForecast({ forecast, bands, earlier }: PlaceAnswers, models: readonly RunModel[]): PlaceForecast {
  const times = forecast.hourly.time.map(parseInstant);
  const init = parseInstant(forecast.run.init);
  return {
    station: forecast.station,
    latitude: forecast.latitude,
    longitude: forecast.longitude,
    elevation: forecast.elevation,
    init,
    times,
    observed: seriesOf(forecast, times, models[0], (time) => time <= init),
    models: models.map((model) => ({ model, series: seriesOf(forecast, times, model, (time) => time > init) })),
    bands: { temperature: bandOf(bands, 'temperature_2m', init), speed: bandOf(bands, 'wind_speed_10m', init) },
    earlier: (earlier ?? []).map((answer) => {
      const hours = answer.hourly.time.map(parseInstant);
      const from = parseInstant(answer.run.init);
      return { init: from, times: hours, series: seriesOf(answer, hours, undefined, (time) => time > from) };
    }),
  };
}

function seriesOf(
  { hourly }: ForecastResponse,
  times: readonly number[],
  model: RunModel | undefined,
  keep: (time: number) => boolean,
): WeatherSeries {
  const column = (variable: string): (number | null)[] => {
    const values = (model && hourly[`${variable}_${model.id}`]) ?? hourly[variable];
    return times.map((time, hour) => {
      const value = values?.[hour];
      return keep(time) && typeof value === 'number' ? value : null;
    });
  };
  return {
    temperature: column('temperature_2m'),
    speed: column('wind_speed_10m'),
    direction: column('wind_direction_10m'),
  };
}

function bandOf(answer: ForecastResponse | undefined, variable: string, init: number): BandPoint[] {
  if (!answer) return [];
  return answer.hourly.time.flatMap((text, hour) => {
    const time = parseInstant(text);
    const values = LEVELS.map((level) => answer.hourly[`${variable}_${level}`]?.[hour]);
    return time > init && values.every((value) => typeof value === 'number') ? [{ time, values }] : [];
  });
}
