import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readMapping, type TableMapping } from '../../../ingest/tables/mapping.ts';
import { openTable } from '../../../ingest/tables/open-table.ts';
import type { TableOptions } from '../../../ingest/tables/table-options.ts';
import { failure, station, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();
let files = 0;

async function table(text: string | Buffer, options: TableOptions = {}, name = `table-${++files}.csv`) {
  const path = folder.path(name);
  await writeFile(path, text);
  return openTable(path, options);
}

const MAPPING: TableMapping = {
  station: 'icao',
  time: 'when',
  latitude: 'lat',
  longitude: 'lon',
  variables: {
    temperature_2m: { column: 't', unit: 'degF' },
    wind_speed_10m: { column: 'wind', unit: 'kt' },
    wind_direction_10m: { column: 'from', unit: 'degree' },
  },
  timeZone: 'UTC',
  missing: ['VRB'],
  delimiter: ';',
};
const LINES = [
  'icao;when;lat;lon;t;wind;from',
  'KAAA;2024-03-01 05:53;40.5;280;50;10;90',
  'KBBB;2024-03-01 06:00;41;-79.5;;0;VRB',
  'KAAA;2024-03-01 06:05;40.5;280;;20;180',
  'KAAA;2024-03-01 06:35;40.5;280;99;99;99',
  'KAAA;2024-03-01 06:58;40.5;280;32;;',
];

async function valuesOf(source: Awaited<ReturnType<typeof table>>, name: keyof TableMapping['variables']) {
  const { values } = (await source!.read(0, source!.axis.times.length))[name as 'temperature_2m']!;
  return Array.from(values, (value) => Number(value.toFixed(3)));
}

describe('a table with a mapping', () => {
  it('gives hourly values by station: of several the nearest that has a value', async () => {
    const source = await table(LINES.join('\n'), { table: MAPPING });
    expect(source!.stations).toEqual([
      { id: 'KAAA', name: 'KAAA', country: '', latitude: 40.5, longitude: -80, elevation: null },
      { id: 'KBBB', name: 'KBBB', country: '', latitude: 41, longitude: -79.5, elevation: null },
    ]);
    const hours = Array.from(source!.axis.times, (time) => new Date(time).toISOString().slice(11, 16));
    expect(hours).toEqual(['06:00', '07:00']);
    expect(await valuesOf(source, 'temperature_2m')).toEqual([10, Number.NaN, 0, Number.NaN]);
    expect(await valuesOf(source, 'wind_speed_10m')).toEqual([10.289, 0, Number.NaN, Number.NaN]);
    expect(await valuesOf(source, 'wind_v_component_10m')).toEqual([10.289, 0, Number.NaN, Number.NaN]);
  });

  it('reads it gzipped, with quotes, a byte order mark and Windows line ends', async () => {
    const text = `\uFEFF${LINES.join('\r\n').replace('KBBB', '"KBBB"')}\r\n`;
    const source = await table(gzipSync(text), { table: MAPPING });
    expect(source!.stations.map(({ id }) => id)).toEqual(['KAAA', 'KBBB']);
  });

  it('reads UTF-16 and Latin-1 by mark or name, and refuses what it would have to guess', async () => {
    const text = LINES.join('\n').replaceAll('KAAA', 'Zürich');
    const little = Buffer.from(text, 'utf16le');
    const named = (encoding: string) => ({ table: { ...MAPPING, encoding } });
    for (const [bytes, options] of [
      [Buffer.from(`\uFEFF${text}`, 'utf16le'), { table: MAPPING }],
      [Buffer.from(`\uFEFF${text}`, 'utf16le').swap16(), { table: MAPPING }],
      [little, named('utf-16le')],
      [Buffer.from(text, 'latin1'), named('latin1')],
    ] as const) {
      expect((await table(bytes, options))!.stations[0].name).toBe('Zürich');
    }
    for (const bytes of [little, Buffer.from(text, 'latin1')]) {
      const error = await failure(table(bytes, { table: MAPPING }));
      expect([error.code, error.hint]).toEqual(['FORMAT', expect.stringContaining('"encoding"')]);
    }
  });

  it('takes positions from the list of stations, and no station that is not in it', async () => {
    const { latitude, longitude, ...mapping } = MAPPING;
    const source = await table(LINES.join('\n'), { table: mapping, stations: [station('KAAA', 1, 2)] });
    expect(source!.stations).toEqual([station('KAAA', 1, 2)]);
    const error = await failure(table(LINES.join('\n'), { table: mapping }));
    expect([error.code, error.where.line]).toEqual(['STATIONS', 2]);
  });

  it('takes the position of a station from any of its lines', async () => {
    const source = await table(LINES.join('\n').replace('05:53;40.5;280', '05:53;;'), { table: MAPPING });
    expect(source!.stations.map(({ id }) => id)).toEqual(['KBBB', 'KAAA']);
    expect((await valuesOf(source, 'temperature_2m'))[1]).toBe(10);
  });

  it('leaves out stations without a position where others have one', async () => {
    const source = await table(LINES.join('\n').replace('41;-79.5', ';'), { table: MAPPING });
    expect(source!.stations.map(({ id }) => id)).toEqual(['KAAA']);
    expect(source!.outside.map(({ id }) => id)).toEqual(['KBBB']);
  });

  it('counts observations that are there twice', async () => {
    const source = await table([...LINES, LINES[2]].join('\n'), { table: MAPPING });
    expect(source!.duplicates).toBe(1);
  });

  it.each<[string, string, string, Record<string, unknown>]>([
    ['a cell that is no number', 'FORMAT', LINES.join('\n').replace(';50;', ';warm;'), { line: 2, column: 't' }],
    ['a time that is none', 'FORMAT', LINES.join('\n').replace('06:05', '6.05'), { line: 4, column: 'when' }],
    ['a column that is missing', 'FORMAT', LINES.join('\n').replace(';t;', ';temp;'), {}],
    ['a station that moves', 'STATIONS', LINES.join('\n').replace('06:05;40.5', '06:05;45'), { line: 4 }],
    ['a line without end', 'FORMAT', `${LINES[0]}\n"${'x'.repeat(2_000_000)}`, {}],
    ['no observation at all', 'FORMAT', LINES[0], {}],
    ['none near an hour', 'CONVENTIONS', [LINES[0], LINES[4]].join('\n'), {}],
  ])('refuses %s', async (_, code, text, where) => {
    const error = await failure(table(text, { table: MAPPING }));
    expect(error.code).toBe(code);
    expect(error.where).toMatchObject(where);
  });

  it('refuses a gzipped table that ends early', async () => {
    const bytes = gzipSync(LINES.join('\n'));
    const error = await failure(table(bytes.subarray(0, bytes.length - 12), { table: MAPPING }));
    expect(error.code).toBe('FORMAT');
  });

  it('reads the mapping from a file, and says which field is wrong', async () => {
    const path = folder.path('mapping.json');
    const { timeZone, delimiter, missing, ...given } = MAPPING;
    await writeFile(path, JSON.stringify(given));
    expect(await readMapping(path)).toEqual({ ...given, timeZone: 'UTC', delimiter: ',', missing: [] });
    await writeFile(path, JSON.stringify({ ...given, timeZone: 'Mars/Olympus' }));
    expect((await failure(readMapping(path))).where.field).toBe('timeZone');
    await writeFile(path, JSON.stringify({ ...given, variables: { humidity: { column: 'h', unit: '1' } } }));
    expect((await failure(readMapping(path))).code).toBe('USAGE');
    expect((await failure(readMapping(folder.path('none.json')))).code).toBe('NOT_FOUND');
  });
});

describe('a table whose columns tell what they are', () => {
  it('reads the CSV of ERDDAP, units in the second line', async () => {
    const text = [
      'station,latitude,longitude,time,air_temperature,wind_speed',
      ',degrees_north,degrees_east,UTC,degree_F,knots',
      'urn:x:44013,42.3,-70.6,2024-03-01T06:00:00Z,50.0,10.0',
      'urn:x:44013,42.3,-70.6,2024-03-01T07:00:00Z,NaN,20.0',
    ].join('\n');
    const source = await table(text.replace('degree_F', 'degF'));
    expect(source!.stations[0]).toMatchObject({ id: 'urn-x-44013', latitude: 42.3, longitude: -70.6 });
    expect(source!.taken.map(({ from }) => from)).toEqual(['air_temperature', 'wind_speed']);
    expect(await valuesOf(source, 'temperature_2m')).toEqual([10, Number.NaN]);
    expect(await valuesOf(source, 'wind_speed_10m')).toEqual([5.144, 10.289]);
  });

  it('reads units behind the names', async () => {
    for (const temperature of ['air_temperature (K)', 'air_temperature[unit="K"]']) {
      const text = `station,time,lat,lon,${temperature.includes('"') ? `"${temperature.replaceAll('"', '""')}"` : temperature}\na,2024-03-01T06:00Z,1,2,283.15\n`;
      expect(await valuesOf(await table(text), 'temperature_2m')).toEqual([10]);
    }
  });

  it('asks for the unit of a column that does not tell it, also under a name of ours', async () => {
    const text = (column: string) => `station,time,lat,lon,${column}\na,2024-03-01T06:00Z,1,2,36\n`;
    for (const column of ['temperature_2m', 'air_temperature', 'wind_speed_10m', 'u10']) {
      const error = await failure(table(text(column)));
      expect([error.code, error.hint]).toEqual(['UNIT', expect.stringMatching(/--unit \w+=.*--table/)]);
    }
    const told = await table(text('wind_speed_10m'), { units: { wind_speed_10m: 'km/h' } });
    expect(await valuesOf(told, 'wind_speed_10m')).toEqual([10]);
    expect(await valuesOf(await table(text('wind_direction_10m')), 'wind_direction_10m')).toEqual([36]);
  });
});

describe('NOAA ISD', () => {
  const HEADER = '"STATION","DATE","SOURCE","LATITUDE","LONGITUDE","ELEVATION","NAME","REPORT_TYPE","WND","TMP"';
  const line = (date: string, wind: string, temperature: string, type = 'FM-15') =>
    `"72530094846","${date}","7","41.96","-87.93","201.8","CHICAGO OHARE, IL US","${type}","${wind}","${temperature}"`;

  it('reads global-hourly: tenths, missing values, calms, and no value that NOAA doubts', async () => {
    const source = await table(
      [
        HEADER,
        line('2024-03-01T05:51:00', '160,1,N,0046,1', '+0106,1'),
        line('2024-03-01T06:51:00', '999,9,C,0000,1', '-0011,5'),
        line('2024-03-01T07:51:00', '999,9,V,0015,1', '+9999,9'),
        line('2024-03-01T08:51:00', '200,3,N,0100,7', '+0500,3'),
        line('2024-03-01T08:59:00', '999,9,9,9999,9', '+0111,1', 'SOD'),
      ].join('\n'),
    );
    expect(source!.stations[0]).toEqual({
      id: '72530094846',
      name: 'CHICAGO OHARE, IL US',
      country: '',
      latitude: 41.96,
      longitude: -87.93,
      elevation: 201.8,
    });
    expect(await valuesOf(source, 'temperature_2m')).toEqual([10.6, -1.1, Number.NaN, Number.NaN]);
    expect(await valuesOf(source, 'wind_speed_10m')).toEqual([4.6, 0, 1.5, Number.NaN]);
    expect(await valuesOf(source, 'wind_direction_10m')).toEqual([160, Number.NaN, Number.NaN, Number.NaN]);
  });

  it('reads ISD-Lite, the station by the name of the file', async () => {
    const lines = [
      '2024 03 01 06   106    28 10132   160    46     8 -9999 -9999',
      '2024 03 01 07   -11 -9999 -9999     0     0     0 -9999 -9999',
      '2024 03 01 08 -9999    28 10132 -9999 -9999     8 -9999 -9999',
    ].join('\n');
    const stations = [station('72530094846', 41.96, -87.93)];
    const source = await table(gzipSync(lines), { stations }, '725300-94846-2024.gz');
    expect(source!.stations).toEqual(stations);
    expect(await valuesOf(source, 'temperature_2m')).toEqual([10.6, -1.1, Number.NaN]);
    expect(await valuesOf(source, 'wind_speed_10m')).toEqual([4.6, 0, Number.NaN]);
    expect(await valuesOf(source, 'wind_direction_10m')).toEqual([160, Number.NaN, Number.NaN]);
    expect((await failure(table(lines, { stations }, 'renamed.txt'))).hint).toContain('725300-94846-2024');
  });
});

describe('what is no table', () => {
  it.each([['CDF\x01\x00\x00\x00\x00'], ['<html>sorry</html>'], ['{"error": 1}'], [''], [gzipSync('CDF\x01\x00')]])(
    'is left to other readers: %j',
    async (content) => expect(await table(content)).toBeUndefined(),
  );

  it('says of other text that its columns are not known', async () => {
    const error = await failure(table('Dear all,\nhere are the data\n'));
    expect([error.code, error.hint]).toEqual(['FORMAT', expect.stringContaining('--table')]);
  });
});
