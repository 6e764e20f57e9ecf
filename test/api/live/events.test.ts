/** `/v1/events`: what is published is told to everybody who listens, once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventsRoute } from '../../../src/api/routes/events.ts';
import { forecastsOf, INIT, MODELS, observed, startEmpty, startFilled } from '../support.ts';

interface Told {
  id: string;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into events of all shapes
  data: any;
}

/** Listens until the test ends; `next` waits for an event. */
async function listen(url: string, headers: Record<string, string> = {}) {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const response = await fetch(`${url}/v1/events`, { headers, signal: controller.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let ended = false;
  const read = async (): Promise<void> => {
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
      if (done) break;
      text += value;
    }
    ended = true;
  };
  void read();
  const next = async (): Promise<Told> => {
    for (;;) {
      const match = /id: (.*)\nevent: (.*)\ndata: (.*)\n\n/.exec(text);
      if (match) {
        text = text.slice(match.index + match[0].length);
        return { id: match[1], event: match[2], data: JSON.parse(match[3]) };
      }
      if (ended) throw new Error('the answer has ended');
      await sleep(10);
    }
  };
  return { response, next, rest: () => text, isOver: () => ended };
}

const run = (init: number) => ({
  dataset: 'demo',
  init,
  leadHours: 24,
  createdAt: '2025-02-20T02:06:00.000Z',
  models: MODELS,
});

test('a run that is published is told, and so are observations', async () => {
  const { url, context } = await startFilled();
  const { response, next, rest } = await listen(url);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  await sleep(600);
  expect(rest()).toBe('retry: 2000\n\n');

  await context.runs.publish(run(INIT + 1), forecastsOf(INIT + 1));
  expect(await next()).toMatchObject({
    event: 'run-published',
    data: {
      dataset: 'demo',
      init: '2025-02-20T01:00Z',
      created_at: '2025-02-20T02:06:00.000Z',
      lead_hours: 24,
      models: ['demo', 'persistence'],
    },
  });
  await context.observations.merge('demo', observed(INIT + 1, 1), { source: 's' });
  const { event, data } = await next();
  expect([event, data.to]).toEqual(['observations-updated', '2025-02-20T02:00Z']);
  expect(data.revision).toBe((await context.observations.describe('demo')).revision);
  await sleep(600);
  expect(rest()).toBe('');
});

test('who comes back is told what was missed, and nothing else', async () => {
  const { url, context } = await startFilled();
  const first = await listen(url);
  await context.runs.publish(run(INIT + 1), forecastsOf(INIT + 1));
  const { id } = await first.next();
  const same = await listen(url, { 'Last-Event-ID': id });
  await context.runs.publish(run(INIT + 2), forecastsOf(INIT + 2));
  const late = await listen(url, { 'Last-Event-ID': id });
  for (const { next } of [same, late]) expect((await next()).data.init).toBe('2025-02-20T02:00Z');
});

test('the first run of a service that is still preparing is told', async () => {
  const { url, context } = await startEmpty();
  const { next } = await listen(url);
  await context.observations.merge('demo', observed(INIT - 71, 72), { source: 's' });
  await context.runs.publish(run(INIT), forecastsOf(INIT));
  const events = [await next(), await next()].map(({ event }) => event).sort();
  expect(events).toEqual(['observations-updated', 'run-published']);
});

test('a service that stops ends the events', async () => {
  const stopping = new AbortController();
  const { url } = await startFilled({ context: { stopping: stopping.signal } });
  const { isOver } = await listen(url);
  stopping.abort();
  await expect.poll(isOver).toBe(true);
});

test('there is nothing to hear of a dataset that is not there', async () => {
  const { get } = await startFilled();
  expect((await get('/v1/events?dataset=nix')).status).toBe(404);
});

describe('who listens', () => {
  test('does so fifty times at the most, and may again when one connection is over', async () => {
    const { url } = await startFilled();
    const ask = (signal?: AbortSignal) => fetch(`${url}/v1/events`, { signal });
    const controllers = Array.from({ length: 50 }, () => new AbortController());
    onTestFinished(() => {
      for (const controller of controllers) controller.abort();
    });
    for (const { signal } of controllers) expect((await ask(signal)).status).toBe(200);
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    controllers[0].abort();
    const again = new AbortController();
    controllers.push(again);
    await expect.poll(async () => (await ask(again.signal)).status).toBe(200);
  });

  test('is one of a thousand at the most', async () => {
    const tools = {
      context: { status: () => ({ dataset: 'demo' }) },
      access: { identify: () => ({ id: 'somebody' }) },
      events: { count: 1000 },
    };
    const { get } = eventsRoute(tools as never);
    await expect(get!({ url: '/v1/events' } as never, {} as never, () => {})).rejects.toThrow(/1000 listen/);
  });
});
