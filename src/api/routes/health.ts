/** `GET /health/live`: the process answers. `GET /health/ready`: its forecasts may be relied on; else 503, and why. */
import { z } from 'zod';
import { formatHour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { answerNow, JSON_TYPE } from '../answers.ts';
import { notReady } from '../context.ts';
import { runInterval } from '../resolve-run.ts';
import type { Route, Tools } from '../route.ts';
import { liveSchema, readySchema } from '../schemas/service.ts';

/** One run may be late, two may not. */
const MOST_INTERVALS = 2;

export function liveRoute(): Route {
  return {
    id: 'HealthLive',
    path: '/health/live',
    tag: 'service',
    summary: 'Whether the process answers',
    query: z.looseObject({}),
    answers: { [JSON_TYPE]: liveSchema },
    isOpen: true,
    get: (_request, response) => answerNow(response, { status: 'live' }),
  };
}

export function readyRoute({ context }: Tools): Route {
  return {
    id: 'HealthReady',
    path: '/health/ready',
    tag: 'service',
    summary: 'Whether forecasts may be relied on',
    description: '503 with the reason when there is no run, or the newest is older than two intervals between runs.',
    query: z.looseObject({}),
    answers: { [JSON_TYPE]: readySchema },
    problems: [503],
    isOpen: true,
    get: async (_request, response) => {
      const { dataset } = context.status();
      const inits = await context.runs.list(dataset);
      const latest = inits.at(-1);
      if (latest === undefined) throw notReady(context, 'has no run yet');
      const age = context.clock.now() / MILLISECONDS_PER_HOUR - latest;
      if (age > MOST_INTERVALS * runInterval(inits, latest)) {
        throw new KernelcastError(
          'NOT_READY',
          `the newest run, of ${formatHour(latest)}, is ${Math.floor(age)} h old`,
          {
            hint: 'The jobs in /v1/status and the log of the service tell why there is no newer one.',
          },
        );
      }
      answerNow(response, { status: 'ready', dataset, latestRun: formatHour(latest) });
    },
  };
}
