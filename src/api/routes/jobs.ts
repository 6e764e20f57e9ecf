/** `GET /v1/jobs`: what the jobs did, attempt by attempt; what `kernelcast jobs log` tells on the machine. */
import { z } from 'zod';
import { answerNow, JSON_TYPE } from '../answers/answers.ts';
import { integer, oneOf, text } from '../requests/parameters.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { jobsSchema } from '../schemas/operation.ts';

const schema = z.strictObject({
  job: text().optional().describe('only this job'),
  state: oneOf('running', 'done', 'failed', 'dead', 'skipped').optional().describe('only attempts that stand so'),
  limit: integer(1, 1000).default(100),
});

export function jobsRoute({ context }: Tools): Route {
  return {
    id: 'Jobs',
    path: '/v1/jobs',
    tag: 'service',
    summary: 'What the jobs did, attempt by attempt',
    query: schema,
    answers: { [JSON_TYPE]: jobsSchema },
    isAdmin: true,
    get: (request, response) => {
      const { job, state, limit } = parseQuery(schema, request);
      const attempts = (context.operation?.attempts() ?? []).filter(
        (attempt) => (job === undefined || attempt.job === job) && (state === undefined || attempt.state === state),
      );
      answerNow(response, { dataset: context.status().dataset, attempts: attempts.slice(0, limit) });
    },
  };
}
