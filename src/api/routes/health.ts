/** `GET /health/live`: the process answers. `GET /health/ready`: its forecasts may be relied on; else 503, and why. */
import { z } from 'zod';
import { formatHour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import type { Run } from '../../store/runs/runs.ts';
import { answerNow, JSON_TYPE } from '../answers/answers.ts';
import { runInterval } from '../answers/resolve-run.ts';
import { notReady } from '../context.ts';
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
    description:
      '503 with the reason when there is no run, or the newest was made more than two intervals between runs ago, or has no hour to come.',
    query: z.looseObject({}),
    answers: { [JSON_TYPE]: readySchema },
    problems: [503],
    isOpen: true,
    get: async (_request, response) => {
      const { dataset } = context.status();
      const inits = await context.runs.list(dataset);
      const latest = inits.at(-1);
      if (latest === undefined) throw notReady(context, 'has no run yet');
      const problem = unreliable(
        await context.runs.describe(dataset, latest),
        runInterval(inits, latest),
        context.clock.now(),
      );
      if (problem !== undefined) {
        throw new KernelcastError('NOT_READY', problem, {
          hint: 'The jobs in /v1/status and the log of the service tell why there is no newer one.',
        });
      }
      answerNow(response, { status: 'ready', dataset, latest_run: formatHour(latest) });
    },
  };
}

/**
 * Why a run may not be relied on any more. It is as old as it was made, not as its observations: some come days late, always.
 * @param interval hours between runs
 */
function unreliable({ init, leadHours, createdAt }: Run, interval: number, now: number): string | undefined {
  const name = `the newest run, of ${formatHour(init)},`;
  if (now > (init + leadHours) * MILLISECONDS_PER_HOUR) return `${name} has no hour to come`;
  const made = Date.parse(createdAt);
  const age = (now - (Number.isNaN(made) ? init * MILLISECONDS_PER_HOUR : made)) / MILLISECONDS_PER_HOUR;
  return age > MOST_INTERVALS * interval ? `${name} was made ${Math.floor(age)} h ago` : undefined;
}
