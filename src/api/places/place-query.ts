/** The parameters that the routes of places share, and what follows from them. */
import { z } from 'zod';
import type { Series } from '../../domain/series.ts';
import type { Hour } from '../../domain/time.ts';
import { DAILY_NAMES, type DailyQuantity, parseDailyQuantity } from '../answers/daily.ts';
import { type Axis, dailyFrame, type FrameQuery, hourlyFrame, quarterFrame } from '../answers/frame.ts';
import { DAILY_EXCEEDANCE_PATTERN, parseQuantity, type Quantity } from '../answers/quantities.ts';
import { TIME_FORMATS } from '../answers/time-text.ts';
import { keysOf, TEMPERATURE_UNITS, WIND_SPEED_UNITS } from '../answers/units.ts';
import { defaultQuantities } from '../answers/values.ts';
import { FORMATS } from '../formats/format.ts';
import { PRECIPITATION_UNITS } from '../names/unit-kinds.ts';
import {
  date,
  flag,
  integer,
  localHour,
  localQuarter,
  named,
  number,
  oneOf,
  quantities,
  text,
  texts,
} from '../requests/parameters.ts';
import { PLACE_PARAMETERS } from './places.ts';

/** Days of observations that an answer may go back to: Open-Meteo's. */
const PAST_DAYS = 92;
const FORECAST_DAYS = 16;
const QUARTERS_PER_DAY = 96;
/** Hours from row to row. */
export const RESOLUTIONS = { native: 1, hourly: 1, hourly_1: 1, hourly_3: 3, hourly_6: 6 } as const;

export const SHARED_PARAMETERS = {
  ...PLACE_PARAMETERS,
  dataset: text().optional().describe("the service's own where it is not given"),
  hourly: quantities()
    .optional()
    .describe(
      'values each hour; quantiles end in _p10, _p25, _p50, _p75 or _p90, and p_wind_speed_10m_over_15 is the probability, ' +
        'in percent, of more than 15 of the unit of the answer; with _6h at the end, in any of the 6 hours from this one on',
    ),
  daily: named(parseDailyQuantity, DAILY_NAMES, DAILY_EXCEEDANCE_PATTERN)
    .optional()
    .describe(
      'values of whole days in the zone of the answer; null unless all hours of the day have one; and ' +
        'p_wind_speed_10m_over_15, the probability, in percent, of more than that in any of the forecast hours of the day',
    ),
  past_days: integer(0, PAST_DAYS).optional().describe('days before today'),
  past_hours: integer(0, PAST_DAYS * 24)
    .optional()
    .describe('hours in front of the one that it is'),
  start_date: date().optional().describe('the first day, in the zone of the answer'),
  end_date: date().optional().describe('the last day'),
  start_hour: localHour().optional().describe('the first hour, in the zone of the answer'),
  end_hour: localHour().optional().describe('the last hour'),
  temporal_resolution: oneOf(...keysOf(RESOLUTIONS))
    .default('native')
    .describe('of the hourly rows: each, or each third or sixth'),
  temperature_unit: oneOf(...keysOf(TEMPERATURE_UNITS)).default('celsius'),
  wind_speed_unit: oneOf(...keysOf(WIND_SPEED_UNITS)).default('kmh'),
  precipitation_unit: oneOf(...PRECIPITATION_UNITS)
    .default('mm')
    .describe("Open-Meteo's: the unit that its variables of precipitation, snow and length are told in; all are null"),
  timeformat: oneOf(...TIME_FORMATS).default('iso8601'),
  timezone: texts()
    .default(['GMT'])
    .describe("a name of the IANA database, or 'auto': that of the station; one for all places, or one for each"),
  format: oneOf(...FORMATS)
    .default('json')
    .describe('arrow and parquet hold one of hourly, daily and current'),
};

export const FORECAST_PARAMETERS = {
  current: quantities().optional().describe("values of the hour that it is by the service's clock"),
  current_weather: flag()
    .default(false)
    .describe(
      "the block that Open-Meteo's programs of before 2023 read: temperature, windspeed, winddirection, is_day, weathercode",
    ),
  tilt: number(-180, 180).optional().describe("Open-Meteo's, of radiation, which there is none of here"),
  azimuth: number(-360, 360).optional().describe("Open-Meteo's, of radiation, which there is none of here"),
  minutely_15: quantities()
    .optional()
    .describe('values each quarter of an hour; ours are of whole hours, and null between them'),
  forecast_days: integer(0, FORECAST_DAYS)
    .optional()
    .describe(
      "days from today on, 7 where nothing is said; today is that of the service's clock, or of the first hour of a run that is named",
    ),
  forecast_hours: integer(0, FORECAST_DAYS * 24)
    .optional()
    .describe('hours from the one that it is, or from the first of a run that is named'),
  past_minutely_15: integer(0, PAST_DAYS * QUARTERS_PER_DAY).optional(),
  forecast_minutely_15: integer(0, FORECAST_DAYS * QUARTERS_PER_DAY).optional(),
  start_minutely_15: localQuarter().optional(),
  end_minutely_15: localQuarter().optional(),
};

const sharedSchema = z.strictObject(SHARED_PARAMETERS);
export type SharedQuery = z.infer<typeof sharedSchema>;

export interface Wanted {
  hourly: readonly Quantity[];
  /** Each quarter of an hour. */
  quarters: readonly Quantity[];
  daily: readonly DailyQuantity[];
  current: readonly Quantity[];
  currentWeather: readonly Quantity[];
}

/** What `current_weather` tells, under its names of before 2023. */
const CURRENT_WEATHER: readonly Quantity[] = Object.entries({
  temperature: 'temperature_2m',
  windspeed: 'wind_speed_10m',
  winddirection: 'wind_direction_10m',
  is_day: 'is_day',
  weathercode: 'weather_code',
}).map(([name, variable]) => ({ ...parseQuantity(variable)!, name }));

/** What is asked for; where nothing is, the common variables each hour. @param series in which to look which there are */
export function wantedOf(
  query: SharedQuery & { current?: Quantity[]; current_weather?: boolean; minutely_15?: Quantity[] },
  series: Series,
): Wanted {
  const hourly = query.hourly ?? [];
  const daily = query.daily ?? [];
  const current = query.current ?? [];
  const quarters = query.minutely_15 ?? [];
  const currentWeather = query.current_weather ? CURRENT_WEATHER : [];
  const isSilent = [hourly, quarters, daily, current, currentWeather].every((list) => list.length === 0);
  return { hourly: isSilent ? defaultQuantities(series) : hourly, quarters, daily, current, currentWeather };
}

/** The hours that have to be known to answer, whatever the zone of a place. */
export function hoursNeeded(frame: FrameQuery, wanted: Wanted, axes: readonly Axis[], currentHour: Hour) {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  const cover = (span: { from: Hour; to: Hour }) => {
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  };
  for (const axis of axes) {
    if (wanted.hourly.length > 0) cover(hourlyFrame(frame, axis));
    if (wanted.quarters.length > 0) cover(quarterFrame(frame, axis));
    if (wanted.daily.length > 0) for (const day of dailyFrame(frame, axis)) cover(day);
  }
  if (wanted.current.length + wanted.currentWeather.length > 0) cover({ from: currentHour, to: currentHour + 1 });
  return from < to ? { from: Math.floor(from), to: Math.ceil(to) } : { from: 0, to: 0 };
}

/** locations x days x variables x models. */
export function weightOf(places: number, hours: number, wanted: Wanted, models: number): number {
  const variables =
    wanted.hourly.length +
    4 * wanted.quarters.length +
    wanted.daily.length +
    wanted.current.length +
    wanted.currentWeather.length;
  return places * Math.max(1, Math.ceil(hours / 24)) * Math.max(1, variables) * models;
}
