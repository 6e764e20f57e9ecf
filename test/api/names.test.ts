/** Open-Meteo's names: of its variables and models, of today and of before 2023, and how its programs write lists. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type Service, shareFilled } from './support.ts';

let get: Service['get'];
beforeAll(() =>
  shareFilled((service) => {
    get = service.get;
  }),
);

const AT = '/v1/forecast?latitude=52.37&longitude=4.89';
const lines = readFileSync(new URL('../fixtures/cases/api/queries.txt', import.meta.url), 'utf8').split('\n');
const QUERIES = lines.filter((line) => line !== '');
const BLOCKS = ['current', 'current_weather', 'hourly', 'daily'];

test.each(QUERIES)('%s, as a public program asks, is answered in the shape of Open-Meteo', async (query) => {
  const { status, headers, body } = await get(`${AT}&${query}`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  const asked = new URLSearchParams(query);
  for (const block of BLOCKS) {
    const names = asked.getAll(block).join().split(',').filter(Boolean);
    if (names.length === 0) continue;
    const expected =
      block === 'current_weather' ? ['temperature', 'windspeed', 'winddirection', 'is_day', 'weathercode'] : names;
    expect(Object.keys(body[block])).toEqual(expect.arrayContaining(['time', ...expected]));
    for (const name of expected) {
      expect(body[`${block}_units`][name]).toEqual(expect.any(String));
      if (block === 'hourly' || block === 'daily') expect(body[block][name]).toHaveLength(body[block].time.length);
    }
  }
});

test('what is not forecast is null, with its unit and the reason', async () => {
  const { body } = await get(`${AT}&hourly=precipitation,temperature_2m,pressure_msl&precipitation_unit=inch`);
  expect(body.hourly_units).toMatchObject({ precipitation: 'inch', temperature_2m: '°C', pressure_msl: 'hPa' });
  expect(new Set(body.hourly.precipitation)).toEqual(new Set([null]));
  const { time } = body.hourly;
  const span = { from: time[0], through: time.at(-1), reason: 'not_forecast' };
  expect(body.nulls).toEqual(
    expect.arrayContaining([
      { name: 'precipitation', ...span },
      { name: 'pressure_msl', ...span },
    ]),
  );
  expect(body.hourly.temperature_2m).toContain(10.1);
});

test('names of before 2023 are answered under the name that was asked for, with the same values', async () => {
  const old = await get(
    `${AT}&hourly=windspeed_10m,winddirection_10m,weathercode&windspeed_unit=ms&daily=windspeed_10m_max`,
  );
  const now = await get(
    `${AT}&hourly=wind_speed_10m,wind_direction_10m,weather_code&wind_speed_unit=ms&daily=wind_speed_10m_max`,
  );
  expect(old.body.hourly_units).toEqual({
    time: 'iso8601',
    windspeed_10m: 'm/s',
    winddirection_10m: '°',
    weathercode: 'wmo code',
  });
  expect(old.body.hourly.windspeed_10m).toEqual(now.body.hourly.wind_speed_10m);
  expect(old.body.hourly.windspeed_10m).toContain(5);
  expect(old.body.daily.windspeed_10m_max).toEqual(now.body.daily.wind_speed_10m_max);
});

test('current_weather is the block that programs of before 2023 read', async () => {
  const { body } = await get(`${AT}&current_weather=true&windspeed_unit=kn`);
  expect(body.current_weather_units).toEqual({
    time: 'iso8601',
    interval: 'seconds',
    temperature: '°C',
    windspeed: 'kn',
    winddirection: '°',
    is_day: '',
    weathercode: 'wmo code',
  });
  expect(body.current_weather).toEqual({
    time: '2025-02-20T00:00',
    interval: 3600,
    temperature: 10,
    windspeed: 9.7,
    winddirection: 217,
    is_day: 0,
    weathercode: null,
  });
  expect(body).not.toHaveProperty('hourly');
  expect((await get(`${AT}&current_weather=false&hourly=temperature_2m`)).body).not.toHaveProperty('current_weather');
});

test('a model of Open-Meteo that the run has not is null for that reason; one that nobody has is refused', async () => {
  const { body } = await get(`${AT}&hourly=temperature_2m&models=gfs_seamless`);
  expect(new Set(body.hourly.temperature_2m)).toEqual(new Set([null]));
  expect(body.nulls.map(({ reason }: { reason: string }) => reason)).toEqual(['no_such_model']);
  const both = await get(`${AT}&hourly=temperature_2m,is_day&models=best_match,icon_seamless`);
  expect(Object.keys(both.body.hourly)).toEqual([
    'time',
    'temperature_2m_demo',
    'temperature_2m_icon_seamless',
    'is_day_demo',
    'is_day_icon_seamless',
  ]);
  expect(both.body.hourly.temperature_2m_demo).toContain(10.1);
  expect((await get(`${AT}&models=icon_seemless`)).status).toBe(400);
});

test('empty items, spaces and parameters that nobody knows say nothing', async () => {
  const plain = await get(`${AT}&hourly=temperature_2m`);
  for (const query of [
    'hourly=temperature_2m,',
    'hourly=,%20temperature_2m%20,,',
    'hourly=temperature_2m&_=1732',
    'hourly=temperature_2m&utm_source=x&__proto__=1',
    'hourly=temperature_2m&models=&timezone=&daily=',
  ]) {
    const { status, body } = await get(`${AT}&${query}`);
    expect([query, status, body]).toEqual([query, 200, plain.body]);
  }
  const spaced = await get('/v1/forecast?latitude=%2052.37%20&longitude=4.89&hourly=temperature_2m');
  expect(spaced.body).toEqual(plain.body);
});

test('every name that Open-Meteo documents is known', async () => {
  const document = await (await get('/openapi.json')).body;
  const { parameters } = document.paths['/v1/forecast'].get;
  const namesOf = (name: string): string[] =>
    parameters.find((each: { name: string }) => each.name === name).schema.items.anyOf[0].enum;
  const hourly =
    'relative_humidity_2m dew_point_2m precipitation_probability snow_depth weather_code pressure_msl cloud_cover_low visibility et0_fao_evapotranspiration vapour_pressure_deficit wind_speed_80m wind_gusts_10m temperature_180m soil_temperature_54cm soil_moisture_27_to_81cm uv_index is_day sunshine_duration cape shortwave_radiation_instant geopotential_height_500hPa wind_direction_250hPa'.split(
      ' ',
    );
  expect(namesOf('hourly')).toEqual(expect.arrayContaining(hourly));
  expect(namesOf('current')).toEqual(namesOf('hourly'));
  const daily =
    'weather_code sunrise sunset daylight_duration sunshine_duration uv_index_max rain_sum showers_sum snowfall_sum precipitation_sum precipitation_hours precipitation_probability_max wind_gusts_10m_max shortwave_radiation_sum et0_fao_evapotranspiration'.split(
      ' ',
    );
  expect(namesOf('daily')).toEqual(expect.arrayContaining(daily));
});
