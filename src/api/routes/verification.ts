/** `GET /v1/verification`: the error of past forecasts, by model, variable and lead time; of some stations by station, too. */
import { z } from 'zod';
import { formatHour, type Hour } from '../../domain/time.ts';
import type { DatasetInfo } from '../../store/observations/observations.ts';
import type { Client } from '../access/limits.ts';
import { type Answer, JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { readObserved } from '../answers/observed.ts';
import { StaleBasis, untilFresh } from '../answers/stale-basis.ts';
import { describeDataset } from '../context.ts';
import { checkPlaces, findPlaces } from '../places/places.ts';
import { boundingBox, hourOrLatest, integer, list, MOST_LOCATIONS, text } from '../requests/parameters.ts';
import { badParameter, parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { type ModelScore, verificationSchema } from '../schemas/verification.ts';
import { pastRuns, scoreStations } from '../scores/station-scores.ts';
import { summarize } from '../scores/verification-summary.ts';

/** A week of hourly runs. */
const DEFAULT_RUNS = 168;
/** Of a run's file that is read for a unit of weight. */
const BYTES_A_WEIGHT = 10_000;

const schema = z.strictObject({
  dataset: text().optional(),
  station: list(undefined, { most: MOST_LOCATIONS })
    .optional()
    .describe('ids; only their errors, by station too, of runs that are still kept'),
  bounding_box: boundingBox().optional().describe('south,west,north,east: the same for all stations in it'),
  models: list().optional().describe('only these'),
  last_runs: integer(1, 1000).default(DEFAULT_RUNS).describe('the newest runs whose hours have all been observed'),
  start: hourOrLatest().optional().describe('only runs of this initialisation time and later'),
  end: hourOrLatest().optional().describe('only runs of this initialisation time and earlier'),
});
type Query = z.infer<typeof schema>;

export function verificationRoute(tools: Tools): Route {
  const { context, answers, access, freshness } = tools;
  return {
    id: 'Verification',
    path: '/v1/verification',
    tag: 'forecasts',
    summary: 'The error of past forecasts',
    query: schema,
    answers: { [JSON_TYPE]: verificationSchema },
    problems: [404, 503],
    get: async (request, response) => {
      const client = access.identify(request);
      const query = parseQuery(schema, request);
      const isOfStations = query.station !== undefined || query.bounding_box !== undefined;
      if (isOfStations) checkPlaces(query);
      await untilFresh(async () => {
        const state = await freshness.state(query.dataset ?? context.status().dataset);
        const info = await describeDataset(context, query.dataset);
        const ask = isOfStations ? atStations : everywhere;
        const answer = await ask(tools, client, query, info);
        await answers.send(request, response, { ...answer, dataset: info.dataset, state, mediaType: JSON_TYPE });
      });
    },
  };
}

type Making = Pick<Answer, 'basis' | 'make'>;

/** All stations together: the sums are in the score store. */
async function everywhere({ context, limits }: Tools, client: Client, query: Query, { dataset }: DatasetInfo) {
  const inits = chosen(await context.scores.list(dataset), query).slice(-query.last_runs);
  return {
    basis: ['verification', dataset, inits, query.models],
    make: async () => {
      await limits.charge(client, Math.max(1, inits.length), 'last_runs');
      const rows = await Promise.all(inits.map((init) => context.scores.read(dataset, init)));
      return jsonBytes(answerOf(dataset, inits, summarize(rows), query));
    },
  } satisfies Making;
}

/** Some stations: made of the runs and of what was observed since. */
async function atStations({ context, limits }: Tools, client: Client, query: Query, info: DatasetInfo) {
  const { dataset, revision, to } = info;
  const { runs, observations } = context;
  const stations = findPlaces(info.stations, query).map(({ station }) => station);
  const past = await pastRuns(runs, dataset, chosen(await runs.list(dataset), query), to, query.last_runs);
  const inits = past.map(({ init }) => init);
  return {
    basis: ['verification', dataset, inits, query.models, revision, stations.map(({ id }) => id)],
    make: async () => {
      const last = past.at(-1);
      const bytes = last ? await runs.size(dataset, last.init) : 0;
      const weight = past.length * (Math.ceil(bytes / BYTES_A_WEIGHT) + stations.length);
      await limits.charge(client, Math.max(1, weight), 'last_runs');
      const span = last ? { from: past[0].init + 1, to: last.init + 1 + last.leadHours } : { from: to, to };
      const observed = await readObserved(observations, dataset, span, new Set(stations.map(({ id }) => id)));
      if (observed.info.revision !== revision) throw new StaleBasis();
      const scores = observed.series ? await scoreStations(runs, past, observed.series, stations) : [];
      return jsonBytes({ ...answerOf(dataset, inits, scores, query), stations: stations.length });
    },
  } satisfies Making;
}

/** The runs of the period that is asked for. @param inits ascending */
function chosen(inits: readonly Hour[], { start, end }: Query): Hour[] {
  const first = start === 'latest' ? (inits.at(-1) ?? 0) : (start ?? Number.NEGATIVE_INFINITY);
  const last = end === undefined || end === 'latest' ? Number.POSITIVE_INFINITY : end;
  if (last < first) throw badParameter('end', "the parameter 'end' is before start");
  return inits.filter((init) => init >= first && init <= last);
}

function answerOf(dataset: string, inits: readonly Hour[], scores: readonly ModelScore[], { models }: Query) {
  const [first, last] = [inits.at(0), inits.at(-1)];
  return {
    dataset,
    runs: inits.length,
    first: first === undefined ? null : formatHour(first),
    last: last === undefined ? null : formatHour(last),
    models: scores.filter(({ model }) => models?.includes(model) ?? true),
  };
}
