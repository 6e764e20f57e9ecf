import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../../ingest/sources/http/addresses.ts';
import { backoff } from '../../../../ingest/sources/http/backoff.ts';
import { HttpClient, type HttpOptions } from '../../../../ingest/sources/http/client.ts';
import { failure } from '../../support.ts';
import { answer, broken, serve } from './server.ts';

const NOW = Date.UTC(2024, 0, 1);

/** A client that does not wait; `waits` are those that it would have had. */
function patient(options: HttpOptions = {}) {
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => void waits.push(milliseconds);
  const client = new HttpClient({ sleep, random: () => 0.5, clock: { now: () => NOW }, stallMs: 1000, ...options });
  return { client, waits };
}

describe('an answer', () => {
  it('comes as text, and asks for no compression', async () => {
    const { url, requests } = await serve(answer(200, 'hello'));
    expect(await patient().client.text(`${url}/a?b=c`)).toBe('hello');
    expect(requests[0]).toMatchObject({ line: 'GET /a?b=c', headers: { 'accept-encoding': 'identity' } });
  });

  it('is whole where the server has closed the connection before it is read', async () => {
    const body = Buffer.alloc(64 * 1024, 'a');
    const { url } = await serve(answer(200, body, { connection: 'close' }));
    const { body: chunks } = await patient().client.get(url);
    await delay(100);
    let bytes = 0;
    for await (const chunk of chunks) bytes += chunk.length;
    expect(bytes).toBe(body.length);
  });

  it('may be read as slowly as one likes: only the silence of the server counts', async () => {
    const { url } = await serve(answer(200, Buffer.alloc(2 ** 20)));
    let bytes = 0;
    for await (const chunk of (await patient({ stallMs: 500 }).client.get(url)).body) {
      if (bytes === 0) await delay(800);
      bytes += chunk.length;
    }
    expect(bytes).toBe(2 ** 20);
  });

  it('of 404 is no failure, and is not asked for again', async () => {
    const { url, requests } = await serve(answer(404, 'nothing here'));
    expect(await patient().client.bytes(url)).toBeUndefined();
    expect((await failure(patient().client.text(url))).code).toBe('NOT_FOUND');
    expect(requests).toHaveLength(2);
  });

  it('of 403 fails at once', async () => {
    const { url, requests } = await serve(answer(403));
    const error = await failure(patient().client.text(url));
    expect([error.code, error.message]).toEqual(['ENVIRONMENT', expect.stringContaining('403')]);
    expect(requests).toHaveLength(1);
  });
});

describe('a failure that may pass', () => {
  it.each([
    ['500', answer(500)],
    ['a connection that breaks', broken('0123456789', 4, 'closes')],
    ['silence in the midst of the answer', broken('0123456789', 4, 'stalls')],
    ['silence from the start', () => {}],
  ])('%s is tried again, then works', async (_, bad) => {
    const { url, requests } = await serve(bad, bad, answer(200, 'well'));
    const { client, waits } = patient();
    expect(await client.text(url)).toBe('well');
    expect(requests).toHaveLength(3);
    expect(waits).toEqual([250, 500]);
  });

  it.each([
    ['500', answer(500), 'the server answers 500'],
    ['a connection that breaks', broken('0123456789', 4, 'closes'), 'breaks off|not as long'],
    ['silence', broken('0123456789', 4, 'stalls'), 'stalls'],
  ])('%s is reported when it does not pass', async (_, bad, what) => {
    const { url, requests } = await serve(bad);
    const error = await failure(patient({ attempts: 3 }).client.text(url));
    expect([error.code, error.where.attempts, error.message]).toEqual(['ENVIRONMENT', 3, expect.stringMatching(what)]);
    expect(requests).toHaveLength(3);
  });

  it('waits as long as the server asks, and not forever', async () => {
    const { url } = await serve(
      answer(503, '', { 'retry-after': '7' }),
      answer(429, '', { 'retry-after': new Date(NOW + 9_000).toUTCString() }),
      answer(503, '', { 'retry-after': '86400' }),
      answer(200),
    );
    const { client, waits } = patient();
    await client.text(url);
    expect(waits).toEqual([7_000, 9_000, 120_000]);
  });

  it('is waited out with a random part of a limit that doubles up to half a minute', () => {
    const most = (attempt: number) => backoff(attempt, () => 0.999999, undefined, NOW);
    expect([0, 1, 2, 10, 50].map((attempt) => Math.round(most(attempt)))).toEqual([500, 1000, 2000, 30_000, 30_000]);
    expect(backoff(3, () => 0, undefined, NOW)).toBe(0);
  });

  it('is a server that only trickles', async () => {
    let now = NOW;
    const clock = { now: () => now };
    const { url } = await serve((_, response) => {
      response.write('a');
      setTimeout(() => {
        now += 61_000;
        response.end('b');
      }, 30);
    });
    const error = await failure(patient({ clock, attempts: 1 }).client.text(url));
    expect(error.message).toMatch(/sends \d+ bytes a second/);
  });
});

describe('limits', () => {
  it('of size hold for what the server says and for what it sends', async () => {
    const said = await serve(answer(200, 'x'.repeat(100)));
    const sent = await serve((_, response) => void response.end(Buffer.alloc(100)));
    const chunked = await serve((_, response) => {
      response.write('x'.repeat(60));
      response.end('x'.repeat(60));
    });
    for (const { url, requests } of [said, sent, chunked]) {
      const error = await failure(patient({ maxBytes: 99 }).client.text(url));
      expect([error.code, error.hint]).toEqual(['ENVIRONMENT', expect.stringContaining('--max-download')]);
      expect(requests).toHaveLength(1);
    }
  });

  it('of rate are kept by waiting', async () => {
    const { url } = await serve(answer(200, 'x'.repeat(1000)));
    const { client, waits } = patient({ bytesPerSecond: 100 });
    await client.text(url);
    expect(waits.at(-1)).toBe(10_000);
  });

  it('of hosts hold for the first address and for redirects', async () => {
    const inner = await serve(answer(200, 'secret'));
    const { url } = await serve(answer(302, '', { location: `http://localhost:${inner.port}/` }));
    const first = await failure(patient({ allowHosts: ['example.org', '.noaa.gov'] }).client.text(url));
    expect([first.code, first.hint]).toEqual(['USAGE', expect.stringContaining('example.org')]);
    const second = await failure(patient({ allowHosts: ['127.0.0.1'] }).client.text(url));
    expect([second.code, second.where['redirected to']]).toEqual(['USAGE', `http://localhost:${inner.port}/`]);
    expect(inner.requests).toEqual([]);
  });
});

it('an address with a password is refused, and the password not told', async () => {
  const error = await failure(patient().client.text('http://me:secret@127.0.0.1:9/'));
  expect([error.code, JSON.stringify([error.message, error.where])]).toEqual([
    'USAGE',
    expect.not.stringContaining('secret'),
  ]);
});

describe('redirects', () => {
  it('on the same server are followed, up to five', async () => {
    const { url, requests } = await serve(answer(301, '', { location: '/there' }), answer(200, 'here'));
    expect(await patient().client.text(url)).toBe('here');
    expect(requests[1].line).toBe('GET /there');
    const ring = await serve(answer(302, '', { location: '/' }));
    expect((await failure(patient().client.text(ring.url))).message).toContain('more than 5 times');
    expect(ring.requests).toHaveLength(6);
  });

  it.each([
    ['an address that is not public', (port: number) => `http://127.0.0.1:${port}/`],
    ['the same in other words', (port: number) => `http://[::ffff:7f00:1]:${port}/`],
    ['the same as one number', (port: number) => `http://2130706433:${port}/`],
    ['a name of one', (port: number) => `http://data.example:${port}/`],
  ])('to %s are refused, and nothing is asked there', async (_, target) => {
    const inner = await serve(answer(200, 'secret'));
    const { url } = await serve(answer(302, '', { location: target(inner.port) }));
    const lookup: HttpOptions['lookup'] = (_host, options, done) =>
      options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    const error = await failure(patient({ lookup }).client.text(url));
    expect([error.code, error.message]).toEqual(['ENVIRONMENT', expect.stringMatching(/no public address/)]);
    expect(inner.requests).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'ftp://example.org/'])('to %s are refused', async (location) => {
    const { url } = await serve(answer(302, '', { location }));
    expect((await failure(patient().client.text(url))).code).toBe('USAGE');
  });
});

describe('public addresses', () => {
  it.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['127.0.0.1', false],
    ['10.1.2.3', false],
    ['172.20.0.1', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['::1', false],
    ['fe80::1%eth0', false],
    ['fd00::1', false],
    ['::ffff:10.0.0.1', false],
    ['64:ff9b::a00:1', false],
    ['not an address', false],
  ])('%s: %s', (address, isPublic) => expect(isPublicAddress(address)).toBe(isPublic));
});
