/** `GET /v1/stations`: the stations of a dataset; by name, or by their distance from a position. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { answer } from '../answer.ts';
import { type ApiContext, describeDataset } from '../context.ts';
import { badParameter, integer, number, parseQuery, text } from '../query.ts';
import { byDistance, search } from '../stations.ts';

const schema = z.strictObject({
  dataset: text().optional(),
  search: text().optional(),
  latitude: number(-90, 90).optional(),
  longitude: number(-180, 180).optional(),
  limit: integer(1, 100_000).default(100),
});

export function stationsRoute(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const query = parseQuery(schema, request);
    const { latitude, longitude, limit } = query;
    if ((latitude === undefined) !== (longitude === undefined)) {
      const missing = latitude === undefined ? 'latitude' : 'longitude';
      throw badParameter(missing, `the parameter '${missing}' is missing`, 'A position has both.');
    }
    const { dataset, stations, revision } = await describeDataset(context, query.dataset);

    await answer(request, response, [context.version, revision], () => {
      const found = query.search === undefined ? stations : search(stations, query.search);
      if (latitude === undefined || longitude === undefined) return { dataset, stations: found.slice(0, limit) };
      const near = byDistance(found, { latitude, longitude }).slice(0, limit);
      return {
        dataset,
        stations: near.map(({ station, distanceKm }) => ({
          ...station,
          distance_km: Math.round(distanceKm * 10) / 10,
        })),
      };
    });
  };
}
