/** `GET /v1/status`: what the service is, what it has, and what it is doing. */
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { isKernelcastError } from '../../errors.ts';
import { answerNow, JSON_TYPE } from '../answers/answers.ts';
import type { ApiContext } from '../context.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { statusSchema } from '../schemas/service.ts';

const schema = z.strictObject({});

export function statusRoute({ context, access }: Tools): Route {
  return {
    id: 'Status',
    path: '/v1/status',
    tag: 'service',
    summary: 'What the service has, and what it is doing',
    query: schema,
    answers: { [JSON_TYPE]: statusSchema },
    get: async (request, response) => {
      access.identify(request);
      parseQuery(schema, request);
      const { clock, dataset, jobs, preparing } = context.status();
      const latest = await context.runs.latest(dataset);
      answerNow(response, {
        version: context.version,
        now: new Date(context.clock.now()).toISOString(),
        clock: { kind: clock.kind, seconds_per_hour: clock.secondsPerHour },
        dataset,
        datasets: await describeAll(context),
        latest_run: latest === undefined ? null : formatHour(latest),
        preparing: preparing ?? null,
        jobs,
      });
    },
  };
}

/** A dataset that is damaged is left out (and logged): the others are still worth telling. */
async function describeAll({ observations, log }: ApiContext) {
  const datasets = [];
  for (const name of await observations.list()) {
    try {
      const { from, to, stations, variables } = await observations.describe(name);
      datasets.push({
        dataset: name,
        from: formatHour(from),
        to: formatHour(to),
        stations: stations.length,
        variables,
      });
    } catch (error) {
      if (!isKernelcastError(error)) throw error;
      log.error({ err: error, dataset: name }, 'a dataset cannot be described');
    }
  }
  return datasets;
}
