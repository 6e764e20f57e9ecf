/** From what is known of a place to the answer's JSON. */
import type { Block, Column, NullSpan } from '../answers/blocks.ts';
import type { TimeFormat } from '../answers/time-text.ts';
import type { PlaceAnswer } from '../schemas/place-answer.ts';
import type { NearStation } from './stations.ts';
import type { Zone } from './zone.ts';

/** Everything that is answered for one place, before it is JSON, a table or a workbook. */
export interface PlaceData {
  place: NearStation;
  zone: Zone;
  timeFormat: TimeFormat;
  generatedAt: string;
  run?: PlaceAnswer['run'];
  observations?: PlaceAnswer['observations'];
  /** One row. */
  current?: Block;
  /** The same under the names of before 2023. */
  current_weather?: Block;
  minutely_15?: Block;
  hourly?: Block;
  daily?: Block;
  nulls: readonly NullSpan[];
}

const SECONDS_PER_HOUR = 3600;

export function placeAnswer(data: PlaceData, index: number): PlaceAnswer {
  const { place, zone, timeFormat, generatedAt, run, observations, current, hourly, daily, nulls } = data;
  const { current_weather, minutely_15 } = data;
  const { id, name, country, latitude, longitude, elevation } = place.station;
  const timeUnit = timeFormat;
  return {
    latitude,
    longitude,
    elevation,
    generationtime_ms: 0,
    utc_offset_seconds: zone.offset,
    timezone: zone.name,
    timezone_abbreviation: zone.abbreviation,
    ...(index > 0 && { location_id: index }),
    generated_at: generatedAt,
    station: { id, name, country, elevation, distance_km: Math.round(place.distanceKm * 10) / 10 },
    ...(run && { run }),
    ...(observations && { observations }),
    ...(current && {
      current_units: { time: timeUnit, interval: 'seconds', ...labelsOf(current.columns) },
      current: rowOf(current),
    }),
    ...(current_weather && {
      current_weather_units: { time: timeUnit, interval: 'seconds', ...labelsOf(current_weather.columns) },
      current_weather: rowOf(current_weather),
    }),
    ...(minutely_15 && {
      minutely_15_units: { time: timeUnit, ...labelsOf(minutely_15.columns) },
      minutely_15: tableOf(minutely_15),
    }),
    ...(hourly && { hourly_units: { time: timeUnit, ...labelsOf(hourly.columns) }, hourly: tableOf(hourly) }),
    ...(daily && { daily_units: { time: timeUnit, ...labelsOf(daily.columns) }, daily: tableOf(daily) }),
    ...(nulls.length > 0 && { nulls: [...nulls] }),
  };
}

export function labelsOf(columns: readonly Column[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, unit }) => [name, unit]));
}

function rowOf({ time, columns }: Block): PlaceAnswer['current'] {
  const values = Object.fromEntries(columns.map(({ name, values }) => [name, values[0]]));
  return { time: time[0], interval: SECONDS_PER_HOUR, ...values } as PlaceAnswer['current'];
}

export function tableOf({ time, columns }: Block): PlaceAnswer['hourly'] {
  const lists = Object.fromEntries(columns.map(({ name, values }) => [name, values]));
  return { time, ...lists } as PlaceAnswer['hourly'];
}
