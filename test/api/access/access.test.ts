/** Who may ask for what, and how much: keys, limits, what is for this machine only; the OWASP list is in SECURITY.md. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type AccessOptions, parseKeys } from '../../../src/api/access/access.ts';
import { OPERATION, type ServiceOptions, startFilled } from '../support.ts';

const KEY = 'b7d1'.repeat(16);
const KEYS = parseKeys(`# who  what\nalice ${createHash('sha256').update(KEY).digest('hex')} 500000\n`);

const start = (access: Partial<AccessOptions>, more: ServiceOptions = {}) =>
  startFilled({ ...more, context: { ...more.context, access } });
const FORECAST = '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam';

describe('keys', () => {
  test('are needed for data where the service says so, in a header or as a parameter', async () => {
    const { get, logged } = await start({ keys: KEYS, isKeyRequired: true });
    for (const path of [
      FORECAST,
      '/v1/status',
      '/v1/stations',
      '/v1/events',
      '/v1/models',
      '/v1/runs',
      '/v1/verification',
      '/v1/observations?station=suva',
      '/v1/runs/latest/values',
    ]) {
      const { status, headers, body } = await get(path);
      expect([path, status, body.code]).toEqual([path, 401, 'UNAUTHORIZED']);
      expect(headers.get('www-authenticate')).toContain('ApiKey');
    }
    for (let round = 0; round < 2; round++) {
      const { status, headers } = await get(FORECAST, { headers: { 'X-API-Key': KEY } });
      expect([status, headers.get('cache-control')]).toEqual([200, expect.stringContaining('private')]);
      expect((await get(`${FORECAST}&apikey=${KEY}`)).status).toBe(200);
      // What was answered to its owner is not answered to others.
      expect((await get(FORECAST)).status).toBe(401);
    }
    expect(logged.join()).not.toContain(KEY);
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/docs'])
      expect((await get(path)).status).toBe(200);
  });

  test('that are wrong are refused even where none is needed', async () => {
    const { get } = await start({ keys: KEYS });
    expect((await get(FORECAST)).status).toBe(200);
    for (const key of ['x', KEY.slice(1), '', KEYS[0].sha256]) {
      const { status, body } = await get(`/v1/runs?apikey=${key}`);
      expect([status, body.code]).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  test('are passed over where there are none: clients of Open-Meteo send theirs', async () => {
    const { get } = await start({});
    expect((await get(`${FORECAST}&apikey=whatever`)).status).toBe(200);
  });

  test('are read from lines of a name and a hash', () => {
    expect(KEYS).toEqual([{ name: 'alice', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), weightPerMinute: 500000 }]);
    expect(() => parseKeys('alice secret')).toThrow(/line 1/);
  });
});

describe('limits', () => {
  test('weigh an answer by locations, days, variables and models', async () => {
    const { get } = await start({ weightPerMinute: 12 });
    // Three variables each hour of a day.
    for (const station of ['amsterdam', 'suva', 'sao-paulo'])
      expect((await get(`/v1/forecast?run=2025-02-20T00:00Z&station=${station}`)).status).toBe(200);
    const heavy =
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam,suva,sao-paulo&hourly=temperature_2m,wind_speed_10m';
    const { status, headers, body } = await get(heavy);
    expect([status, body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(body.detail).toContain('more than 12');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    // What was answered before costs nothing.
    for (let round = 0; round < 20; round++)
      expect((await get('/v1/forecast?run=2025-02-20T00:00Z&station=suva')).status).toBe(200);
  });

  test('refuse for good what weighs more than a minute may, by the name of what makes it heavy', async () => {
    const { get } = await start({ weightPerMinute: 12 });
    const { status, body } = await get('/v1/forecast?run=2025-02-20T00:00Z&bounding_box=-90,-180,90,180&past_days=10');
    expect([status, body.parameter]).toEqual([400, 'bounding_box']);
    expect(body.detail).toContain('weigh');
  });

  test('are those of the client, not of a proxy that is believed; nobody else is', async () => {
    const ask = ({ get }: Awaited<ReturnType<typeof start>>, station: string, client: string) =>
      get(`/v1/forecast?run=2025-02-20T00:00Z&station=${station}`, { headers: { 'X-Forwarded-For': client } }).then(
        ({ status }) => status,
      );
    const behind = await start({ weightPerMinute: 3, trustedProxies: ['loopback'] });
    expect([
      await ask(behind, 'suva', '203.0.113.7'),
      await ask(behind, 'amsterdam', '203.0.113.7'),
      // What the client itself said stands in front of what the proxy adds, and counts for nothing.
      await ask(behind, 'amsterdam', '198.51.100.1, 203.0.113.7'),
      await ask(behind, 'amsterdam', '203.0.113.8'),
    ]).toEqual([200, 429, 429, 200]);
    const alone = await start({ weightPerMinute: 3 });
    expect([await ask(alone, 'suva', '203.0.113.7'), await ask(alone, 'amsterdam', '203.0.113.8')]).toEqual([200, 429]);
    await expect(start({ trustedProxies: ['proxy.example'] })).rejects.toThrow(/proxy.example/);
  });

  test('are those of the key, where it says so', async () => {
    const { get } = await start({ keys: KEYS, weightPerMinute: 3 });
    const ask = (station: string, headers = {}) =>
      get(`/v1/forecast?run=2025-02-20T00:00Z&station=${station}`, { headers });
    expect([(await ask('suva')).status, (await ask('amsterdam')).status]).toEqual([200, 429]);
    expect((await ask('amsterdam', { 'X-API-Key': KEY })).status).toBe(200);
  });
});

describe('/metrics', () => {
  test('tells this machine how many answers there were and how long they took, by the route and not by the address', async () => {
    const { get } = await start({});
    await get(FORECAST);
    await get('/v1/forecast?run=2025-02-20T00:00Z&station=nowhere');
    await get('/v1/secret-path');
    const { status, headers, body } = await get('/metrics');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
    expect(body).toContain('kernelcast_http_requests_total{route="/v1/forecast",method="GET",status="200"} 1');
    expect(body).toContain('kernelcast_http_requests_total{route="/v1/forecast",method="GET",status="404"} 1');
    expect(body).toContain('kernelcast_http_requests_total{route="none",method="GET",status="404"} 1');
    expect(body).not.toContain('secret-path');
  });
});

describe('what is for this machine', () => {
  const ADMIN = ['/metrics', '/v1/jobs', '/v1/storage', '/v1/doctor'];
  const proxied = { 'X-Forwarded-For': '203.0.113.7' };

  test.each(ADMIN)('%s is nothing for others: a proxy on this machine speaks for them', async (path) => {
    const { get } = await start({ keys: KEYS }, { context: { operation: OPERATION } });
    expect((await get(path)).status).toBe(200);
    expect(await get(path, { headers: proxied })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await get(path, { headers: { ...proxied, 'X-API-Key': KEY } })).status).toBe(200);
    const open = await start({ isAdminOpen: true }, { context: { operation: OPERATION } });
    expect((await open.get(path, { headers: proxied })).status).toBe(200);
  });

  test.each(ADMIN)('%s is not read by pages of other origins', async (path) => {
    const { get } = await start({}, { context: { operation: OPERATION } });
    for (const method of ['GET', 'OPTIONS']) {
      expect((await get(path, { method })).headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('needs no key from it, where others do', async () => {
    const { get } = await start({ keys: KEYS, isKeyRequired: true }, { context: { operation: OPERATION } });
    for (const path of ADMIN) expect([path, (await get(path)).status]).toEqual([path, 200]);
  });
});

describe('what is no request', () => {
  const send = (url: string, text: string) =>
    new Promise<string>((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname, () => socket.write(text));
      let answer = '';
      socket.on('data', (part) => {
        answer += part;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  test.each<[string, string, number, RegExp?]>([
    [
      'an address without an end',
      `GET /v1/forecast?run=2025-02-20T00:00Z&latitude=${'1,'.repeat(10_000)}1 HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
    ],
    ['no HTTP at all', 'HELLO\r\n\r\n', 400],
    ['a letter as it is', 'GET /v1/stations?search=Zürich HTTP/1.1\r\nHost: x\r\n\r\n', 400, /percent-encoded/],
    [
      'two lengths',
      'POST /v1/forecast HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a header with a line in it', 'GET / HTTP/1.1\r\nHost: x\r\nA\u0000B: 1\r\n\r\n', 400],
  ])('%s is a problem, too', async (_, text, status, detail = /./) => {
    const { url } = await start({});
    const answer = await send(url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(problem).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });
});

test('the API asks nobody else: no part of it can make a request', () => {
  const folder = new URL('../../../src/api/', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(sources.length).toBeGreaterThan(40);
  for (const name of sources) {
    expect(readFileSync(new URL(name, folder), 'utf8'), name).not.toMatch(
      /\bfetch\(|\bundici\b|node:(https|http2|dgram|tls|child_process)|\bconnect\(/,
    );
  }
});
