import { beforeAll, describe, expect, test } from 'vitest';
import { INIT, type Service, STATIONS, shareFilled, startEmpty, startFilled } from './support.ts';

let get: Service['get'];
beforeAll(() =>
  shareFilled((service) => {
    get = service.get;
  }),
);

describe('one station', () => {
  test("has the shape, names and units of Open-Meteo's answers", async () => {
    const { status, headers, body } = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { hourly, ...rest } = body;
    expect(rest).toEqual({
      latitude: 52.37,
      longitude: 4.9,
      elevation: 2,
      generationtime_ms: 0,
      utc_offset_seconds: 0,
      timezone: 'GMT',
      timezone_abbreviation: 'GMT',
      generated_at: '2025-02-20T00:06:00.000Z',
      station: { id: 'amsterdam', name: 'Amsterdam', country: 'NL', elevation: 2, distance_km: 0 },
      run: {
        dataset: 'demo',
        init: '2025-02-20T00:00Z',
        created_at: '2025-02-20T00:06:00.000Z',
        // The run before was six hours earlier.
        valid_until: '2025-02-20T06:06:00.000Z',
        model: 'demo',
        weights_sha256: 'ab'.repeat(32),
        models: [{ id: 'demo', weights_sha256: 'ab'.repeat(32) }],
      },
      hourly_units: { time: 'iso8601', temperature_2m: '°C', wind_speed_10m: 'km/h', wind_direction_10m: '°' },
    });
    expect(Object.keys(hourly)).toEqual(['time', 'temperature_2m', 'wind_speed_10m', 'wind_direction_10m']);
    expect(hourly.time).toHaveLength(24);
    expect([hourly.time[0], hourly.time[23]]).toEqual(['2025-02-20T01:00', '2025-02-21T00:00']);
    // 10.0625, 10.125, 10.1875 degrees; 5 m/s from 216.87 degrees.
    expect(hourly.temperature_2m.slice(0, 3)).toEqual([10.1, 10.1, 10.2]);
    expect(new Set(hourly.wind_speed_10m)).toEqual(new Set([18]));
    expect(new Set(hourly.wind_direction_10m)).toEqual(new Set([217]));
  });

  test('can be asked for in other units', async () => {
    const cases = { ms: ['m/s', 5], kmh: ['km/h', 18], mph: ['mp/h', 11.2], kn: ['kn', 9.7] };
    for (const [unit, [label, speed]] of Object.entries(cases)) {
      const { body } = await get(
        `/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&wind_speed_unit=${unit}&temperature_unit=fahrenheit`,
      );
      expect([body.hourly_units.wind_speed_10m, body.hourly.wind_speed_10m[0]]).toEqual([label, speed]);
      expect([body.hourly_units.temperature_2m, body.hourly.temperature_2m[0]]).toEqual(['°F', 50.1]);
    }
  });

  test('has the variables that were asked for, in either way of writing lists', async () => {
    for (const hourly of [
      'hourly=wind_u_component_10m,temperature_2m',
      'hourly=wind_u_component_10m&hourly=temperature_2m',
    ]) {
      const { body } = await get(`/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&wind_speed_unit=ms&${hourly}`);
      expect(Object.keys(body.hourly)).toEqual(['time', 'wind_u_component_10m', 'temperature_2m']);
      expect(body.hourly.wind_u_component_10m[0]).toBe(3);
    }
  });

  test('has null for a value that is missing', async () => {
    const { body } = await get('/v1/forecast?run=2025-02-20T00:00Z&station=suva&past_hours=1');
    expect(body.hourly.temperature_2m.slice(0, 5)).toEqual([null, 12.1, 12.1, null, 12.3]);
    expect(body.nulls).toEqual([
      { name: 'temperature_2m', from: '2025-02-20T00:00', through: '2025-02-20T00:00', reason: 'no_observation' },
      { name: 'temperature_2m', from: '2025-02-20T03:00', through: '2025-02-20T03:00', reason: 'no_forecast' },
    ]);
    expect(body.elevation).toBeNull();
  });

  test('has observed hours in front, up to the hour of the run', async () => {
    const { body } = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&past_hours=48');
    expect(body.hourly.time).toHaveLength(72);
    expect([body.hourly.time[0], body.hourly.time[47]]).toEqual(['2025-02-18T01:00', '2025-02-20T00:00']);
    expect(body.hourly.temperature_2m.slice(46, 49)).toEqual([9.9, 10, 10.1]);
    expect(body.hourly.wind_direction_10m[0]).toBe(217);
    const longer = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&past_hours=168');
    expect(longer.body.hourly.temperature_2m.slice(95, 98)).toEqual([null, 5.6, 5.6]);
  });

  test("has several models side by side, with Open-Meteo's suffix", async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=temperature_2m&models=persistence,demo',
    );
    expect(Object.keys(body.hourly)).toEqual(['time', 'temperature_2m_persistence', 'temperature_2m_demo']);
    expect(body.hourly_units.temperature_2m_demo).toBe('°C');
    expect([body.hourly.temperature_2m_persistence[23], body.hourly.temperature_2m_demo[23]]).toEqual([10, 11.5]);
    const one = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=temperature_2m&models=persistence',
    );
    expect(one.body.run).toMatchObject({ model: 'persistence', weights_sha256: null });
    expect(Object.keys(one.body.hourly)).toEqual(['time', 'temperature_2m']);
  });

  test('can be that of an earlier run', async () => {
    const { body } = await get('/v1/forecast?station=amsterdam&run=2025-02-19T18:00Z');
    expect([body.run.init, body.hourly.time[0]]).toEqual(['2025-02-19T18:00Z', '2025-02-19T19:00']);
  });
});

describe('a position', () => {
  test('is answered by the nearest station, which is named with its distance', async () => {
    const { body } = await get('/v1/forecast?run=2025-02-20T00:00Z&latitude=52.52&longitude=5.5');
    expect(body.station).toEqual({ id: 'amsterdam', name: 'Amsterdam', country: 'NL', elevation: 2, distance_km: 44 });
    expect([body.latitude, body.longitude]).toEqual([52.37, 4.9]);
  });

  test('across the date line is near', async () => {
    const { body } = await get('/v1/forecast?run=2025-02-20T00:00Z&latitude=-18.14&longitude=-179.5');
    expect(body.station).toMatchObject({ id: 'suva', distance_km: 217.7 });
  });

  test('too far from any station is refused, and the nearest is told', async () => {
    const { status, body } = await get('/v1/forecast?run=2025-02-20T00:00Z&latitude=48&longitude=11.5');
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'NOT_FOUND', parameter: 'latitude' });
    expect(body.detail).toMatch(/no station within 300 km of 48, 11.5: the nearest, Amsterdam, is 6\d\d km away/);
    expect(body.hint).toContain('station=amsterdam');
  });
});

test('without a dataset yet it is a matter of waiting, and the reason is told', async () => {
  const { get } = await startEmpty({ status: { preparing: 'making the sample world: 12 of 60 days' } });
  for (const path of [
    '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam',
    '/v1/stations',
    '/v1/runs',
    '/v1/runs/latest/values',
  ]) {
    const { status, headers, body } = await get(path);
    expect([status, body.code, body.detail]).toEqual([503, 'NOT_READY', 'making the sample world: 12 of 60 days']);
    expect(headers.get('retry-after')).toBe('5');
  }
  const state = await get('/v1/status');
  expect(state.status).toBe(200);
  expect(state.body).toMatchObject({ datasets: [], latest_run: null, preparing: expect.stringContaining('12 of 60') });
});

test('a run that is published is seen at once', async () => {
  const { get, context } = await startFilled();
  await get('/v1/forecast?station=amsterdam');
  const createdAt = '2025-02-20T01:06:00.000Z';
  const forecasts = new Map(
    await Promise.all(
      ['demo', 'persistence'].map(async (id) => {
        const series = await context.runs.read('demo', INIT, id);
        return [id, { ...series, from: INIT + 2 }] as const;
      }),
    ),
  );
  const run = await context.runs.describe('demo', INIT);
  await context.runs.publish({ ...run, init: INIT + 1, createdAt }, forecasts);
  const { body } = await get('/v1/forecast?station=amsterdam&forecast_hours=26');
  expect([body.run.init, body.run.created_at, body.hourly.temperature_2m.at(-1)]).toEqual([
    '2025-02-20T01:00Z',
    createdAt,
    11.5,
  ]);
});

test('every station of the run can be asked for', async () => {
  for (const { id } of STATIONS)
    expect((await get(`/v1/forecast?run=2025-02-20T00:00Z&station=${id}`)).body.station.id).toBe(id);
});
