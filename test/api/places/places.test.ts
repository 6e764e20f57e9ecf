/** Places, zones, days, quantiles: what a request may say beyond one station's hours. */
import { beforeAll, describe, expect, test } from 'vitest';
import { INIT, type Service, shareFilled, startFilled } from '../support.ts';

let get: Service['get'];
beforeAll(() =>
  shareFilled((service) => {
    get = service.get;
  }),
);

describe('several places', () => {
  test('are a list, each with its station, in the order that was asked for', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&latitude=52.4,-18,52.4&longitude=5,178,5&hourly=temperature_2m',
    );
    expect(body.map(({ station }: { station: { id: string } }) => station.id)).toEqual([
      'amsterdam',
      'suva',
      'amsterdam',
    ]);
    expect(body.map(({ location_id }: { location_id?: number }) => location_id)).toEqual([undefined, 1, 2]);
    expect(body[1].hourly.temperature_2m[0]).toBe(12.1);
    expect((await get('/v1/forecast?run=2025-02-20T00:00Z&station=suva,amsterdam')).body).toHaveLength(2);
  });

  test('may be all in a box, also across 180 degrees', async () => {
    const ids = async (box: string) => {
      const { body } = await get(`/v1/forecast?run=2025-02-20T00:00Z&bounding_box=${box}`);
      return [body].flat().map(({ station }) => station.id);
    };
    expect(await ids('-30,-60,60,10')).toEqual(['amsterdam', 'sao-paulo']);
    expect(await ids('-30,170,0,-170')).toEqual(['suva']);
    expect(await ids('-90,-180,90,180')).toHaveLength(3);
  });

  test('may be posted, as JSON or as a form', async () => {
    const expected = (
      await get('/v1/forecast?run=2025-02-20T00:00Z&latitude=52.4,-18&longitude=5,178&hourly=temperature_2m')
    ).body;
    const post = (type: string, body: string) =>
      get('/v1/forecast', { method: 'POST', headers: { 'Content-Type': type }, body });
    const json = { run: '2025-02-20T00:00Z', latitude: [52.4, -18], longitude: '5,178', hourly: ['temperature_2m'] };
    expect((await post('application/json', JSON.stringify(json))).body).toEqual(expected);
    const form = 'run=2025-02-20T00:00Z&latitude=52.4&latitude=-18&longitude=5,178&hourly=temperature_2m';
    expect((await post('application/x-www-form-urlencoded', form)).body).toEqual(expected);
  });

  test('are a thousand at the most', async () => {
    const list = (count: number) => Array.from({ length: count }, () => 52.4);
    const ask = (count: number) =>
      get('/v1/forecast', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ latitude: list(count), longitude: list(count).fill(5), hourly: 'temperature_2m' }),
      });
    expect((await ask(1000)).body).toHaveLength(1000);
    const { status, body } = await ask(1001);
    expect([status, body.parameter]).toEqual([400, 'latitude']);
  });
});

describe('bodies', () => {
  test.each([
    ['{', 'application/json', 400, 'body'],
    ['[1]', 'application/json', 400, 'body'],
    ['null', 'application/json', 400, 'body'],
    ['{"station":{"a":1}}', 'application/json', 400, 'station'],
    ['{"station":true}', 'application/json', 400, 'station'],
    ['{"__proto__":{"station":"suva"}}', 'application/json', 400, '__proto__'],
    ['{"station":"suva","stations":1}', 'application/json', 400, 'stations'],
    ['station=suva', 'text/plain', 415, 'body'],
    [`{"station":"${'x'.repeat(2 ** 20)}"}`, 'application/json', 413, 'body'],
  ])('%.40s as %s is %d and blames %s', async (sent, type, expected, parameter) => {
    const { status, body } = await get('/v1/forecast', {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: sent,
    });
    expect([status, body.parameter]).toEqual([expected, parameter]);
  });

  test('have all parameters: one in the address is refused, not passed over', async () => {
    const post = (path: string) =>
      get(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"station":"suva"}' });
    expect((await post('/v1/forecast?apikey=x')).status).toBe(200);
    const { status, body } = await post('/v1/forecast?hourly=temperature_2m');
    expect([status, body.parameter, body.hint]).toEqual([400, 'hourly', 'Send all parameters in the body.']);
  });
});

describe('time', () => {
  test('is that of the zone, by name or of the station', async () => {
    const { body } = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&timezone=America/New_York');
    expect([body.utc_offset_seconds, body.timezone, body.timezone_abbreviation]).toEqual([
      -18000,
      'America/New_York',
      'EST',
    ]);
    expect(body.hourly.time[0]).toBe('2025-02-19T20:00');
    const own = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam,suva&timezone=auto');
    expect(own.body.map(({ timezone }: { timezone: string }) => timezone)).toEqual([
      'Europe/Amsterdam',
      'Pacific/Fiji',
    ]);
    expect(own.body.map(({ hourly }: { hourly: { time: string[] } }) => hourly.time[0])).toEqual([
      '2025-02-20T02:00',
      '2025-02-20T13:00',
    ]);
    const each = await get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam,suva&timezone=GMT,Asia/Kolkata');
    expect(each.body[1].hourly.time[0]).toBe('2025-02-20T06:30');
  });

  test('may be Unix seconds, which know no zone', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&timeformat=unixtime&timezone=America/New_York&daily=temperature_2m_max&hourly=temperature_2m',
    );
    expect([body.hourly_units.time, body.hourly.time[0]]).toEqual(['unixtime', (INIT + 1) * 3600]);
    expect(body.daily.time[0]).toBe(Date.UTC(2025, 1, 19, 5) / 1000);
  });

  test('beyond what is known is null, and why', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=temperature_2m&start_hour=2025-02-16T23:00&end_hour=2025-02-21T01:00',
    );
    expect(body.hourly.temperature_2m).toHaveLength(99);
    expect(body.nulls).toEqual([
      { name: 'temperature_2m', from: '2025-02-16T23:00', through: '2025-02-17T00:00', reason: 'no_observation' },
      { name: 'temperature_2m', from: '2025-02-21T01:00', through: '2025-02-21T01:00', reason: 'beyond_forecast' },
    ]);
  });
});

describe('days', () => {
  test('have the extremes, the mean and the main direction of their hours, observed and forecast', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&past_days=1&daily=temperature_2m_max,temperature_2m_min,temperature_2m_mean,wind_direction_10m_dominant',
    );
    expect(body.daily.time).toEqual(['2025-02-19', '2025-02-20', '2025-02-21']);
    // From 10 - 24/16 at midnight to 10 - 1/16; then from 10 to 10 + 23/16; then one hour only.
    expect(body.daily.temperature_2m_min).toEqual([8.5, 10, null]);
    expect(body.daily.temperature_2m_max).toEqual([9.9, 11.4, null]);
    expect(body.daily.temperature_2m_mean).toEqual([9.2, 10.7, null]);
    expect(body.daily.wind_direction_10m_dominant).toEqual([217, 217, null]);
    expect(body.daily_units).toMatchObject({ temperature_2m_max: '°C', wind_direction_10m_dominant: '°' });
    expect(body.nulls[0]).toEqual({
      name: 'temperature_2m_max',
      from: '2025-02-21',
      through: '2025-02-21',
      reason: 'incomplete_day',
    });
    expect(body.hourly).toBeUndefined();
  });
});

describe('the hour that it is', () => {
  test('is observed as long as it is known, then forecast', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&current=temperature_2m,wind_speed_10m',
    );
    expect(body.current_units).toEqual({
      time: 'iso8601',
      interval: 'seconds',
      temperature_2m: '°C',
      wind_speed_10m: 'km/h',
    });
    expect(body.current).toEqual({ time: '2025-02-20T00:00', interval: 3600, temperature_2m: 10, wind_speed_10m: 18 });
    const later = await startFilled({ now: (INIT + 2.9) * 3_600_000 });
    const { body: next } = await later.get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&current=temperature_2m',
    );
    expect(next.current).toMatchObject({ time: '2025-02-20T02:00', temperature_2m: 10.1 });
    const late = await startFilled({ now: (INIT + 30) * 3_600_000 });
    const { body: none } = await late.get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&current=temperature_2m',
    );
    expect([none.current.temperature_2m, none.nulls[0].reason]).toEqual([null, 'beyond_forecast']);
  });

  test('goes on with the clock, though nothing is published', async () => {
    let now = (INIT + 1.5) * 3_600_000;
    const service = await startFilled({ context: { clock: { now: () => now } } });
    const ask = async () =>
      (await service.get('/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&current=temperature_2m')).body.current
        .time;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect([await ask(), await ask()]).toEqual(['2025-02-20T01:00', '2025-02-20T01:00']);
    now += 3_600_000;
    expect(await ask()).toBe('2025-02-20T02:00');
  });
});

describe('uncertainty', () => {
  test('is told by quantiles and by the probability of passing a value, in the units of the answer', async () => {
    const names =
      'temperature_2m_p10,temperature_2m_p90,p_temperature_2m_over_11,p_temperature_2m_under_11,p_wind_u_component_10m_over_10.8';
    const { body } = await get(`/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=${names}`);
    const first = Object.fromEntries(
      Object.entries(body.hourly).map(([name, values]) => [name, (values as number[])[0]]),
    );
    // 10.0625 degrees: the quantiles are 8.06, 9.06, 10.06, 11.06, 12.06.
    expect(first).toMatchObject({
      temperature_2m_p10: 8.1,
      temperature_2m_p90: 12.1,
      p_temperature_2m_over_11: 27,
      p_temperature_2m_under_11: 73,
    });
    expect(first['p_wind_u_component_10m_over_10.8']).toBe(50);
    expect(body.hourly_units.p_temperature_2m_over_11).toBe('%');
    const fahrenheit = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=p_temperature_2m_over_51.8&temperature_unit=fahrenheit',
    );
    expect(fahrenheit.body.hourly['p_temperature_2m_over_51.8'][0]).toBe(27);
  });

  test('is null where a model tells none, and in the past', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=temperature_2m_p50&models=demo,persistence&past_hours=1&forecast_hours=1',
    );
    expect(body.hourly.temperature_2m_p50_demo).toEqual([null, 10.1]);
    expect(body.hourly.temperature_2m_p50_persistence).toEqual([null, null]);
    expect(body.nulls.map(({ name, reason }: { name: string; reason: string }) => [name, reason])).toEqual([
      ['temperature_2m_p50_demo', 'no_past_uncertainty'],
      ['temperature_2m_p50_persistence', 'no_past_uncertainty'],
      ['temperature_2m_p50_persistence', 'no_uncertainty'],
    ]);
  });

  test('is told of any of some hours, by how hours hang together', async () => {
    const names = 'p_temperature_2m_over_11,p_temperature_2m_over_11_2h,p_temperature_2m_over_11_6h';
    const { body } = await get(
      `/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=${names},p_temperature_2m_under_11_2h`,
    );
    // Hour by hour 26.6, 28.1, 29.7, 31.3, 32.8, 34.4 %; what is high in one hour is low in the next.
    expect(body.hourly.p_temperature_2m_over_11.slice(0, 6)).toEqual([27, 28, 30, 31, 33, 34]);
    expect(body.hourly.p_temperature_2m_over_11_2h[0]).toBe(55);
    expect(body.hourly.p_temperature_2m_over_11_6h[0]).toBe(68);
    expect(body.hourly.p_temperature_2m_under_11_2h[0]).toBe(100);
    expect(body.hourly_units.p_temperature_2m_over_11_6h).toBe('%');
    expect(body.hourly.p_temperature_2m_over_11_6h.map((value: number | null) => value === null)).toEqual(
      Array.from({ length: 24 }, (_, row) => row > 18),
    );
    expect(body.nulls.find(({ name }: { name: string }) => name === 'p_temperature_2m_over_11_6h')).toEqual({
      name: 'p_temperature_2m_over_11_6h',
      from: '2025-02-20T20:00',
      through: '2025-02-21T00:00',
      reason: 'beyond_forecast',
    });
  });

  test('is told of the forecast hours of a day', async () => {
    const { body } = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&past_days=1&forecast_days=3&daily=p_temperature_2m_over_11,p_temperature_2m_over_13.5',
    );
    // On the 20th from 1 o'clock on; the next day has one hour, of 11.5 degrees.
    expect(body.daily.p_temperature_2m_over_11).toEqual([null, 100, 63, null]);
    expect(body.daily['p_temperature_2m_over_13.5']).toEqual([null, 17, 10, null]);
    expect(body.daily_units.p_temperature_2m_over_11).toBe('%');
    expect(body.nulls.slice(0, 2).map(({ from, reason }: Record<string, string>) => [from, reason])).toEqual([
      ['2025-02-19', 'no_past_uncertainty'],
      ['2025-02-22', 'beyond_forecast'],
    ]);
  });

  test('of any of some hours is null where a model tells of each alone', async () => {
    const hourly = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=p_wind_u_component_10m_over_10_3h&models=demo,persistence&forecast_hours=1',
    );
    expect(hourly.body.nulls.map(({ reason }: { reason: string }) => reason)).toEqual([
      'no_joint_uncertainty',
      'no_uncertainty',
    ]);
    const daily = await get(
      '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&daily=p_wind_u_component_10m_over_10.8',
    );
    // Of one hour, the last, nothing needs to be known but the hour.
    expect(daily.body.daily['p_wind_u_component_10m_over_10.8']).toEqual([null, 50]);
    expect(daily.body.nulls[0].reason).toBe('no_joint_uncertainty');
  });

  test('is there for maps too', async () => {
    const { body } = await get('/v1/runs/latest/values?hourly=temperature_2m_p90,p_wind_u_component_10m_over_3');
    expect(body.hourly.temperature_2m_p90[0]).toEqual([12.1, 13.1, 14.1]);
    expect(body.hourly.p_wind_u_component_10m_over_3[0]).toEqual([50, 50, 50]);
    const joint = await get('/v1/runs/latest/values?hourly=p_temperature_2m_over_11_2h');
    // Suva has no third hour.
    expect(joint.body.hourly.p_temperature_2m_over_11_2h.slice(0, 2)).toEqual([
      [55, 100, 100],
      [57, 100, null],
    ]);
  });
});

test('the wind chill is told where it is defined', async () => {
  const { body } = await get(
    '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=apparent_temperature&past_hours=2&forecast_hours=1',
  );
  // 9.9375 and 10 degrees at 18 km/h.
  expect(body.hourly.apparent_temperature).toEqual([7.5, 7.6, null]);
  expect(body.nulls[0].reason).toBe('wind_chill_undefined');
});

describe('/v1/observations', () => {
  test('gives the last day where nothing is said, and says of which revision', async () => {
    const { body } = await get('/v1/observations?station=amsterdam');
    expect([body.hourly.time.length, body.hourly.time[0], body.hourly.time[23]]).toEqual([
      24,
      '2025-02-19T01:00',
      '2025-02-20T00:00',
    ]);
    expect(body.hourly.temperature_2m[23]).toBe(10);
    expect(body.observations).toMatchObject({ dataset: 'demo', from: '2025-02-17T01:00Z', to: '2025-02-20T01:00Z' });
    expect(body.run).toBeUndefined();
  });

  test('gives any hours, days and places, and why there is nothing', async () => {
    const { body } = await get('/v1/observations?station=suva,amsterdam&past_hours=1&hourly=temperature_2m');
    expect(body.map(({ hourly }: { hourly: { temperature_2m: unknown[] } }) => hourly.temperature_2m)).toEqual([
      [null],
      [10],
    ]);
    const days = await get(
      '/v1/observations?station=amsterdam&daily=temperature_2m_mean&start_date=2025-02-18&end_date=2025-02-20',
    );
    expect(days.body.daily.temperature_2m_mean).toEqual([7.7, 9.2, null]);
    const late = await get(
      '/v1/observations?station=amsterdam&hourly=temperature_2m&start_hour=2025-02-20T00:00&end_hour=2025-02-20T01:00',
    );
    expect([late.body.hourly.temperature_2m, late.body.nulls[0].reason]).toEqual([[10, null], 'beyond_observations']);
  });
});

test('/v1/models/{id}/updates tells when a model forecast last, and when it will again', async () => {
  expect((await get('/v1/models/persistence/updates')).body).toEqual({
    model: 'persistence',
    dataset: 'demo',
    last_run_initialisation_time: '2025-02-20T00:00Z',
    last_run_availability_time: '2025-02-20T00:06:00.000Z',
    update_interval_hours: 6,
    next_run_expected: '2025-02-20T06:06:00.000Z',
    temporal_resolution_seconds: 3600,
    lead_hours: 24,
  });
});
