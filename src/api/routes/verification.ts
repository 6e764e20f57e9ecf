/** `GET /v1/verification`: the error of past forecasts, by model, variable and lead time. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { answer } from '../answer.ts';
import { type ApiContext, describeDataset } from '../context.ts';
import { integer, parseQuery, text } from '../query.ts';
import { summarize } from '../verification-summary.ts';

/** A week of hourly runs. */
const DEFAULT_RUNS = 168;

const schema = z.strictObject({
  dataset: text().optional(),
  last_runs: integer(1, 1000).default(DEFAULT_RUNS),
});

export function verificationRoute(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const { dataset: given, last_runs } = parseQuery(schema, request);
    const { dataset } = await describeDataset(context, given);
    const inits = (await context.scores.list(dataset)).slice(-last_runs);
    await answer(request, response, [context.version, inits], async () => ({
      dataset,
      runs: inits.length,
      first: inits.length > 0 ? formatHour(inits[0]) : null,
      last: inits.length > 0 ? formatHour(inits[inits.length - 1]) : null,
      models: summarize(await Promise.all(inits.map((init) => context.scores.read(dataset, init)))),
    }));
  };
}
