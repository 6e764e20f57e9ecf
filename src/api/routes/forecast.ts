/** `GET|POST /v1/forecast`: places, in the shape of Open-Meteo's answers; observed hours in front where they are asked for. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { Series } from '../../domain/series.ts';
import { formatHour, hourOf, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { lifetimeOf } from '../answers/expiry.ts';
import { type Axis, checkFrame } from '../answers/frame.ts';
import type { Sources } from '../answers/hours.ts';
import { describeObserved, readObserved } from '../answers/observed.ts';
import { type AnswerModel, answerModels, type ResolvedRun, resolveRun, validUntil } from '../answers/resolve-run.ts';
import { StaleBasis, untilFresh } from '../answers/stale-basis.ts';
import { encodePlaces, fileNameOf, MEDIA_TYPES } from '../formats/format.ts';
import type { PlaceData } from '../places/place-answer.ts';
import { axesOf, placeData, type Timing, zonesOf } from '../places/place-data.ts';
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
      // An answer of a run that is named is that of its hours, whenever it is asked for.
      const isNamed = query.run !== 'latest';
      const current = hourOf(context.clock.now());
      const timing = isNamed
        ? { anchor: run.init + 1, hours: run.leadHours, current }
        : { anchor: current, hours: undefined, current };
      const zones = zonesOf(query.timezone, places, timing.anchor);
      const wanted = wantedOf(query, forecasts[0]);
      const axes = axesOf(timing, zones);
      const span = hoursNeeded(query, wanted, axes, timing.current);
      const seesPast = span.from <= run.init;
      const info = seesPast ? await context.observations.describe(run.dataset) : undefined;
      const hasCurrent = wanted.current.length + wanted.currentWeather.length > 0;
      const isFixed = isNamed && !isLatest && query.dataset !== undefined && !seesPast && !hasCurrent;
      const { moment, until } = momentOf(query, timing, axes, hasCurrent, isNamed);

      await answers.send(request, response, {
        basis: ['forecast', query, resolved, info?.revision, moment],
        dataset: run.dataset,
        state,
        mediaType: MEDIA_TYPES[query.format],
        fileName: fileNameOf('forecast', places, run.init, query.format),
        isCompressible: query.format !== 'xlsx' && query.format !== 'parquet',
        lastModified: isNamed && !seesPast && !hasCurrent ? run.createdAt : undefined,
        ...lifetimeOf(resolved, { now: context.clock.now(), isFixed, until }),
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

/** What of the clock an answer follows from, and until when it does: the hour, today in each zone, or nothing. */
function momentOf(
  query: Query,
  { current }: Timing,
  axes: readonly Axis[],
  hasCurrent: boolean,
  isNamed: boolean,
): { moment: unknown; until: number | undefined } {
  const counts = [query.past_hours, query.forecast_hours, query.past_minutely_15, query.forecast_minutely_15];
  if (hasCurrent || (!isNamed && counts.some((count) => count !== undefined))) {
    return { moment: current, until: (current + 1) * MILLISECONDS_PER_HOUR };
  }
  if (isNamed) return { moment: null, until: undefined };
  const days = axes.map(({ local }) => local.dayOf(current));
  const midnights = axes.map(({ local }, index) => local.midnight(days[index] + 1));
  return { moment: days, until: Math.min(...midnights) * 1000 };
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
