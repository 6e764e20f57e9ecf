/** Makes what is answered for places: zones, hours, days, and the values in them. */
import type { Hour } from '../../domain/time.ts';
import { dailyBlock, hourlyBlock, type NullSpan, type Recipe } from '../answers/blocks.ts';
import { type Axis, dailyFrame, type FrameQuery, hourlyFrame, quarterFrame } from '../answers/frame.ts';
import { badParameter } from '../requests/query.ts';
import type { PlaceData } from './place-answer.ts';
import { RESOLUTIONS, type SharedQuery, type Wanted } from './place-query.ts';
import type { NearStation } from './stations.ts';
import { type Zone, zoneAt } from './zone.ts';

export interface Timing {
  /** What hours are counted from. */
  anchor: Hour;
  /** The hours given where nothing is said; undefined where days are. */
  hours: number | undefined;
  /** The hour that it is. */
  current: Hour;
}

/** @throws KernelcastError `USAGE` where there are neither one zone nor as many as places */
export function zonesOf(names: readonly string[], places: readonly NearStation[], anchor: Hour): Zone[] {
  const asked = names.length > 0 ? names : ['GMT'];
  if (asked.length !== 1 && asked.length !== places.length) {
    throw badParameter(
      'timezone',
      `there are ${asked.length} time zones and ${places.length} places`,
      'Give one, or one for each.',
    );
  }
  return places.map(({ station }, index) => zoneAt(asked[asked.length === 1 ? 0 : index], station, anchor));
}

/** One for each zone: of places that share one, the hours are the same. */
export function axesOf(timing: Timing, zones: readonly Zone[]): Axis[] {
  return [...new Map(zones.map((zone) => [zone.name, zone])).values()].map((zone) => axisOf(timing, zone));
}

function axisOf({ anchor, hours }: Timing, zone: Zone): Axis {
  return { anchor, hours, local: zone.local };
}

export function placeData(
  query: SharedQuery & FrameQuery,
  wanted: Wanted,
  timing: Timing,
  place: NearStation,
  zone: Zone,
  models: Recipe['models'],
  identity: Pick<PlaceData, 'generatedAt' | 'run' | 'observations'>,
): PlaceData {
  const units = {
    temperature: query.temperature_unit,
    windSpeed: query.wind_speed_unit,
    precipitation: query.precipitation_unit,
  };
  const { timeformat: timeFormat } = query;
  const { station } = place;
  const recipe: Recipe = { station: station.id, point: station, models, units, timeFormat, zone };
  const axis = axisOf(timing, zone);
  const nulls: NullSpan[] = [];
  const now = { from: timing.current, to: timing.current + 1 };
  return {
    place,
    zone,
    timeFormat,
    ...identity,
    current: wanted.current.length > 0 ? hourlyBlock(recipe, wanted.current, now, nulls) : undefined,
    current_weather:
      wanted.currentWeather.length > 0 ? hourlyBlock(recipe, wanted.currentWeather, now, nulls) : undefined,
    minutely_15:
      wanted.quarters.length > 0
        ? hourlyBlock(recipe, wanted.quarters, quarterFrame(query, axis), nulls, 1 / 4)
        : undefined,
    hourly:
      wanted.hourly.length > 0
        ? hourlyBlock(recipe, wanted.hourly, hourlyFrame(query, axis), nulls, RESOLUTIONS[query.temporal_resolution])
        : undefined,
    daily: wanted.daily.length > 0 ? dailyBlock(recipe, wanted.daily, dailyFrame(query, axis), nulls) : undefined,
    nulls,
  };
}
