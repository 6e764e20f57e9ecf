/** The client against the service itself, and against one that fails. */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ApiError, createClient } from '../../src/client/client.ts';
import { makeTypes } from '../../src/client/make-types.ts';
import { forecastsOf, INIT, MODELS, type Service, shareFilled, startFilled } from '../api/support.ts';

let service: Service;
beforeAll(() =>
  shareFilled((filled) => {
    service = filled;
  }),
);

/** `KERNELCAST_RENEW=1 npx vitest run test/client` writes them anew. */
test('its types are those of the description', async () => {
  const types = makeTypes((await service.describe()) as never);
  const file = new URL('../../src/client/types.ts', import.meta.url);
  if (process.env.KERNELCAST_RENEW) writeFileSync(file, types);
  expect(readFileSync(file, 'utf8')).toBe(types);
});

describe('answers', () => {
  test('of one place, of many, and of a path with a part to fill in', async () => {
    const client = createClient(service.url);
    const one = await client.get('/v1/forecast', {
      latitude: 52.4,
      longitude: 4.9,
      hourly: ['temperature_2m', 'temperature_2m_p90'],
    });
    if (Array.isArray(one)) throw new Error('one place is no list');
    expect([one.station.id, one.hourly?.temperature_2m_p90?.[1]]).toEqual(['amsterdam', 12.1]);
    const many = await client.post('/v1/forecast', {
      latitude: [52.4, -18],
      longitude: [4.9, 178],
      hourly: 'temperature_2m',
    });
    expect(many).toHaveLength(2);
    const values = await client.get('/v1/runs/{init}/values', { init: '2025-02-19T18:00Z', model: 'persistence' });
    expect([values.init, values.model]).toEqual(['2025-02-19T18:00Z', 'persistence']);
  });

  test('also where the service lies below a path', async () => {
    const asked: string[] = [];
    const fetch = async (url: URL | RequestInfo) => {
      asked.push(String(url));
      return Response.json({});
    };
    await createClient('https://example.org/weather', { fetch }).get('/v1/stations', {
      search: 'São Paulo',
      limit: undefined,
    });
    expect(asked).toEqual(['https://example.org/weather/v1/stations?search=S%C3%A3o+Paulo']);
  });
});

test('a refusal says what was wrong, and is not tried again', async () => {
  let tries = 0;
  const counting: typeof fetch = (...given) => {
    tries++;
    return fetch(...given);
  };
  const error = await createClient(service.url, { fetch: counting })
    .get('/v1/forecast', { station: 'amsterdm' })
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 404,
    code: 'NOT_FOUND',
    parameter: 'station',
    hint: expect.stringContaining('amsterdam'),
  });
  expect(tries).toBe(1);
});

describe('a service that is busy or away', () => {
  /** Answers from a list, one after the other. */
  const scripted = (...script: (Response | Error)[]) => {
    const waits: number[] = [];
    const fetch = async () => {
      const next = script.shift()!;
      if (next instanceof Error) throw next;
      return next;
    };
    const wait = async (milliseconds: number) => {
      waits.push(milliseconds);
    };
    return { client: createClient('http://x', { fetch, wait, retries: 2 }), waits };
  };
  const busy = (status: number, headers = {}) => new Response('{}', { status, headers });

  test('is asked again, when it said, or later and later', async () => {
    const { client, waits } = scripted(
      busy(503, { 'Retry-After': '5' }),
      new TypeError('no connection'),
      Response.json({ status: 'live' }),
    );
    expect(await client.get('/health/live', {})).toEqual({ status: 'live' });
    expect(waits[0]).toBe(5000);
    expect(waits[1]).toBeGreaterThanOrEqual(250);
    expect(waits[1]).toBeLessThanOrEqual(750);
  });

  test('is asked again where it breaks off in the midst of its answer', async () => {
    const broken = new ReadableStream({
      pull(sink) {
        sink.error(new TypeError('terminated'));
      },
    });
    const { client, waits } = scripted(new Response(broken), Response.json({ status: 'live' }));
    expect(await client.get('/health/live', {})).toEqual({ status: 'live' });
    expect(waits).toHaveLength(1);
  });

  test('is given up in the end', async () => {
    await expect(scripted(busy(429), busy(429), busy(429)).client.get('/v1/runs', {})).rejects.toMatchObject({
      status: 429,
    });
    const gone = new TypeError('no connection');
    await expect(scripted(gone, gone, gone).client.get('/v1/runs', {})).rejects.toMatchObject({
      name: 'UnreachableError',
      cause: gone,
    });
    const page = () => new Response('<html>Bad gateway</html>', { status: 502 });
    await expect(scripted(page(), page(), page()).client.get('/v1/runs', {})).rejects.toMatchObject({
      name: 'UnreachableError',
      status: 502,
    });
  });

  test('is not asked again by whom does not wait any more', async () => {
    const controller = new AbortController();
    controller.abort();
    const error = new DOMException('aborted', 'AbortError');
    const { client, waits } = scripted(error, Response.json({}));
    await expect(client.get('/v1/runs', {}, controller.signal)).rejects.toBe(error);
    expect(waits).toEqual([]);
  });
});

test('events come one by one, over broken connections too', async () => {
  const own = await startFilled();
  const controller = new AbortController();
  const seen: unknown[] = [];
  const publish = (init: number) =>
    own.context.runs.publish(
      { dataset: 'demo', init, leadHours: 24, createdAt: '2025-02-20T02:00:00.000Z', models: MODELS },
      forecastsOf(init),
    );
  let connections = 0;
  // The first connection breaks after its first event.
  const breaking: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (connections++ > 0) return response;
    const reader = response.body!.getReader();
    const body = new ReadableStream({
      async pull(sink) {
        const { value } = await reader.read();
        sink.enqueue(value);
        if (new TextDecoder().decode(value).includes('event:')) {
          sink.close();
          await reader.cancel();
          await publish(INIT + 2);
        }
      },
    });
    return new Response(body, response);
  };
  const client = createClient(own.url, { fetch: breaking, wait: async () => {} });
  setTimeout(() => publish(INIT + 1), 300);
  for await (const { event, data } of client.events({ signal: controller.signal })) {
    seen.push([event, data.init]);
    if (seen.length === 2) break;
  }
  controller.abort();
  expect(seen).toEqual([
    ['run-published', '2025-02-20T01:00Z'],
    ['run-published', '2025-02-20T02:00Z'],
  ]);
  expect(connections).toBe(2);
});

test('a connection that has gone silent is made anew, from the last event on', async () => {
  const asked: (string | null)[] = [];
  const silent: typeof fetch = async (_, init) => {
    asked.push(new Headers(init?.headers).get('Last-Event-ID'));
    const text = `id: ${asked.length}\nevent: run-published\ndata: {"dataset":"demo"}\n\n`;
    // Never closed.
    return new Response(new ReadableStream({ start: (sink) => sink.enqueue(new TextEncoder().encode(text)) }));
  };
  const client = createClient('http://x', { fetch: silent, wait: async () => {}, silenceMs: 20 });
  const seen: string[] = [];
  for await (const { id } of client.events()) if (seen.push(id) === 3) break;
  expect([seen, asked]).toEqual([
    ['1', '2', '3'],
    [null, '1', '2'],
  ]);
});
