/** Answers by the clock, as Open-Meteo's: from today's local midnight, a week, whatever hour and zone. */
import { expect, test } from 'vitest';
import { INIT, startFilled } from './support.ts';

const HOUR = 3_600_000;
const ZONES = ['GMT', 'Europe/Amsterdam', 'America/Sao_Paulo', 'Pacific/Fiji', 'America/New_York'];

test('a week from local midnight: what was observed today, what is forecast, and null beyond it', async () => {
  const { get } = await startFilled({ now: (INIT + 5.5) * HOUR });
  const { body } = await get(
    '/v1/forecast?latitude=52.37&longitude=4.89&hourly=temperature_2m,weather_code&timezone=Europe/Amsterdam',
  );
  expect([body.hourly.time.length, body.hourly.time[0], body.hourly.time[6]]).toEqual([
    168,
    '2025-02-20T00:00',
    '2025-02-20T06:00',
  ]);
  // 23Z of the day before was observed, 02Z is forecast, and the run ends with 2025-02-21T00Z.
  expect([body.hourly.temperature_2m[0], body.hourly.temperature_2m[3], body.hourly.temperature_2m[25]]).toEqual([
    9.9, 10.1, 11.5,
  ]);
  expect(body.hourly.temperature_2m.slice(26).every((value: unknown) => value === null)).toBe(true);
  expect(body.nulls).toContainEqual({
    name: 'temperature_2m',
    from: '2025-02-21T02:00',
    through: '2025-02-26T23:00',
    reason: 'beyond_forecast',
  });
});

test.each([0.1, 4, 11.9, 17, 23.5])(
  '%f hours after midnight in UTC, each zone has its own midnight first',
  async (hours) => {
    const { get } = await startFilled({ now: (INIT + hours) * HOUR });
    for (const zone of ZONES) {
      const { body } = await get(
        `/v1/forecast?station=suva&hourly=temperature_2m&daily=temperature_2m_max,sunrise&timezone=${zone}`,
      );
      const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format((INIT + hours) * HOUR);
      expect([zone, body.hourly.time[0], body.daily.time[0]]).toEqual([zone, `${today}T00:00`, today]);
      expect([body.hourly.time.length, body.daily.time.length]).toEqual([168, 7]);
      expect(body.daily.sunrise[0]).toMatch(new RegExp(`^${today}T`));
    }
  },
);

test('on the day that clocks are changed, times are what they show, and the hours those that there are', async () => {
  const { get } = await startFilled({ now: Date.parse('2025-03-30T15:00Z') });
  const { body } = await get(
    '/v1/forecast?station=amsterdam&hourly=temperature_2m&forecast_days=2&timezone=Europe/Amsterdam',
  );
  expect(body.hourly.time).toHaveLength(47);
  expect(body.hourly.time.slice(0, 4)).toEqual([
    '2025-03-30T00:00',
    '2025-03-30T01:00',
    '2025-03-30T03:00',
    '2025-03-30T04:00',
  ]);
  expect(body.hourly.time[23]).toBe('2025-03-31T00:00');
});

test('past_days=0 says nothing; past_days and forecast_days count from today', async () => {
  const { get } = await startFilled();
  const at = '/v1/forecast?station=amsterdam&hourly=temperature_2m';
  const plain = await get(at);
  expect((await get(`${at}&past_days=0`)).body.hourly).toEqual(plain.body.hourly);
  const { body } = await get(`${at}&past_days=2&forecast_days=1&daily=temperature_2m_max`);
  expect([body.hourly.time[0], body.hourly.time.length, body.daily.time]).toEqual([
    '2025-02-18T00:00',
    72,
    ['2025-02-18', '2025-02-19', '2025-02-20'],
  ]);
});

test('quarters of an hour have the values of whole hours, and null between them', async () => {
  const { get } = await startFilled();
  const { body } = await get('/v1/forecast?station=amsterdam&minutely_15=temperature_2m,is_day&forecast_minutely_15=5');
  expect(body.minutely_15).toEqual({
    time: ['2025-02-20T00:00', '2025-02-20T00:15', '2025-02-20T00:30', '2025-02-20T00:45', '2025-02-20T01:00'],
    temperature_2m: [10, null, null, null, 10.1],
    is_day: [0, 0, 0, 0, 0],
  });
  expect(body.nulls).toEqual([
    { name: 'temperature_2m', from: '2025-02-20T00:15', through: '2025-02-20T00:45', reason: 'between_hours' },
  ]);
});

test('each third hour, where it is asked for', async () => {
  const { get } = await startFilled();
  const { body } = await get(
    '/v1/forecast?station=amsterdam&hourly=temperature_2m&forecast_days=1&temporal_resolution=hourly_3',
  );
  expect(body.hourly.time).toHaveLength(8);
  expect(body.hourly.time[1]).toBe('2025-02-20T03:00');
  expect(body.hourly.temperature_2m[1]).toBe(10.2);
});

test('an answer is another one when the day is over in its zone', async () => {
  let now = (INIT + 22.9) * HOUR;
  const { get } = await startFilled({ context: { clock: { now: () => now } } });
  const at = '/v1/forecast?station=amsterdam&hourly=temperature_2m&timezone=Europe/Amsterdam';
  const first = async () => (await get(at)).body.hourly.time[0];
  expect(await first()).toBe('2025-02-20T00:00');
  now = (INIT + 23.1) * HOUR;
  expect(await first()).toBe('2025-02-21T00:00');
});
