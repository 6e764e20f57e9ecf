/** Answers are made once, compressed once, kept as long as they hold, and never half new. */

import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { forecastsOf, INIT, MODELS, observed, type Service, startFilled } from './support.ts';

const PATH = '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam,suva,sao-paulo';
const LATEST = '/v1/forecast?station=amsterdam,suva,sao-paulo';
const HOUR = 3_600_000;

/** As it comes over the wire: fetch would unpack it. */
function raw(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }>(
    (resolve, reject) => {
      const sent = request(url, { headers, method }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
        );
      });
      sent.on('error', reject).end();
    },
  );
}

/** Just after a change, nothing is answered from memory by its address. */
const settle = () => sleep(120);

const publish = ({ context }: Service, init: number) => {
  const createdAt = new Date((init + 0.1) * HOUR).toISOString();
  return context.runs.publish({ dataset: 'demo', init, leadHours: 24, createdAt, models: MODELS }, forecastsOf(init));
};

describe('compression', () => {
  test('is what the client takes, with a tag of its own, and the same content', async () => {
    const { url } = await startFilled();
    const plain = await raw(url + PATH);
    const packed = { br: brotliDecompressSync, gzip: gunzipSync };
    const tags = new Set([plain.headers.etag]);
    for (const [encoding, unpack] of Object.entries(packed)) {
      for (const round of [1, 2]) {
        const { headers, body } = await raw(url + PATH, { 'Accept-Encoding': encoding });
        expect([headers['content-encoding'], headers.vary], `${round}`).toEqual([encoding, 'Accept-Encoding']);
        expect(body.length).toBeLessThan(plain.body.length / 2);
        expect(unpack(body).equals(plain.body)).toBe(true);
        tags.add(headers.etag);
      }
    }
    expect(tags.size).toBe(3);
    expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'Accept-Encoding']);
  });

  test.each([
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0', 'gzip'],
    ['*', 'br'],
    ['identity', undefined],
    ['deflate', undefined],
    ['*;q=0', undefined],
    ['br;q=0.001', 'br'],
  ])('%s gets %s', async (accepted, expected) => {
    const { url } = await startFilled();
    expect((await raw(url + PATH, { 'Accept-Encoding': accepted })).headers['content-encoding']).toBe(expected);
  });

  test('is left out where there is little to gain', async () => {
    const { url } = await startFilled();
    const { headers } = await raw(`${url}/v1/stations?limit=1`, { 'Accept-Encoding': 'br' });
    expect(headers['content-encoding']).toBeUndefined();
    expect(
      (await raw(`${url}${PATH}&hourly=temperature_2m&format=parquet`, { 'Accept-Encoding': 'br' })).headers[
        'content-encoding'
      ],
    ).toBeUndefined();
  });
});

describe('an answer', () => {
  test('is the same, byte for byte and header for header, from memory and made anew', async () => {
    const service = await startFilled();
    await settle();
    const other = await startFilled();
    const [first, again, elsewhere] = [
      await raw(service.url + PATH),
      await raw(service.url + PATH),
      await raw(other.url + PATH),
    ];
    for (const each of [again, elsewhere]) {
      expect(each.body.equals(first.body)).toBe(true);
      const { date, 'x-request-id': id, ...headers } = each.headers;
      expect(headers).toEqual({
        ...headers,
        ...Object.fromEntries(Object.entries(first.headers).filter(([name]) => name in headers)),
      });
      expect(id).not.toBe(first.headers['x-request-id']);
    }
    const head = await raw(service.url + PATH, {}, 'HEAD');
    expect([head.body.length, head.headers['content-length']]).toEqual([0, String(first.body.length)]);
    expect(head.headers.etag).toBe(first.headers.etag);
  });

  test('is read from the store once, however often it is asked for', async () => {
    const service = await startFilled();
    await settle();
    let reads = 0;
    const open = service.context.runs.open.bind(service.context.runs);
    service.context.runs.open = (...given) => {
      reads++;
      return open(...given);
    };
    for (let round = 0; round < 5; round++) await service.get(PATH);
    expect(reads).toBe(1);
  });

  test('says since when it holds, and is not sent again to whom has it', async () => {
    const { url } = await startFilled();
    const { headers } = await raw(url + PATH);
    expect(headers['last-modified']).toBe('Thu, 20 Feb 2025 00:06:00 GMT');
    const since = (time: string) => raw(url + PATH, { 'If-Modified-Since': time });
    expect((await since('Thu, 20 Feb 2025 00:06:00 GMT')).status).toBe(304);
    expect((await since('Thu, 20 Feb 2025 00:05:59 GMT')).status).toBe(200);
    const both = await raw(url + PATH, {
      'If-None-Match': '"x"',
      'If-Modified-Since': 'Thu, 20 Feb 2025 00:06:00 GMT',
    });
    expect(both.status).toBe(200);
  });

  test('is sent to whom posts, whatever it has: 304 is for GET and HEAD', async () => {
    const { get } = await startFilled();
    const post = (headers = {}) =>
      get('/v1/forecast', {
        method: 'POST',
        body: '{"station":"suva"}',
        headers: { 'Content-Type': 'application/json', ...headers },
      });
    const { headers } = await post();
    expect((await post({ 'If-None-Match': headers.get('etag')! })).status).toBe(200);
    expect((await post({ 'If-None-Match': '*' })).status).toBe(200);
  });
});

describe('caches may keep', () => {
  const kept = async ({ url }: Service, path: string) => (await raw(url + path)).headers['cache-control'];

  test('an answer of the newest run until a little before the next one is due, by the clock of the wall', async () => {
    // The runs are six hours apart, an hour passes in three seconds: due in 5.6 hours, less a tenth of six.
    expect(await kept(await startFilled(), PATH)).toBe('public, max-age=15, must-revalidate');
    const late = await startFilled({ now: (INIT + 7) * HOUR });
    expect(await kept(late, PATH)).toBe('no-cache');
    const system = await startFilled({ status: { clock: { kind: 'system' } } });
    expect(await kept(system, PATH)).toBe('public, max-age=18000, must-revalidate');
  });

  test('what tells the hour only until the next', async () => {
    const system = await startFilled({ status: { clock: { kind: 'system' } } });
    expect(await kept(system, `${PATH}&current=temperature_2m`)).toBe('public, max-age=1800, must-revalidate');
  });

  test('an earlier run of a named dataset for long, lists not without asking', async () => {
    const service = await startFilled({ status: { clock: { kind: 'system' } } });
    expect(await kept(service, '/v1/forecast?station=suva&dataset=demo&run=2025-02-19T18:00Z')).toBe(
      'public, max-age=86400, must-revalidate',
    );
    expect(await kept(service, '/v1/forecast?station=suva&run=2025-02-19T18:00Z')).toBe('no-cache');
    for (const path of ['/v1/runs', '/v1/stations', '/v1/verification', '/v1/observations?station=suva']) {
      expect(await kept(service, path)).toBe('no-cache');
    }
  });
});

describe('a run that is published', () => {
  test('is seen by the next request, and the old tag no longer holds', async () => {
    const service = await startFilled();
    await settle();
    for (let init = INIT + 1; init < INIT + 20; init++) {
      const before = await raw(service.url + LATEST);
      const held = await raw(service.url + LATEST, { 'If-None-Match': before.headers.etag as string });
      expect(held.status).toBe(304);
      await publish(service, init);
      const after = await raw(service.url + LATEST, { 'If-None-Match': before.headers.etag as string });
      expect(after.status).toBe(200);
      expect(JSON.parse(after.body.toString())[0].run.init).toBe(
        `${new Date(init * HOUR).toISOString().slice(0, 16)}Z`,
      );
    }
  });

  test('is never mixed with another in one answer', async () => {
    const service = await startFilled();
    let isOver = false;
    const publishing = (async () => {
      for (let init = INIT + 1; init <= INIT + 12; init++) {
        await publish(service, init);
        await service.context.observations.merge('demo', observed(init, 1), { source: 's' });
      }
      isOver = true;
    })();
    const seen = new Set<string>();
    const ask = async () => {
      while (!isOver) {
        const answers = (await service.get(`${LATEST}&past_hours=2&models=demo,persistence`)).body;
        const runs = new Set<string>(answers.map(({ run }: { run: { init: string } }) => run.init));
        const revisions = new Set(
          answers.map(({ observations }: { observations?: { revision: string } }) => observations?.revision),
        );
        expect([runs.size, revisions.size]).toEqual([1, 1]);
        const [init] = runs;
        const row = Date.parse(init) / HOUR + 1 - (INIT - 2);
        // Amsterdam's temperature is 10 degrees and a sixteenth for each hour after the first init; persistence holds that of init.
        const value = 10 + (Date.parse(init) / HOUR - INIT) / 16;
        expect(answers[0].hourly.temperature_2m_persistence[row]).toBeCloseTo(value, 0);
        seen.add(init);
      }
    };
    await Promise.all([publishing, ask(), ask(), ask()]);
    expect(seen.size).toBeGreaterThan(1);
  });
});
