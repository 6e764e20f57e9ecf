/** The same answer in every format: read back by other libraries, value for value. */
import { tableFromIPC } from 'apache-arrow';
import { unzipSync } from 'fflate';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { beforeAll, expect, test } from 'vitest';
import { type Service, shareFilled } from './support.ts';

let get: Service['get'];
beforeAll(() =>
  shareFilled((service) => {
    get = service.get;
  }),
);

const QUERY =
  '/v1/forecast?run=2025-02-20T00:00Z&station=suva,amsterdam&hourly=temperature_2m,wind_speed_10m&timezone=Asia/Kolkata';

/** Suva is missing one hour. */
const NULLS = [
  {
    location_id: 0,
    name: 'temperature_2m',
    from: '2025-02-20T08:30',
    through: '2025-02-20T08:30',
    reason: 'no_forecast',
  },
];

interface Row {
  location_id: number;
  station: string;
  time: Date;
  temperature_2m: number | null;
  wind_speed_10m: number | null;
}

/** The rows of the JSON answer. */
async function expectedRows(): Promise<Row[]> {
  const { body } = await get(`${QUERY}&timeformat=unixtime`);
  return body.flatMap(
    ({ station, hourly }: { station: { id: string }; hourly: Record<string, number[]> }, location_id: number) =>
      hourly.time.map((time, row) => ({
        location_id,
        station: station.id,
        time: new Date(time * 1000),
        temperature_2m: hourly.temperature_2m[row],
        wind_speed_10m: hourly.wind_speed_10m[row],
      })),
  );
}

test('CSV has the places, an empty line, and the hours', async () => {
  const { headers, body } = await get(`${QUERY}&format=csv`);
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const lines = body.split('\n');
  expect(lines[0]).toMatch(
    /^location_id,latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation,station,distance_km,generated_at.*,nulls$/,
  );
  expect(lines[1]).toMatch(/^0,-18.14,178.44,,19800,Asia\/Kolkata,GMT\+5:30,suva,0,/);
  // The reasons of what is empty below.
  expect(lines[1]).toMatch(/,temperature_2m 2025-02-20T08:30\/2025-02-20T08:30 no_forecast$/);
  expect(lines[2]).toMatch(/,$/);
  expect(lines.slice(3, 8)).toEqual([
    '',
    'location_id,time,temperature_2m (°C),wind_speed_10m (km/h)',
    '0,2025-02-20T06:30,12.1,18',
    '0,2025-02-20T07:30,12.1,18',
    '0,2025-02-20T08:30,,18',
  ]);
  expect(lines).toHaveLength(5 + 48 + 1);
  const one = await get(
    '/v1/forecast?run=2025-02-20T00:00Z&station=amsterdam&hourly=temperature_2m&daily=temperature_2m_max&format=csv',
  );
  expect(one.body).toContain('\n\ntime,temperature_2m (°C)\n2025-02-20T01:00,10.1\n');
  expect(one.body).toContain('\n\ntime,temperature_2m_max (°C)\n2025-02-20,11.4\n2025-02-21,\n');
});

test('Arrow', async () => {
  const { headers, body } = await get(`${QUERY}&format=arrow`);
  expect(headers.get('content-type')).toBe('application/vnd.apache.arrow.file');
  const table = tableFromIPC(body);
  const rows = table.toArray().map((row) => ({ ...row?.toJSON(), time: new Date(Number(row?.time)) }));
  const names = ['location_id', 'station', 'time', 'temperature_2m', 'wind_speed_10m'] as const;
  expect(rows.map((row) => Object.fromEntries(names.map((name) => [name, (row as unknown as Row)[name]])))).toEqual(
    await expectedRows(),
  );
  expect(table.schema.fields.find(({ name }) => name === 'wind_speed_10m')?.metadata.get('unit')).toBe('km/h');
  expect(table.schema.metadata.get('init')).toBe('2025-02-20T00:00Z');
  expect(table.schema.metadata.get('weights_sha256')).toBe('ab'.repeat(32));
  expect(JSON.parse(table.schema.metadata.get('nulls')!)).toEqual(NULLS);
});

test('Parquet', async () => {
  const { headers, body } = await get(`${QUERY}&format=parquet`);
  expect(headers.get('content-type')).toBe('application/vnd.apache.parquet');
  const file = body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength);
  const { key_value_metadata: metadata } = parquetMetadata(file);
  const text = (name: string) => metadata?.find(({ key }) => key === name)?.value;
  expect([text('unit:wind_speed_10m'), text('valid_until')]).toEqual(['km/h', '2025-02-20T06:06:00.000Z']);
  expect(JSON.parse(text('nulls')!)).toEqual(NULLS);
  const rows = (await parquetReadObjects({ file })) as unknown as (Row & { latitude: number; longitude: number })[];
  expect(rows.map(({ latitude, longitude, ...row }) => row)).toEqual(await expectedRows());
});

test('a workbook has a sheet of the places, and one of the hours', async () => {
  const { headers, body } = await get(`${QUERY}&format=xlsx`);
  expect(headers.get('content-type')).toContain('spreadsheetml.sheet');
  expect(headers.get('content-encoding')).toBeNull();
  const files = unzipSync(body);
  const text = (name: string) => new TextDecoder().decode(files[name]);
  expect(text('xl/workbook.xml')).toMatch(/name="Locations".*name="Hourly".*name="Nulls"/s);
  expect(text('xl/sharedStrings.xml')).toContain('no_forecast');
  const rows = [...text('xl/worksheets/sheet2.xml').matchAll(/<row /g)];
  expect(rows).toHaveLength(1 + 48);
  expect(text('xl/worksheets/sheet2.xml')).toContain('<v>12.1</v>');
});

test('observations come in all formats too', async () => {
  for (const format of ['csv', 'arrow', 'parquet', 'xlsx']) {
    expect((await get(`/v1/observations?station=suva&format=${format}`)).status).toBe(200);
  }
});

test('what is kept rather than shown has the name of a file, made or from memory', async () => {
  const name = async (path: string) => (await get(path)).headers.get('content-disposition');
  for (const format of ['csv', 'arrow', 'parquet', 'xlsx']) {
    for (let round = 0; round < 2; round++) {
      const file = `attachment; filename="forecast-suva-2025-02-20T00Z.${format}"`;
      expect(await name(`/v1/forecast?run=2025-02-20T00:00Z&station=suva&format=${format}`)).toBe(file);
    }
  }
  expect(await name(`${QUERY}&format=csv`)).toBe('attachment; filename="forecast-2-stations-2025-02-20T00Z.csv"');
  expect(await name('/v1/observations?station=suva&format=csv')).toContain('"observations-suva-2025-02-20T00Z.csv"');
  expect(await name('/v1/forecast?run=2025-02-20T00:00Z&station=suva')).toBeNull();
});
