/** `GET /v1/events`: server-sent events, `run-published` and `observations-updated`, for as long as the connection lasts. */
import { z } from 'zod';
import { LimitError } from '../access/limits.ts';
import { datasetName, describeDataset } from '../context.ts';
import { text } from '../requests/parameters.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';

/** Each holds a connection and costs little; without a bound, somebody could hold them all. */
const MOST_LISTENERS = 1000;
/** Of one client, so that it leaves room for others; a household of browsers needs fewer. */
const MOST_OF_ONE = 50;
const RETRY_SECONDS = 60;

const schema = z.strictObject({ dataset: text().optional() });

export function eventsRoute({ context, events, access }: Tools): Route {
  /** By client, how many listen. */
  const held = new Map<string, number>();
  return {
    id: 'Events',
    path: '/v1/events',
    tag: 'runs',
    summary: 'Server-sent events: run-published and observations-updated',
    description: 'Each event has an id; who connects again with it in Last-Event-ID is told what came since.',
    query: schema,
    answers: { 'text/event-stream': null },
    problems: [404, 503],
    get: async (request, response) => {
      const { id: client } = access.identify(request);
      const { dataset: given } = parseQuery(schema, request);
      const dataset = datasetName(context, given);
      // The service's own may be listened to before it is there.
      if (dataset !== context.status().dataset) await describeDataset(context, given);
      if (events.count >= MOST_LISTENERS) {
        throw new LimitError(`${MOST_LISTENERS} listen to events already`, 'Ask /v1/status instead.', RETRY_SECONDS);
      }
      const own = held.get(client) ?? 0;
      if (own >= MOST_OF_ONE) {
        throw new LimitError(`you listen to events ${own} times already`, 'Once is enough.', RETRY_SECONDS);
      }
      held.set(client, own + 1);
      response.once('close', () => {
        const left = held.get(client)! - 1;
        if (left > 0) held.set(client, left);
        else held.delete(client);
      });
      response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
      response.flushHeaders();
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      await events.listen(response, dataset, request.get('Last-Event-ID'));
    },
  };
}
