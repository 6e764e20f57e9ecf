/** `GET /v1/observations`: what was observed at places, in the shape of the forecast's answers. */
import { z } from 'zod';
import { hourOf } from '../../domain/time.ts';
import { checkFrame } from '../answers/frame.ts';
import { describeObserved, readObserved } from '../answers/observed.ts';
import { StaleBasis, untilFresh } from '../answers/stale-basis.ts';
import { describeDataset } from '../context.ts';
import { encodePlaces, fileNameOf, MEDIA_TYPES } from '../formats/format.ts';
import { axesOf, placeData, zonesOf } from '../places/place-data.ts';
import { hoursNeeded, SHARED_PARAMETERS, wantedOf, weightOf } from '../places/place-query.ts';
import { checkPlaces, findPlaces } from '../places/places.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { placeAnswersSchema } from '../schemas/place-answer.ts';
import { blamed } from './forecast.ts';

/** Given where no time is. */
const DEFAULT_HOURS = 24;

const schema = z.strictObject(SHARED_PARAMETERS);

export function observationsRoute(tools: Tools): Route {
  const { context, answers, access, limits, freshness } = tools;
  return {
    id: 'Observations',
    path: '/v1/observations',
    tag: 'observations',
    summary: 'What was observed at places',
    description: `Without a time, the last ${DEFAULT_HOURS} hours; past_hours and past_days count back from the last observed hour.`,
    query: schema,
    answers: {
      ...Object.fromEntries(Object.values(MEDIA_TYPES).map((type) => [type, null])),
      [MEDIA_TYPES.json]: placeAnswersSchema,
    },
    problems: [404, 503],
    get: async (request, response) => {
      const client = access.identify(request);
      const given = parseQuery(schema, request);
      checkPlaces(given);
      checkFrame(given);
      const saysWhen = [given.past_days, given.start_date, given.start_hour].some((value) => value !== undefined);
      const query = saysWhen ? given : { ...given, past_hours: given.past_hours ?? DEFAULT_HOURS };

      await untilFresh(async () => {
        const state = await freshness.state(query.dataset ?? context.status().dataset);
        const info = await describeDataset(context, query.dataset);
        const { dataset, stations, to, revision, updatedAt, variables } = info;
        const places = findPlaces(stations, query);
        const timing = { anchor: to, hours: 0, current: hourOf(context.clock.now()) };
        const zones = zonesOf(query.timezone, places, to);
        const shape = Object.fromEntries(
          variables.map((name) => [name, { values: new Float32Array(), flags: new Uint8Array() }]),
        );
        const wanted = wantedOf(query, { stations, from: to, hours: 0, variables: shape });
        const span = hoursNeeded(query, wanted, axesOf(timing, zones), timing.current);

        await answers.send(request, response, {
          basis: ['observations', query, dataset, revision],
          dataset,
          state,
          mediaType: MEDIA_TYPES[query.format],
          fileName: fileNameOf('observations', places, to - 1, query.format),
          isCompressible: query.format !== 'xlsx' && query.format !== 'parquet',
          lastModified: updatedAt,
          make: async () => {
            await limits.charge(client, weightOf(places.length, span.to - span.from, wanted, 1), blamed(query));
            const ids = new Set(places.map(({ station }) => station.id));
            const observed = await readObserved(context.observations, dataset, span, ids);
            if (observed.info.revision !== revision) throw new StaleBasis();
            const models = [{ suffix: '', sources: { init: to - 1, observed: observed.series } }];
            const identity = { generatedAt: updatedAt, observations: describeObserved(info) };
            const data = places.map((place, i) => placeData(query, wanted, timing, place, zones[i], models, identity));
            return encodePlaces(data, query.format);
          },
        });
      });
    },
  };
}
