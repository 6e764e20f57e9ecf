/** `GET|POST /v1/forecast`: places, in the shape of Open-Meteo's answers; observed hours in front where they are asked for. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { Series } from '../../domain/series.ts';
import { formatHour, hourOf } from '../../domain/time.ts';
import { lifetimeOf } from '../answers/expiry.ts';
import { checkFrame } from '../answers/frame.ts';
import type { Sources } from '../answers/hours.ts';
import { describeObserved, readObserved } from '../answers/observed.ts';
import { type AnswerModel, answerModels, type ResolvedRun, resolveRun, validUntil } from '../answers/resolve-run.ts';
import { StaleBasis, untilFresh } from '../answers/stale-basis.ts';
import { encodePlaces, fileNameOf, MEDIA_TYPES } from '../formats/format.ts';
import type { PlaceData } from '../places/place-answer.ts';
import { axisOf, placeData, zonesOf } from '../places/place-data.ts';
import { FORECAST_PARAMETERS, hoursNeeded, SHARED_PARAMETERS, wantedOf, weightOf } from '../places/place-query.ts';
import { checkPlaces, findPlaces } from '../places/places.ts';
import { hourOrLatest, list } from '../requests/parameters.ts';
import { parseBody, parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { placeAnswersSchema } from '../schemas/place-answer.ts';

const schema = z.strictObject({
  ...SHARED_PARAMETERS,
  ...FORECAST_PARAMETERS,
  models: list(undefined, { least: 0 })
    .optional()
    .describe(
      "ids of the run's models, the default first; with several, names end in _MODEL; best_match is the first, and those of " +
        "Open-Meteo's that the run has not are null",
    ),
  run: hourOrLatest().default('latest').describe('the initialisation time of an earlier run'),
});
type Query = z.infer<typeof schema>;

export function forecastRoute(tools: Tools): Route {
  return {
    id: 'Forecast',
    path: '/v1/forecast',
    tag: 'forecasts',
    summary: 'The forecast of places',
    description:
      "In the shape of Open-Meteo's answers. POST takes the same parameters as JSON or as a form, for long lists.",
    query: schema,
    body: 'query',
    answers: {
      ...Object.fromEntries(Object.values(MEDIA_TYPES).map((type) => [type, null])),
      [MEDIA_TYPES.json]: placeAnswersSchema,
    },
    problems: [404, 413, 415, 503],
    get: handler(tools, (request) => parseQuery(schema, request)),
    post: handler(tools, (request) => parseBody(schema, request)),
  };
}

function handler(tools: Tools, parse: (request: Request) => Query): RequestHandler {
  const { context, answers, access, limits, freshness } = tools;
  return async (request, response) => {
    const client = access.identify(request);
    const query = parse(request);
    checkPlaces(query);
    checkFrame(query);
    await untilFresh(async () => {
      const state = await freshness.state(query.dataset ?? context.status().dataset);
      const resolved = await resolveRun(context, state, query.dataset, query.run, 'run');
      const { run, isLatest } = resolved;
      const models = answerModels(run, query.models);
      const opened = await state.run(run.init);
      // Of a model that the run has not, the stations are those of its first.
      const forecasts = await Promise.all(
        models.map(({ id, isForeign }) => opened.read(isForeign ? run.models[0].id : id)),
      );

      const places = findPlaces(forecasts[0].stations, query);
      const timing = { anchor: run.init + 1, hours: run.leadHours, current: hourOf(context.clock.now()) };
      const zones = zonesOf(query.timezone, places, timing.anchor);
      const wanted = wantedOf(query, forecasts[0]);
      const axes = [...new Set(zones.map(({ offset }) => offset))].map((offset) =>
        axisOf(timing, { ...zones[0], offset }),
      );
      const span = hoursNeeded(query, wanted, axes, timing.current);
      const seesPast = span.from <= run.init;
      const info = seesPast ? await context.observations.describe(run.dataset) : undefined;
      const hasCurrent = wanted.current.length + wanted.currentWeather.length > 0;
      const isFixed = !isLatest && query.dataset !== undefined && !seesPast && !hasCurrent;
      const lifetime = { now: context.clock.now(), isFixed, current: hasCurrent ? timing.current : undefined };

      await answers.send(request, response, {
        basis: ['forecast', query, resolved, info?.revision, hasCurrent && timing.current],
        dataset: run.dataset,
        state,
        mediaType: MEDIA_TYPES[query.format],
        fileName: fileNameOf('forecast', places, run.init, query.format),
        isCompressible: query.format !== 'xlsx' && query.format !== 'parquet',
        lastModified: seesPast || hasCurrent ? undefined : run.createdAt,
        ...lifetimeOf(resolved, lifetime),
        make: async () => {
          const weight = weightOf(places.length, span.to - span.from, wanted, models.length);
          await limits.charge(client, weight, blamed(query));
          const ids = new Set(places.map(({ station }) => station.id));
          const past = { from: span.from, to: Math.min(span.to, run.init + 1) };
          const observed = seesPast ? await readObserved(context.observations, run.dataset, past, ids) : undefined;
          if (observed?.info.revision !== info?.revision) throw new StaleBasis();
          const identity = {
            generatedAt: run.createdAt,
            run: describeRun(resolved, models),
            observations: observed && describeObserved(observed.info),
          };
          const sources = models.map((model, index) => ({
            suffix: models.length > 1 ? `_${model.id}` : '',
            sources: model.isForeign
              ? { init: run.init, isForeign: true }
              : sourcesOf(run.init, observed?.series, forecasts[index]),
          }));
          const data = places.map((place, index): PlaceData => {
            return placeData(query, wanted, timing, place, zones[index], sources, identity);
          });
          return encodePlaces(data, query.format);
        },
      });
    });
  };
}

function sourcesOf(init: number, observed: Series | undefined, forecast: Series): Sources {
  return { init, observed, forecast };
}

function describeRun(resolved: ResolvedRun, models: readonly AnswerModel[]): PlaceData['run'] {
  const { run } = resolved;
  return {
    dataset: run.dataset,
    init: formatHour(run.init),
    created_at: run.createdAt,
    valid_until: validUntil(resolved),
    model: models[0].id,
    weights_sha256: models[0].weightsSha256,
    models: models.map(({ id, weightsSha256 }) => ({ id, weights_sha256: weightsSha256 })),
  };
}

/** Which of the parameters makes an answer heavy. */
export function blamed({ station, bounding_box }: Pick<Query, 'station' | 'bounding_box'>): string {
  return station ? 'station' : bounding_box ? 'bounding_box' : 'latitude';
}
