/** `GET /v1/forecast`: one place, in the shape of Open-Meteo's answers; observed hours in front with `past_hours`. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { Series } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import { formatHour } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { answer } from '../answer.ts';
import { closest } from '../closest.ts';
import type { ApiContext } from '../context.ts';
import { badParameter, hourOrLatest, integer, list, number, oneOf, parseQuery, quantities, text } from '../query.ts';
import { chooseModels, resolveRun } from '../resolve-run.ts';
import { type NearStation, nearest } from '../stations.ts';
import { TEMPERATURE_UNITS, unitLabels, WIND_SPEED_UNITS } from '../units.ts';
import { defaultQuantities, stationColumn } from '../values.ts';

/** Beyond this distance a station says too little about a place. */
const MAX_DISTANCE_KM = 300;

const schema = z.strictObject({
  station: text().optional(),
  latitude: number(-90, 90).optional(),
  longitude: number(-180, 180).optional(),
  dataset: text().optional(),
  hourly: quantities().optional(),
  models: list().optional(),
  run: hourOrLatest().default('latest'),
  past_hours: integer(0, 168).default(0),
  temperature_unit: oneOf(...keysOf(TEMPERATURE_UNITS)).default('celsius'),
  wind_speed_unit: oneOf(...keysOf(WIND_SPEED_UNITS)).default('kmh'),
});
type Query = z.infer<typeof schema>;

export function forecastRoute(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const start = performance.now();
    const query = parseQuery(schema, request);
    checkPlace(query);
    const run = await resolveRun(context, query.dataset, query.run, 'run');
    const models = chooseModels(run, query.models, 'models');
    const forecasts = await Promise.all(models.map(({ id }) => context.runs.read(run.dataset, run.init, id)));
    const { station, distanceKm } = findStation(forecasts[0].stations, query);
    const revision = query.past_hours > 0 ? (await context.observations.describe(run.dataset)).revision : '';

    await answer(request, response, [context.version, run, revision], async () => {
      const past = await readPast(context, run.dataset, run.init + 1, query.past_hours);
      const units = { temperature: query.temperature_unit, windSpeed: query.wind_speed_unit };
      const variables = query.hourly ?? defaultQuantities(forecasts[0]);
      const first = run.init + 1 - query.past_hours;
      const hours = query.past_hours + run.leadHours;
      const labels = unitLabels(variables, units);
      const hourlyUnits: Record<string, string> = { time: 'iso8601' };
      const hourly: Record<string, unknown[]> = {
        time: Array.from({ length: hours }, (_, t) => formatHour(first + t).slice(0, -1)),
      };
      for (const quantity of variables) {
        const { name } = quantity;
        const before = past ? stationColumn(past, station.id, quantity, units) : [];
        for (const [m, model] of models.entries()) {
          const key = models.length > 1 ? `${name}_${model.id}` : name;
          hourlyUnits[key] = labels[name];
          hourly[key] = [...before, ...stationColumn(forecasts[m], station.id, quantity, units)];
        }
      }
      return {
        latitude: station.latitude,
        longitude: station.longitude,
        elevation: station.elevation,
        generationtime_ms: Math.round((performance.now() - start) * 1000) / 1000,
        utc_offset_seconds: 0,
        timezone: 'GMT',
        timezone_abbreviation: 'GMT',
        station: {
          id: station.id,
          name: station.name,
          country: station.country,
          distance_km: Math.round(distanceKm * 10) / 10,
        },
        run: {
          dataset: run.dataset,
          init: formatHour(run.init),
          created_at: run.createdAt,
          model: models[0].id,
          weights_sha256: models[0].weightsSha256,
        },
        hourly_units: hourlyUnits,
        hourly,
      };
    });
  };
}

function checkPlace({ station, latitude, longitude }: Query): void {
  const hint = 'Give a station, or a latitude and a longitude.';
  if (station !== undefined) {
    if (latitude === undefined && longitude === undefined) return;
    throw badParameter('station', 'a station and a position are given at once', hint);
  }
  if (latitude === undefined) throw badParameter('latitude', "the parameter 'latitude' is missing", hint);
  if (longitude === undefined) throw badParameter('longitude', "the parameter 'longitude' is missing", hint);
}

/** The station of that id, or the nearest to the position, which is then named in the answer with its distance. */
function findStation(stations: readonly Station[], { station: id, latitude, longitude }: Query): NearStation {
  if (id !== undefined) {
    const station = stations.find((candidate) => candidate.id === id);
    if (station) return { station, distanceKm: 0 };
    const meant = closest(
      id,
      stations.map((candidate) => candidate.id),
    );
    throw new KernelcastError('NOT_FOUND', `there is no station '${id.slice(0, 64)}'`, {
      where: { parameter: 'station' },
      hint: `${meant ? `Did you mean '${meant}'? ` : ''}Find stations by name with /v1/stations?search=...`,
    });
  }
  const near = nearest(stations, { latitude: latitude!, longitude: longitude! });
  if (near.distanceKm <= MAX_DISTANCE_KM) return near;
  const { name, id: nearId } = near.station;
  throw new KernelcastError(
    'NOT_FOUND',
    `no station within ${MAX_DISTANCE_KM} km: the nearest, ${name || nearId}, is ${Math.round(near.distanceKm)} km away`,
    { where: { parameter: 'latitude' }, hint: `Its id is '${nearId}'; ask for it by station=${nearId}.` },
  );
}

async function readPast(context: ApiContext, dataset: string, to: number, hours: number): Promise<Series | undefined> {
  return hours > 0 ? context.observations.read(dataset, to - hours, to) : undefined;
}

function keysOf<K extends string>(units: Record<K, unknown>): K[] {
  return Object.keys(units) as K[];
}
