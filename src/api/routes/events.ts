/** `GET /v1/events`: server-sent events, `run-published` and `observations-updated`, for as long as the connection lasts. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { KernelcastError } from '../../errors.ts';
import { type ApiContext, datasetName, describeDataset } from '../context.ts';
import type { Events } from '../events.ts';
import { parseQuery, text } from '../query.ts';

/** Each holds a connection and costs little; without a bound, somebody could hold them all. */
const MOST_LISTENERS = 1000;

const schema = z.strictObject({ dataset: text().optional() });

export function eventsRoute(context: ApiContext, events: Events): RequestHandler {
  return async (request, response) => {
    const { dataset: given } = parseQuery(schema, request);
    const dataset = datasetName(context, given);
    // The service's own may be listened to before it is there.
    if (dataset !== context.status().dataset) await describeDataset(context, given);
    if (events.count >= MOST_LISTENERS) {
      throw new KernelcastError('TOO_MANY_REQUESTS', `${MOST_LISTENERS} already listen to events`, {
        hint: 'Ask /v1/status instead.',
      });
    }
    response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    response.flushHeaders();
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await events.listen(response, dataset, request.get('Last-Event-ID'));
  };
}
