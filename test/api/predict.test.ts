/** `POST /v1/predict`: a station of one's own. The model is handed in, so that a test can be it. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Predictor } from '../../src/api/predictor.ts';
import type { Series } from '../../src/domain/series.ts';
import { holdingPredictor, INIT, startFilled } from './support.ts';

const TIMES = Array.from({ length: 48 }, (_, hour) =>
  new Date((INIT - 47 + hour) * 3_600_000).toISOString().slice(0, 16),
);
const BODY = {
  latitude: 47.1,
  longitude: 9.5,
  hourly: {
    time: TIMES,
    temperature_2m: TIMES.map((_, hour) => 50 + hour),
    wind_speed_10m: TIMES.map(() => 36),
    wind_direction_10m: TIMES.map(() => 270),
  },
  temperature_unit: 'fahrenheit',
};

const start = (predictor: Predictor | null) => startFilled({ context: { predictor: () => predictor } });
const post = (body: unknown) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('two days in, one day out, in the units that they came in', async () => {
  const given: Series[] = [];
  const { get } = await start(holdingPredictor(given));
  const { status, headers, body } = await get('/v1/predict', post(BODY));
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(body).toMatchObject({
    latitude: 47.1,
    longitude: 9.5,
    elevation: null,
    generated_at: '2025-02-20T00:30:00.000Z',
    init: '2025-02-20T00:00Z',
    model: 'net',
    weights_sha256: 'cd'.repeat(32),
  });
  expect([body.hourly.time.length, body.hourly.time[0]]).toEqual([24, '2025-02-20T01:00']);
  expect(body.hourly_units).toMatchObject({ temperature_2m: '°F', wind_speed_10m: 'km/h' });
  expect([body.hourly.temperature_2m[0], body.hourly.wind_speed_10m[0], body.hourly.wind_direction_10m[0]]).toEqual([
    97, 36, 270,
  ]);

  // What the model was given: degrees Celsius, metres per second, and the components that the wind follows from.
  const [{ variables, from, hours }] = given;
  expect([from, hours]).toEqual([INIT - 47, 48]);
  expect(variables.temperature_2m!.values[0]).toBeCloseTo(10, 4);
  expect(variables.wind_speed_10m!.values[0]).toBeCloseTo(10, 4);
  expect(variables.wind_u_component_10m!.values[0]).toBeCloseTo(10, 4);
});

test.each([
  ['temperature_2m', -99.9, 'celsius', 'ms'],
  ['temperature_2m', 200, 'celsius', 'ms'],
  ['temperature_2m', -140, 'fahrenheit', 'ms'],
  ['wind_speed_10m', 140, 'celsius', 'ms'],
  ['wind_speed_10m', 300, 'celsius', 'kmh'],
])('%s of %s (%s, %s) is refused, with the index of its hour', async (name, value, temperature, wind) => {
  const given: Series[] = [];
  const { get } = await start(holdingPredictor(given));
  const values = (plain: number) => TIMES.map((_, hour) => (hour === 7 ? value : plain));
  const hourly = {
    time: TIMES,
    [name]: values(10),
    ...(name === 'wind_speed_10m' && { wind_direction_10m: TIMES.map(() => 0) }),
  };
  const units = { temperature_unit: temperature, wind_speed_unit: wind };
  const { status, body } = await get('/v1/predict', post({ latitude: 47, longitude: 9, hourly, ...units }));
  expect([status, body.detail]).toEqual([400, expect.stringContaining(`hourly.${name}[7] is ${value}`)]);
  expect(given).toEqual([]);
});

test('nothing of what is sent is kept, in memory or on the disk', async () => {
  const given: Series[] = [];
  const { get, root } = await start(holdingPredictor(given));
  const files = () => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
  const before = files();
  for (let round = 0; round < 2; round++) {
    const { headers } = await get('/v1/predict', post(BODY));
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
  }
  expect(given).toHaveLength(2);
  expect(files()).toEqual(before);
});

test('what is missing stays missing, and what the model cannot give is null with its reason', async () => {
  const given: Series[] = [];
  const { get } = await start(holdingPredictor(given));
  const hourly = { time: TIMES, temperature_2m: TIMES.map((_, hour) => (hour === 3 ? null : 5)) };
  const { body } = await get('/v1/predict', post({ latitude: 0, longitude: 0, hourly }));
  expect(given[0].variables.temperature_2m!.values[3]).toBeNaN();
  expect(body.hourly.wind_speed_10m).toEqual(Array(24).fill(null));
  expect(body.nulls[0]).toEqual({
    name: 'wind_speed_10m',
    from: '2025-02-20T01:00',
    through: '2025-02-21T00:00',
    reason: 'no_forecast',
  });
});

describe('is refused', () => {
  const shifted = TIMES.with(5, TIMES[6]);
  test.each<[string, unknown, string]>([
    ['without a position', { hourly: BODY.hourly }, 'latitude'],
    ['off the Earth', { ...BODY, latitude: 91 }, 'latitude'],
    ['with texts for numbers', { ...BODY, longitude: '9.5' }, 'longitude'],
    [
      'with too few hours',
      { ...BODY, hourly: { time: TIMES.slice(1), temperature_2m: TIMES.slice(1).map(() => 1) } },
      'hourly.time',
    ],
    ['with a gap in time', { ...BODY, hourly: { time: shifted, temperature_2m: TIMES.map(() => 1) } }, 'hourly.time'],
    [
      'with lists of unequal length',
      { ...BODY, hourly: { time: TIMES, temperature_2m: Array(49).fill(1) } },
      'hourly.temperature_2m',
    ],
    ['without a variable', { ...BODY, hourly: { time: TIMES } }, 'hourly'],
    [
      'with impossible values',
      { ...BODY, hourly: { time: TIMES, wind_speed_10m: TIMES.map(() => -1) } },
      'hourly.wind_speed_10m.0',
    ],
    ['with an unknown word', { ...BODY, nope: 1 }, 'nope'],
    ['with an unknown model', { ...BODY, model: 'gfs' }, 'model'],
    ['as a list', [BODY], 'body'],
  ])('%s', async (_, body, parameter) => {
    const { get } = await start(holdingPredictor());
    const answer = await get('/v1/predict', post(body));
    expect([answer.status, answer.body.parameter]).toEqual([400, parameter]);
    expect(answer.body.detail).not.toContain('undefined');
  });

  test('as long as no model is open', async () => {
    const { get } = await start(null);
    expect(await get('/v1/predict', post(BODY))).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
  });
});

test('predictions wait for their turn, sixteen of them; more are told to come back', async () => {
  let busy = 0;
  let most = 0;
  const open: (() => void)[] = [];
  const wait = async () => {
    most = Math.max(most, ++busy);
    await new Promise<void>((resolve) => open.push(resolve));
    busy--;
  };
  const { get } = await start(holdingPredictor([], wait));
  const asked = Array.from({ length: 20 }, () => get('/v1/predict', post(BODY)));
  let answered = 0;
  for (const each of asked) void each.then(() => answered++);
  // Nobody's turn ends before all have come.
  while (answered < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  while (answered < 20) {
    open.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
  expect(most).toBe(1);
  expect(statuses.filter((status) => status === 429).length).toBe(4);
  const refused = (await Promise.all(asked)).find(({ status }) => status === 429)!;
  expect(refused.headers.get('retry-after')).toBe('5');
});
