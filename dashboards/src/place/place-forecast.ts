/** From the API's answer for one station to what the charts draw: what was observed, and what each model says comes next. */
import type { ForecastResponse, RunModel } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';

/** One variable or model hour by hour, along `PlaceForecast.times`; null = missing. */
export interface WeatherSeries {
  temperature: (number | null)[];
  speed: (number | null)[];
  /** Degrees that the wind blows from. */
  direction: (number | null)[];
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
}

export const PLACE_VARIABLES = ['temperature_2m', 'wind_speed_10m', 'wind_direction_10m'] as const;

export function placeForecast(response: ForecastResponse, models: readonly RunModel[]): PlaceForecast {
  const times = response.hourly.time.map(parseInstant);
  const init = parseInstant(response.run.init);

  const column = (variable: string, model: RunModel, keep: (time: number) => boolean): (number | null)[] => {
    const values = response.hourly[`${variable}_${model.id}`] ?? response.hourly[variable];
    return times.map((time, hour) => {
      const value = values?.[hour];
      return keep(time) && typeof value === 'number' ? value : null;
    });
  };
  const series = (model: RunModel, keep: (time: number) => boolean): WeatherSeries => ({
    temperature: column('temperature_2m', model, keep),
    speed: column('wind_speed_10m', model, keep),
    direction: column('wind_direction_10m', model, keep),
  });

  return {
    station: response.station,
    latitude: response.latitude,
    longitude: response.longitude,
    elevation: response.elevation,
    init,
    times,
    observed: series(models[0], (time) => time <= init),
    models: models.map((model) => ({ model, series: series(model, (time) => time > init) })),
  };
}
