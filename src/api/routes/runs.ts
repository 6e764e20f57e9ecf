/** `GET /v1/runs`: the runs of a dataset, newest first. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { answer } from '../answer.ts';
import { type ApiContext, datasetName, describeDataset } from '../context.ts';
import { integer, parseQuery, text } from '../query.ts';

const schema = z.strictObject({ dataset: text().optional(), limit: integer(1, 1000).default(24) });

export function runsRoute(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const { dataset: given, limit } = parseQuery(schema, request);
    const dataset = datasetName(context, given);
    const inits = (await context.runs.list(dataset)).slice(-limit).reverse();
    // A dataset that is there, but has no runs, has an empty list; one that is not there is an error.
    if (inits.length === 0) await describeDataset(context, given);
    const runs = await Promise.all(inits.map((init) => context.runs.describe(dataset, init)));
    await answer(request, response, [context.version, runs], () => ({
      dataset,
      runs: runs.map(({ init, createdAt, leadHours, models }) => ({
        init: formatHour(init),
        createdAt,
        leadHours,
        models,
      })),
    }));
  };
}
