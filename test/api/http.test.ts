/** What HTTP asks of every route: methods, caching, headers, problems. */

import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { describe, expect, test } from 'vitest';
import { serve } from '../../src/api/serve.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { temporaryFolder } from '../store/support.ts';
import { forecastsOf, INIT, MODELS, observed, startEmpty, startFilled } from './support.ts';

const CACHED = [
  '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam',
  '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&past_hours=3',
  '/v1/stations',
  '/v1/runs',
  '/v1/runs/latest/values',
  '/v1/verification',
  '/v1/models',
];

/** A request whose path is sent as it is. */
function rawStatus(url: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end();
  });
}

describe('caching', () => {
  test.each(CACHED)('%s is asked for again and again, and sent once', async (path) => {
    const { get } = await startFilled();
    const first = await get(path);
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]{27}(-br|-gz)?"$/);
    const again = await get(path, { headers: { 'If-None-Match': etag } });
    expect([again.status, again.body]).toEqual([304, '']);
    const status = async (condition: string) => (await get(path, { headers: { 'If-None-Match': condition } })).status;
    expect(await status('"000000000000000000000000000"')).toBe(200);
    expect(await status(`"other", W/${etag}`)).toBe(304);
    expect(await status('*')).toBe(304);
  });

  test('a tag holds for one address and one state only', async () => {
    const { get, context } = await startFilled();
    const tag = async (path: string) => (await get(path)).headers.get('etag');
    const tags = async () => Promise.all(CACHED.map(tag));
    const before = await tags();
    expect(new Set(before).size).toBe(CACHED.length);
    expect(await tags()).toEqual(before);

    await context.observations.merge('demo', observed(INIT + 1, 1), { source: 's' });
    const merged = await tags();
    expect(merged.map((value, i) => value !== before[i])).toEqual([false, true, true, false, false, false, false]);

    const run = { dataset: 'demo', init: INIT + 1, leadHours: 24, createdAt: '', models: MODELS };
    await context.runs.publish(run, forecastsOf(INIT + 1));
    await context.scores.publish('demo', INIT - 29, []);
    const published = await tags();
    expect(published.map((value, i) => value !== merged[i])).toEqual([true, true, false, true, true, true, false]);
  });
});

describe('methods', () => {
  test('HEAD is GET without a body', async () => {
    const { get } = await startFilled();
    for (const path of [...CACHED, '/v1/status', '/health/live']) {
      const [head, whole] = [await get(path, { method: 'HEAD' }), await get(path)];
      expect([head.status, head.body]).toEqual([200, '']);
      expect(head.headers.get('etag')).toBe(whole.headers.get('etag'));
      expect(head.headers.get('content-type')).toBe(whole.headers.get('content-type'));
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s is refused with what is allowed', async (method) => {
    const { get } = await startFilled();
    for (const path of ['/v1/stations', '/health/live', '/v1/runs/latest/values']) {
      const { status, headers, body } = await get(path, { method });
      expect([status, headers.get('allow'), body.code]).toEqual([405, 'GET, HEAD, OPTIONS', 'METHOD_NOT_ALLOWED']);
    }
  });

  test('other origins may read, and are told so when they ask', async () => {
    const { get } = await startFilled();
    for (const path of ['/v1/status', '/v1/forecast?run=2025-02-20T00:00Z&station=nowhere']) {
      expect((await get(path)).headers.get('access-control-allow-origin')).toBe('*');
    }
    const preflight = await get('/v1/forecast', { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, HEAD, POST');
  });
});

describe('problems', () => {
  test('are RFC 9457, with the number of the request that stands in the log', async () => {
    const { get, logged } = await startFilled();
    const { headers, body } = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdm');
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'NOT_FOUND',
      detail: "there is no station 'amsterdm'",
      parameter: 'station',
      hint: "Did you mean 'amsterdam'? Find stations by name with /v1/stations?search=...",
      error: true,
      reason: "there is no station 'amsterdm'",
      request_id: headers.get('x-request-id'),
    });
    expect(logged.join()).toContain(headers.get('x-request-id'));
  });

  test.each(['/v1', '/v1/nothing', '/v2/forecast', '/V1/forecast', '/nothing.html', '/v1/runs/latest', '/v1/runs/a/b'])(
    'there is nothing at %s',
    async (path) => {
      const { get } = await startFilled();
      const { status, body } = await get(path);
      expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
    },
  );

  test('a path that cannot be decoded is the client’s fault', async () => {
    const { url } = await startFilled();
    for (const path of ['/v1/runs/%ff/values', '/v1/runs/%/values', '/%c0%ae%c0%ae/']) {
      const { status, body } = await rawStatus(url, path);
      expect([400, 404], path).toContain(status);
      expect(JSON.parse(body).status).toBe(status);
    }
  });

  test('an error inside is 500 and tells nothing; the log tells all', async () => {
    const { get, logged } = await startFilled({
      status: {
        get jobs(): never {
          throw new Error('secret in /home/somebody');
        },
      },
    });
    const { status, body } = await get('/v1/status');
    expect([status, body.code, body.detail]).toEqual([500, 'INTERNAL', 'Something went wrong inside the service.']);
    expect(JSON.stringify(body)).not.toContain('secret');
    const line = logged.find((entry) => entry.includes('secret'))!;
    expect(JSON.parse(line)).toMatchObject({ level: 50, request: body.request_id, url: '/v1/status' });
  });
});

describe('every answer', () => {
  test('forbids what the pages do not need, and does not name its software', async () => {
    const { get } = await startFilled();
    for (const path of ['/v1/status', '/nothing', '/v1/forecast']) {
      const { headers } = await get(path);
      const policy = headers.get('content-security-policy')!;
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});

describe('the pages', () => {
  const startWithPages = async () => {
    const pages = temporaryFolder();
    mkdirSync(join(pages, 'assets'));
    writeFileSync(join(pages, 'index.html'), '<!doctype html><title>Kernelcast</title>');
    writeFileSync(join(pages, 'assets', 'main-1a2b3c.js'), 'export {};');
    writeFileSync(join(pages, '.secret'), 'x');
    return startEmpty({ context: { dashboardDirectory: pages } });
  };

  test('are served at the root; what is named by its content may be kept, the page itself not', async () => {
    const { get } = await startWithPages();
    const page = await get('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await get('/assets/main-1a2b3c.js');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    // Without its own, fetch adds `Cache-Control: no-cache`, which asks for the whole.
    const headers = { 'If-None-Match': page.headers.get('etag')!, 'Cache-Control': 'max-age=0' };
    const again = await get('/', { headers });
    expect(again.status).toBe(304);
  });

  test('show nothing beside themselves', async () => {
    const { url, get } = await startWithPages();
    expect((await get('/.secret')).status).toBe(404);
    for (const path of ['/../package.json', '/assets/../../x', '/..%2fpackage.json', '/%2e%2e/%2e%2e/etc/passwd']) {
      expect([400, 403, 404]).toContain((await rawStatus(url, path)).status);
    }
  });
});

describe('the server', () => {
  test('finishes the answers under way before it stops, and takes no new ones', async () => {
    const app = express();
    let begun = () => {};
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    app.get('/slow', async (_request, response) => {
      begun();
      await sleep(150);
      response.json({ done: true });
    });
    const server = await serve({ app, port: 0, host: '127.0.0.1' });
    const slow = fetch(`${server.url}/slow`);
    await beginning;
    const closing = server.close();
    expect(await (await slow).json()).toEqual({ done: true });
    await closing;
    await expect(fetch(`${server.url}/slow`)).rejects.toThrow();
  });

  test('breaks off what does not end in time', async () => {
    const app = express();
    app.get('/never', () => {});
    const server = await serve({ app, port: 0, host: '127.0.0.1' });
    const never = fetch(`${server.url}/never`).catch(() => 'broken off');
    await sleep(50);
    await server.close(50);
    expect(await never).toBe('broken off');
  });

  test.each([
    ['headers', 'GET /v1/status HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['a body', 'POST /v1/forecast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{'],
  ])('does not wait for ever for %s', async (_, beginning) => {
    const app = express();
    app.use((_request, response) => void response.status(200));
    const patience = { headersMs: 100, requestMs: 200, checkEveryMs: 20 };
    const server = await serve({ app, port: 0, host: '127.0.0.1', patience });
    const socket = connect(server.port, '127.0.0.1', () => socket.write(beginning));
    let answer = '';
    socket.on('data', (part) => {
      answer += part;
    });
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*application\/problem\+json/);
    await server.close(0);
  });

  test('says what to do about a port that is taken', async () => {
    const { url } = await startEmpty();
    const error = await serve({ app: express(), port: Number(new URL(url).port), host: '127.0.0.1' }).catch(
      (reason: unknown) => reason,
    );
    expect(isKernelcastError(error, 'ENVIRONMENT') && error.hint).toContain('--port');
  });
});
