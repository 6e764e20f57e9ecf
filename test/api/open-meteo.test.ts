/**
 * A client written for Open-Meteo works by changing the host: fifty queries as its documentation writes them, over the variables
 * that there are here, are answered in its shape, with its names and units. What differs is listed in docs/api.md.
 */
import { beforeAll, expect, test } from 'vitest';
import { type Service, shareFilled } from './support.ts';

let get: Service['get'];
beforeAll(() =>
  shareFilled((service) => {
    get = service.get;
  }),
);

const AT = 'latitude=52.4&longitude=4.9';
const TWO = 'latitude=52.4,-23.5&longitude=4.9,-46.6';

/** Of each query: the variables that must come, and their units. */
const CELSIUS = '°C';
const QUERIES: [query: string, block: 'hourly' | 'daily' | 'current', units: Record<string, string>][] = [
  [`${AT}&hourly=temperature_2m`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m,wind_speed_10m`, 'hourly', { temperature_2m: CELSIUS, wind_speed_10m: 'km/h' }],
  [`${AT}&hourly=temperature_2m&hourly=wind_speed_10m`, 'hourly', { temperature_2m: CELSIUS, wind_speed_10m: 'km/h' }],
  [`${AT}&hourly=wind_direction_10m`, 'hourly', { wind_direction_10m: '°' }],
  [`${AT}&hourly=apparent_temperature`, 'hourly', { apparent_temperature: CELSIUS }],
  [
    `${AT}&hourly=wind_u_component_10m,wind_v_component_10m`,
    'hourly',
    { wind_u_component_10m: 'km/h', wind_v_component_10m: 'km/h' },
  ],
  [`${AT}&hourly=temperature_2m&temperature_unit=fahrenheit`, 'hourly', { temperature_2m: '°F' }],
  [`${AT}&elevation=38&hourly=temperature_2m`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=wind_speed_10m&wind_speed_unit=ms`, 'hourly', { wind_speed_10m: 'm/s' }],
  [`${AT}&hourly=wind_speed_10m&wind_speed_unit=mph`, 'hourly', { wind_speed_10m: 'mp/h' }],
  [`${AT}&hourly=wind_speed_10m&wind_speed_unit=kn`, 'hourly', { wind_speed_10m: 'kn' }],
  [`${AT}&hourly=wind_speed_10m&wind_speed_unit=kmh`, 'hourly', { wind_speed_10m: 'km/h' }],
  [
    `${AT}&hourly=temperature_2m&temperature_unit=fahrenheit&wind_speed_unit=mph&precipitation_unit=inch`,
    'hourly',
    { temperature_2m: '°F' },
  ],
  [`${AT}&hourly=temperature_2m&timeformat=unixtime`, 'hourly', { time: 'unixtime', temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&timeformat=iso8601`, 'hourly', { time: 'iso8601', temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&timezone=auto`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&timezone=Europe%2FBerlin`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&timezone=America%2FNew_York`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&timezone=GMT`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&forecast_days=1`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&forecast_days=16`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&past_days=2`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&past_days=92&forecast_days=3`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&forecast_hours=12`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&past_hours=6&forecast_hours=6`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&start_date=2025-02-19&end_date=2025-02-20`, 'hourly', { temperature_2m: CELSIUS }],
  [
    `${AT}&hourly=temperature_2m&start_hour=2025-02-20T00:00&end_hour=2025-02-20T12:00`,
    'hourly',
    { temperature_2m: CELSIUS },
  ],
  [`${AT}&hourly=temperature_2m&models=best_match`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&cell_selection=nearest`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&cell_selection=sea`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&apikey=secret`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&hourly=temperature_2m&format=json`, 'hourly', { temperature_2m: CELSIUS }],
  [`${AT}&current=temperature_2m`, 'current', { interval: 'seconds', temperature_2m: CELSIUS }],
  [
    `${AT}&current=temperature_2m,wind_speed_10m,wind_direction_10m`,
    'current',
    { temperature_2m: CELSIUS, wind_speed_10m: 'km/h', wind_direction_10m: '°' },
  ],
  [`${AT}&current=apparent_temperature&timezone=auto`, 'current', { apparent_temperature: CELSIUS }],
  [`${AT}&current=temperature_2m&timeformat=unixtime`, 'current', { time: 'unixtime', temperature_2m: CELSIUS }],
  [
    `${AT}&current=temperature_2m,wind_speed_10m&hourly=temperature_2m,wind_speed_10m`,
    'current',
    { wind_speed_10m: 'km/h' },
  ],
  [
    `${AT}&daily=temperature_2m_max,temperature_2m_min&timezone=Europe%2FBerlin`,
    'daily',
    { temperature_2m_max: CELSIUS, temperature_2m_min: CELSIUS },
  ],
  [`${AT}&daily=temperature_2m_mean&timezone=auto`, 'daily', { temperature_2m_mean: CELSIUS }],
  [
    `${AT}&daily=apparent_temperature_max,apparent_temperature_min&timezone=auto`,
    'daily',
    { apparent_temperature_max: CELSIUS },
  ],
  [`${AT}&daily=wind_speed_10m_max&timezone=auto&wind_speed_unit=ms`, 'daily', { wind_speed_10m_max: 'm/s' }],
  [`${AT}&daily=wind_direction_10m_dominant&timezone=auto`, 'daily', { wind_direction_10m_dominant: '°' }],
  [
    `${AT}&daily=temperature_2m_max&timezone=auto&timeformat=unixtime`,
    'daily',
    { time: 'unixtime', temperature_2m_max: CELSIUS },
  ],
  [`${AT}&daily=temperature_2m_max&timezone=auto&forecast_days=3`, 'daily', { temperature_2m_max: CELSIUS }],
  [
    `${AT}&daily=temperature_2m_max&timezone=auto&start_date=2025-02-19&end_date=2025-02-20`,
    'daily',
    { temperature_2m_max: CELSIUS },
  ],
  [
    `${AT}&hourly=temperature_2m&daily=temperature_2m_max&current=temperature_2m&timezone=auto`,
    'daily',
    { temperature_2m_max: CELSIUS },
  ],
  [`${TWO}&hourly=temperature_2m`, 'hourly', { temperature_2m: CELSIUS }],
  [`${TWO}&daily=temperature_2m_max&timezone=auto`, 'daily', { temperature_2m_max: CELSIUS }],
  [`${TWO}&hourly=temperature_2m&timezone=Europe%2FBerlin,America%2FSao_Paulo`, 'hourly', { temperature_2m: CELSIUS }],
  [`bounding_box=-90,-180,90,180&hourly=temperature_2m`, 'hourly', { temperature_2m: CELSIUS }],
];

/** What Open-Meteo answers beside the blocks, and what only Kernelcast tells. */
const KEYS = [
  'latitude',
  'longitude',
  'elevation',
  'location_id',
  'generationtime_ms',
  'utc_offset_seconds',
  'timezone',
];
const OWN_KEYS = ['generated_at', 'station', 'run', 'observations', 'nulls'];
/** The decimals that Open-Meteo writes, by the unit. */
const DECIMALS: Record<string, number> = { '°C': 1, '°F': 1, 'km/h': 1, 'm/s': 2, 'mp/h': 1, kn: 1, '°': 0 };

test('there are fifty of them, no two alike', () => {
  expect(new Set(QUERIES.map(([query]) => query)).size).toBe(50);
});

test.each(QUERIES)('%s', async (query, block, units) => {
  const { status, headers, body } = await get(`/v1/forecast?${query}`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  const isList = query.startsWith(TWO) || query.startsWith('bounding_box');
  expect(Array.isArray(body)).toBe(isList);
  for (const [index, answer] of (isList ? body : [body]).entries()) {
    expect(answer).toMatchObject({
      latitude: expect.any(Number),
      longitude: expect.any(Number),
      generationtime_ms: expect.any(Number),
      utc_offset_seconds: expect.any(Number),
      timezone: expect.any(String),
      timezone_abbreviation: expect.any(String),
    });
    expect(answer).toHaveProperty('elevation');
    const asked = new URLSearchParams(query);
    const blocks = (['current', 'hourly', 'daily'] as const).filter((name) => asked.has(name));
    const known = [...KEYS, 'timezone_abbreviation', ...OWN_KEYS, ...blocks.flatMap((name) => [`${name}_units`, name])];
    expect(known).toEqual(expect.arrayContaining(Object.keys(answer)));
    for (const name of blocks) {
      const head = name === 'current' ? ['time', 'interval'] : ['time'];
      expect(Object.keys(answer[name])).toEqual([...head, ...asked.getAll(name).join().split(',')]);
      for (const [variable, unit] of Object.entries<string>(answer[`${name}_units`])) {
        if (head.includes(variable)) continue;
        for (const value of [answer[name][variable]].flat()) {
          expect(value === null || value === Number(value.toFixed(DECIMALS[unit])), `${variable} ${value}`).toBe(true);
        }
      }
    }
    // Open-Meteo numbers all but the first.
    expect(answer.location_id).toBe(index === 0 ? undefined : index);
    expect(answer[`${block}_units`]).toMatchObject({ time: 'iso8601', ...units });
    const names = Object.keys(units).filter((name) => name !== 'time');
    if (block === 'current') {
      expect(answer.current).toMatchObject({ interval: 3600 });
      for (const name of names) expect(answer.current).toHaveProperty(name);
      continue;
    }
    const { time } = answer[block];
    expect(Object.keys(answer[`${block}_units`])).toEqual(Object.keys(answer[block]));
    for (const name of names) expect(answer[block][name]).toHaveLength(time.length);
    const shape =
      units.time === 'unixtime'
        ? /^\d+$/
        : block === 'daily'
          ? /^\d{4}-\d{2}-\d{2}$/
          : /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;
    for (const each of time) expect(String(each)).toMatch(shape);
  }
});

test('errors say why, as Open-Meteo does in `reason`', async () => {
  const { status, body } = await get(`/v1/forecast?${AT}&hourly=precipitatoin`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: true, reason: body.detail });
});
