/** `GET /v1/stations`: the stations of a dataset; by name, in a box, or by their distance from a position. */
import { z } from 'zod';
import { JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { describeDataset } from '../context.ts';
import { byDistance, inBox, search } from '../places/stations.ts';
import { boundingBox, integer, number, text } from '../requests/parameters.ts';
import { badParameter, parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { stationsSchema } from '../schemas/service.ts';

const schema = z.strictObject({
  dataset: text().optional(),
  search: text()
    .optional()
    .describe('the id, the beginning of a word of the name, or the country; case and accents do not count'),
  latitude: number(-90, 90).optional().describe('with longitude: the nearest first, with their distance'),
  longitude: number(-180, 180).optional(),
  bounding_box: boundingBox().optional().describe('south,west,north,east'),
  limit: integer(1, 100_000).default(100),
});

export function stationsRoute({ context, answers, access, limits, freshness }: Tools): Route {
  return {
    id: 'Stations',
    path: '/v1/stations',
    tag: 'stations',
    summary: 'The stations of a dataset',
    query: schema,
    answers: { [JSON_TYPE]: stationsSchema },
    problems: [404, 503],
    get: async (request, response) => {
      const client = access.identify(request);
      const query = parseQuery(schema, request);
      const { latitude, longitude, limit } = query;
      if ((latitude === undefined) !== (longitude === undefined)) {
        const missing = latitude === undefined ? 'latitude' : 'longitude';
        throw badParameter(missing, `the parameter '${missing}' is missing`, 'A position has both.');
      }
      const state = await freshness.state(query.dataset ?? context.status().dataset);
      const { dataset, stations, revision } = await describeDataset(context, query.dataset);

      await answers.send(request, response, {
        basis: ['stations', query, dataset, revision],
        dataset,
        state,
        mediaType: JSON_TYPE,
        make: async () => {
          // Who searches has all of them looked at.
          const looked = query.search === undefined ? Math.min(limit, stations.length) : stations.length;
          await limits.charge(client, Math.ceil(looked / 100), query.search === undefined ? 'limit' : 'search');
          const boxed = query.bounding_box === undefined ? stations : inBox(stations, query.bounding_box);
          const found = query.search === undefined ? boxed : search(boxed, query.search);
          if (latitude === undefined || longitude === undefined) {
            return jsonBytes({ dataset, stations: found.slice(0, limit) });
          }
          return jsonBytes({
            dataset,
            stations: byDistance(found, { latitude, longitude }, limit).map(({ station, distanceKm }) => ({
              ...station,
              distance_km: Math.round(distanceKm * 10) / 10,
            })),
          });
        },
      });
    },
  };
}
