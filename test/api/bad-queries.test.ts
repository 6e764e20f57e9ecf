/** Wrong input on purpose: each is refused by the name of the parameter, and none is ever the service's fault. */
import { beforeAll, expect, test } from 'vitest';
import { type Service, shareFilled } from './support.ts';

let get: Service['get'];
beforeAll(() =>
  shareFilled((service) => {
    get = service.get;
  }),
);

const CASES: [path: string, parameter: string, detail: RegExp][] = [
  ['/v1/forecast', 'latitude', /missing/],
  ['/v1/forecast?latitude=5', 'longitude', /missing/],
  ['/v1/forecast?longitude=5', 'latitude', /missing/],
  ['/v1/forecast?station=amsterdam&latitude=5', 'station', /at once/],
  ['/v1/forecast?latitude=NaN&longitude=5', 'latitude', /'NaN', not a number from -90 to 90/],
  ['/v1/forecast?latitude=90.01&longitude=5', 'latitude', /from -90 to 90/],
  ['/v1/forecast?latitude=5&longitude=-181', 'longitude', /from -180 to 180/],
  ['/v1/forecast?latitude=1e999&longitude=5', 'latitude', /not a number/],
  ['/v1/forecast?latitude=0x10&longitude=5', 'latitude', /not a number/],
  ['/v1/forecast?latitude=&longitude=5', 'latitude', /empty/],
  ['/v1/forecast?latitude=,&longitude=5', 'latitude', /empty/],
  ['/v1/forecast?station=', 'station', /empty/],
  [`/v1/forecast?station=${'x'.repeat(201)}`, 'station', /longer than 200/],
  ['/v1/forecast?station=amsterdam&dataset=demo&dataset=demo', 'dataset', /more than once/],
  ['/v1/forecast?latitude=5&longitude=5&elevation=x', 'elevation', /from -500 to 9000/],
  ['/v1/forecast?latitude=5&longitude=5&elevation=1,2', 'elevation', /2 elevations and 1 latitudes/],
  ['/v1/forecast?station=amsterdam&elevation=nan', 'elevation', /1 elevations and 0 latitudes/],
  ['/v1/forecast?station=amsterdam&timezone=Mars/Olympus', 'timezone', /no time zone/],
  ['/v1/forecast?station=amsterdam&timezone=GMT,GMT', 'timezone', /2 time zones and 1 places/],
  ['/v1/forecast?station=amsterdam&timezone=%2B01:00', 'timezone', /no time zone/],
  ['/v1/forecast?latitude=5,6&longitude=5', 'longitude', /2 latitudes and 1 longitudes/],
  ['/v1/forecast?bounding_box=1,2,3', 'bounding_box', /not south,west,north,east/],
  ['/v1/forecast?bounding_box=10,0,-10,5', 'bounding_box', /not south,west,north,east/],
  ['/v1/forecast?bounding_box=0,0,1,1&station=suva', 'bounding_box', /at once/],
  ['/v1/forecast?station=amsterdam&start_date=2025-02-30&end_date=2025-03-01', 'start_date', /not a date/],
  ['/v1/forecast?station=amsterdam&start_date=2025-02-20', 'end_date', /missing/],
  ['/v1/forecast?station=amsterdam&start_date=2025-02-20&end_date=2025-02-19', 'end_date', /before start_date/],
  ['/v1/forecast?station=amsterdam&start_date=2023-02-20&end_date=2025-02-19', 'end_date', /more than 366 days/],
  ['/v1/forecast?station=amsterdam&start_hour=2025-02-20T00:00Z&end_hour=2025-02-20T01:00', 'start_hour', /whole hour/],
  ['/v1/forecast?station=amsterdam&start_date=2025-02-20&end_date=2025-02-20&past_days=1', 'past_days', /at once/],
  ['/v1/forecast?station=amsterdam&forecast_days=17', 'forecast_days', /from 0 to 16/],
  ['/v1/forecast?station=amsterdam&daily=temperature_2m', 'daily', /did you mean 'temperature_2m_max'/],
  ['/v1/forecast?station=amsterdam&hourly=p_wind_speed_10m_over_x', 'hourly', /has the value/],
  ['/v1/forecast?station=amsterdam&hourly=p_wind_direction_10m_over_5', 'hourly', /has the value/],
  ['/v1/forecast?station=amsterdam&hourly=p_wind_speed_10m_over_5_25h', 'hourly', /has the value/],
  ['/v1/forecast?station=amsterdam&hourly=p_wind_speed_10m_over_5_1h', 'hourly', /has the value/],
  ['/v1/forecast?station=amsterdam&daily=p_wind_speed_10m_over_5_6h', 'daily', /has the value/],
  ['/v1/forecast?station=amsterdam&format=xml', 'format', /known are json/],
  [
    '/v1/forecast?station=amsterdam&format=parquet&hourly=temperature_2m&daily=temperature_2m_max',
    'format',
    /one table/,
  ],
  ['/v1/forecast?station=%FF', 'station', /not valid UTF-8/],
  ['/v1/verification?start=2025-02-20T00:00Z&end=2025-02-19T00:00Z', 'end', /before start/],
  ['/v1/forecast?station=amsterdam&past_hours=1.5', 'past_hours', /whole number from 0 to 2208/],
  ['/v1/forecast?station=amsterdam&past_hours=2209', 'past_hours', /from 0 to 2208/],
  ['/v1/forecast?station=amsterdam&past_hours=-1', 'past_hours', /from 0 to 2208/],
  ['/v1/forecast?station=amsterdam&hourly=temperatur_2m', 'hourly', /did you mean 'temperature_2m'\?/],
  ['/v1/forecast?station=amsterdam&hourly=precipitatoin', 'hourly', /did you mean 'precipitation'/],
  ['/v1/forecast?station=amsterdam&daily=sunrises', 'daily', /did you mean 'sunrise'/],
  ['/v1/forecast?station=amsterdam&hourly=constructor', 'hourly', /known are temperature_2m/],
  ['/v1/forecast?station=amsterdam&models=gfs', 'models', /no model 'gfs'/],
  ['/v1/forecast?station=amsterdam&models=__proto__', 'models', /no model '__proto__'/],
  ['/v1/forecast?station=amsterdam&run=yesterday', 'run', /neither 'latest' nor a whole hour/],
  ['/v1/forecast?station=amsterdam&run=2025-02-30T00:00Z', 'run', /neither 'latest'/],
  ['/v1/forecast?station=amsterdam&temperature_unit=kelvin', 'temperature_unit', /known are celsius, fahrenheit/],
  ['/v1/forecast?station=amsterdam&wind_speed_unit=km/h', 'wind_speed_unit', /did you mean 'kmh'/],
  ['/v1/forecast?station=amsterdam&current_weather=yes', 'current_weather', /neither 'true' nor 'false'/],
  ['/v1/forecast?station=amsterdam&windspeed_units=ms', 'windspeed_units', /no parameter/],
  ['/v1/forecast?station[]=amsterdam', 'station[]', /no parameter/],
  ['/v1/stations?latitude=5', 'longitude', /missing/],
  ['/v1/stations?limit=0', 'limit', /from 1 to/],
  ['/v1/stations?limit=all', 'limit', /whole number/],
  ['/v1/runs?limit=1001', 'limit', /from 1 to 1000/],
  ['/v1/runs/today/values', 'init', /neither 'latest'/],
  ['/v1/runs/latest/values?model=gfs', 'model', /no model 'gfs'/],
  ['/v1/verification?last_runs=-3', 'last_runs', /from 1 to/],
  ['/v1/runs?limits=1', 'limits', /no parameter 'limits'/],
];

test.each(CASES)('%s blames %s', async (path, parameter, detail) => {
  const { status, body } = await get(path);
  expect([status, body.code, body.parameter]).toEqual([400, 'USAGE', parameter]);
  expect(body.detail).toMatch(detail);
});

test.each([
  ['/v1/forecast?station=nowhere', 'station'],
  ['/v1/forecast?station=amsterdam&dataset=nix', 'dataset'],
  // They would be there if names were paths.
  ['/v1/forecast?station=amsterdam&dataset=../runs/demo', 'dataset'],
  ['/v1/runs?dataset=../runs/demo', 'dataset'],
  ['/v1/stations?dataset=../observations/demo', 'dataset'],
  ['/v1/observations?station=amsterdam&dataset=../observations/demo', 'dataset'],
  ['/v1/verification?dataset=../observations/demo', 'dataset'],
  ['/v1/forecast?station=amsterdam&dataset=__proto__', 'dataset'],
  ['/v1/forecast?station=amsterdam&run=2020-01-01T00:00Z', 'run'],
  ['/v1/runs/2020-01-01T00/values', 'init'],
  ['/v1/runs?dataset=nix', 'dataset'],
  ['/v1/stations?dataset=nix', 'dataset'],
  ['/v1/verification?dataset=nix', 'dataset'],
  ['/v1/observations?station=nowhere', 'station'],
  ['/v1/forecast?bounding_box=0,0,1,1', 'bounding_box'],
  ['/v1/models/gfs/updates', 'id'],
])('%s does not exist', async (path, parameter) => {
  const { status, body } = await get(path);
  expect([status, body.code, body.parameter]).toEqual([404, 'NOT_FOUND', parameter]);
});

test('an unknown parameter is told with the one that was meant, and with all that there are', async () => {
  const { body } = await get('/v1/forecast?lattitude=5&longitude=5');
  expect(body.detail).toBe("there is no parameter 'lattitude'");
  expect(body.hint).toMatch(/^Did you mean 'latitude'\? Parameters here: station, latitude, /);
});
