/** `GET /v1/verification`: the error of past forecasts, by model, variable and lead time. */
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { JSON_TYPE, jsonBytes } from '../answers.ts';
import { describeDataset } from '../context.ts';
import { hourOrLatest, integer, list, text } from '../parameters.ts';
import { badParameter, parseQuery } from '../query.ts';
import type { Route, Tools } from '../route.ts';
import { verificationSchema } from '../schemas/verification.ts';
import { summarize } from '../verification-summary.ts';

/** A week of hourly runs. */
const DEFAULT_RUNS = 168;

const schema = z.strictObject({
  dataset: text().optional(),
  models: list().optional().describe('only these'),
  last_runs: integer(1, 1000).default(DEFAULT_RUNS).describe('the newest runs whose hours have all been observed'),
  start: hourOrLatest().optional().describe('only runs of this initialisation time and later'),
  end: hourOrLatest().optional().describe('only runs of this initialisation time and earlier'),
});

export function verificationRoute({ context, answers, access, limits, freshness }: Tools): Route {
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
      const { dataset: given, last_runs, models, start, end } = parseQuery(schema, request);
      const state = await freshness.state(given ?? context.status().dataset);
      const { dataset } = await describeDataset(context, given);
      const scored = await context.scores.list(dataset);
      const first = start === 'latest' ? (scored.at(-1) ?? 0) : (start ?? Number.NEGATIVE_INFINITY);
      const last = end === undefined || end === 'latest' ? Number.POSITIVE_INFINITY : end;
      if (last < first) throw badParameter('end', "the parameter 'end' is before start");
      const inits = scored.filter((init) => init >= first && init <= last).slice(-last_runs);
      await answers.send(request, response, {
        basis: ['verification', dataset, inits, models],
        dataset,
        state,
        mediaType: JSON_TYPE,
        make: async () => {
          await limits.charge(client, Math.max(1, inits.length), 'last_runs');
          const rows = await Promise.all(inits.map((init) => context.scores.read(dataset, init)));
          const all = summarize(rows);
          return jsonBytes({
            dataset,
            runs: inits.length,
            first: inits.length > 0 ? formatHour(inits[0]) : null,
            last: inits.length > 0 ? formatHour(inits[inits.length - 1]) : null,
            models: models ? all.filter(({ model }) => models.includes(model)) : all,
          });
        },
      });
    },
  };
}
