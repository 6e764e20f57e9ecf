/** `GET /v1/runs`: the runs of a dataset, newest first. */
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { ifThere } from '../answers/if-there.ts';
import { datasetName, describeDataset } from '../context.ts';
import { integer, text } from '../requests/parameters.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { runsSchema } from '../schemas/service.ts';

const schema = z.strictObject({ dataset: text().optional(), limit: integer(1, 1000).default(24) });

export function runsRoute({ context, answers, access, limits, freshness }: Tools): Route {
  return {
    id: 'Runs',
    path: '/v1/runs',
    tag: 'runs',
    summary: 'The runs of a dataset, newest first',
    query: schema,
    answers: { [JSON_TYPE]: runsSchema },
    problems: [404, 503],
    get: async (request, response) => {
      const client = access.identify(request);
      const { dataset: given, limit } = parseQuery(schema, request);
      const dataset = datasetName(context, given);
      const state = await freshness.state(dataset);
      const inits = (await context.runs.list(dataset)).slice(-limit).reverse();
      await limits.charge(client, Math.ceil((inits.length + 1) / 10), 'limit');
      // A dataset that is there, but has no runs, has an empty list; one that is not there is an error.
      if (inits.length === 0) await describeDataset(context, given);
      const runs = (await Promise.all(inits.map((init) => ifThere(context.runs.describe(dataset, init))))).filter(
        (run) => run !== undefined,
      );
      await answers.send(request, response, {
        basis: ['runs', dataset, runs],
        dataset,
        state,
        mediaType: JSON_TYPE,
        make: async () =>
          jsonBytes({
            dataset,
            runs: runs.map(({ init, createdAt, leadHours, models }) => ({
              init: formatHour(init),
              created_at: createdAt,
              lead_hours: leadHours,
              models: models.map(({ id, name, kind, weightsSha256 }) => ({
                id,
                name,
                kind,
                weights_sha256: weightsSha256,
              })),
            })),
          }),
      });
    },
  };
}
