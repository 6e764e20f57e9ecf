/** `GET /health/live`: the process answers. `GET /health/ready`: its forecasts may be relied on; else 503, and why. */
import type { RequestHandler } from 'express';
import { formatHour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { answerNow } from '../answer.ts';
import { type ApiContext, notReady } from '../context.ts';

/** Runs are hourly; one may be late, two may not. */
const MAX_AGE_HOURS = 2;

export const liveRoute: RequestHandler = (_request, response) => answerNow(response, { status: 'live' });

export function readyRoute(context: ApiContext): RequestHandler {
  return async (_request, response) => {
    const { dataset } = context.status();
    const latest = await context.runs.latest(dataset);
    if (latest === undefined) throw notReady(context, 'has no run yet');
    const age = context.clock.now() / MILLISECONDS_PER_HOUR - latest;
    if (age > MAX_AGE_HOURS) {
      throw new KernelcastError('NOT_READY', `the newest run, of ${formatHour(latest)}, is ${Math.floor(age)} h old`, {
        hint: 'The jobs in /v1/status and the log of the service tell why there is no newer one.',
      });
    }
    answerNow(response, { status: 'ready', dataset, latestRun: formatHour(latest) });
  };
}
