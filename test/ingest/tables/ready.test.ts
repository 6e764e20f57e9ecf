/** Tables as their publishers write them: headings and rows are taken from published files. */
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openTable } from '../../../ingest/tables/open-table.ts';
import { findMappings, READY_NAMES, readyMappings } from '../../../ingest/tables/ready/ready.ts';
import type { TableOptions } from '../../../ingest/tables/table-options.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { failure, station, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();

async function open(text: string | Buffer, name: string, options: TableOptions = {}, file = 'table.csv') {
  const path = folder.path(file);
  await writeFile(path, text);
  return (await openTable(path, { table: await findMappings([name]), ...options }))!;
}

type Opened = Awaited<ReturnType<typeof open>>;

const timesOf = ({ axis }: Opened) => Array.from(axis.times, (time) => new Date(time).toISOString().slice(0, 16));

async function valuesOf(opened: Opened, name: VariableName) {
  const { values } = (await opened.read(0, opened.axis.times.length))[name]!;
  return Array.from(values, (value) => Number(value.toFixed(2)));
}

describe('ready mappings', () => {
  it('are all whole', () => {
    expect(READY_NAMES.length).toBe(12);
    for (const name of READY_NAMES) expect(readyMappings(name)).toBeDefined();
  });

  it('DWD hourly: yyyymmddhh, padded cells, -999, the ids of the list with their zeros', async () => {
    const rows = [
      'STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor',
      '         44;2025011900;    3;  -1.9; 100.0;eor',
      '         44;2025011901;    3;-999.0;-999.0;eor',
      '         44;2025011902;    1;  14.6;  80.0;eor',
    ];
    const list = { stations: [station('00044', 52.93, 8.24)] };
    const opened = await open(rows.join('\r\n'), 'dwd-hourly', list);
    expect(opened.stations).toEqual(list.stations);
    expect(timesOf(opened)).toEqual(['2025-01-19T00:00', '2025-01-19T01:00', '2025-01-19T02:00']);
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([-1.9, Number.NaN, 14.6]);
    const wind = ['STATIONS_ID;MESS_DATUM;QN_3;   F;   D;eor', '44;2025011900;   10;   3.2; 990;eor'].join('\n');
    const other = await open(wind, 'dwd-hourly', list);
    expect([await valuesOf(other, 'wind_speed_10m'), await valuesOf(other, 'wind_direction_10m')]).toEqual([
      [3.2],
      [Number.NaN],
    ]);
  });

  it('DWD every 10 minutes: Central European Time until 1999, UTC since', async () => {
    const head = 'STATIONS_ID;MESS_DATUM;  QN;PP_10;TT_10;TM5_10;RF_10;TD_10;eor';
    const row = (time: string, value: string) => `44;${time};3;-999;${value};-999;80;1;eor`;
    const rows = [head, row('199912312300', '5.0'), row('200001010000', '6.0'), row('200001010010', '6.1')];
    const opened = await open(rows.join('\n'), 'dwd-10-minutes', { stations: [station('44', 52.93, 8.24)] });
    expect(timesOf(opened)).toEqual(['1999-12-31T22:00', '2000-01-01T00:00']);
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([5, 6]);
  });

  it('DWD reports: three lines of heading, the station in the second, decimal commas, Latin-1, newest first', async () => {
    const text = [
      'surface observations;Parameter description;dry_bulb_temperature_at_2_meter_above_ground;mean_wind_speed_during last_10_min_at_10_meters_above_ground;mean_wind_direction_during_last_10 min_at_10_meters_above_ground',
      '10384;Unit;Grad C;km/h;Grad',
      'Datum;Uhrzeit (UTC);Temperatur (2m);Windgeschwindigkeit;Windrichtung (bei böigem Wind)',
      '12.05.26;17:00;7,5;18;280',
      '12.05.26;16:00;---;---;---',
    ].join('\n');
    const opened = await open(Buffer.from(text, 'latin1'), 'dwd-poi', { stations: [station('10384', 52.5, 13.4)] });
    expect(timesOf(opened)).toEqual(['2026-05-12T16:00', '2026-05-12T17:00']);
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([Number.NaN, 7.5]);
    expect(await valuesOf(opened, 'wind_speed_10m')).toEqual([Number.NaN, 5]);
  });

  it('Environment Canada: the zone of its standard time is asked for', async () => {
    const text = [
      '"Longitude (x)","Latitude (y)","Station Name","Climate ID","Date/Time (LST)","Year","Month","Day","Time (LST)","Flag","Temp (°C)","Temp Flag","Wind Dir (10s deg)","Wind Dir Flag","Wind Spd (km/h)","Wind Spd Flag"',
      '"-75.67","45.32","OTTAWA INTL A","6106001","2023-07-01 00:00","2023","07","01","00:00","","19.7","","11","","18","",',
      '"-75.67","45.32","OTTAWA INTL A","6106001","2023-07-01 01:00","2023","07","01","01:00","","19.1","E","36","","9",""',
    ].join('\r\n');
    const error = await failure(open(`\uFEFF${text}`, 'environment-canada'));
    expect([error.code, error.hint]).toEqual(['USAGE', expect.stringContaining('--time-zone -05:00')]);
    const opened = await open(`\uFEFF${text}`, 'environment-canada', { timeZone: '-05:00' });
    expect(opened.stations[0]).toMatchObject({ id: '6106001', name: 'OTTAWA INTL A', latitude: 45.32 });
    expect(timesOf(opened)).toEqual(['2023-07-01T05:00', '2023-07-01T06:00']);
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([19.7, Number.NaN]);
    expect(await valuesOf(opened, 'wind_speed_10m')).toEqual([5, 2.5]);
    expect(await valuesOf(opened, 'wind_direction_10m')).toEqual([110, 360]);
    expect(opened.leftOut).toEqual([{ reason: 'quality', counted: 'values', count: 1 }]);
  });

  it('Meteostat: by year with a heading, by the library, and the older dumps without one', async () => {
    const options = { stations: [station('10637', 50.05, 8.6)] };
    const yearly = 'year,month,day,hour,temp,temp_source,rhum,wdir,wspd\n2024,1,1,0,5.6,dwd_hourly,80,230,18.0\n';
    const library =
      'time,temp,dwpt,rhum,prcp,snow,wdir,wspd,wpgt,pres,tsun,coco\n2024-01-01 00:00:00,5.6,,80,,,230,18.0,,,,\n';
    const older = '2024-01-01,0,5.6,1.2,80,0.0,,230,18.0,,1010.1,,\n2024-01-01,1,5.5,1.2,80,0.0,,230,18.0,,1010.1,,\n';
    for (const [text, file] of [
      [yearly, '10637.csv'],
      [gzipSync(yearly), '2024-10637.csv.gz'],
      [library, '10637-hourly.csv'],
      [older, '10637.csv'],
    ] as const) {
      const opened = await open(text, 'meteostat', options, file);
      expect(timesOf(opened)[0]).toBe('2024-01-01T00:00');
      expect((await valuesOf(opened, 'temperature_2m'))[0]).toBe(5.6);
      expect((await valuesOf(opened, 'wind_speed_10m'))[0]).toBe(5);
    }
  });

  it('KNMI as it comes from the archive: a preamble without marks, stations by a list', async () => {
    const text = [
      'BRON: KONINKLIJK NEDERLANDS METEOROLOGISCH INSTITUUT (KNMI)',
      'Opmerking: door stationsverplaatsingen en "veranderingen" in waarneemmethodieken zijn deze tijdreeksen mogelijk inhomogeen!',
      '',
      'YYYYMMDD = datum (YYYY=jaar,MM=maand,DD=dag) / date (YYYY=year MM=month DD=day)',
      'HH       = tijd (HH=uur, UT.12 UT=13 MET, 14 MEZT.) / time (HH uur/hour, UT. 12 UT=13 MET, 14 MEZT.)',
      '',
      '# STN,YYYYMMDD,   HH,   DD,   FH,   FF,   FX,    T,  T10',
      '',
      '  275,20110101,   23,  240,   30,   30,   40,   -5,     ',
      '  275,20110101,   24,    0,   30,    0,   60,   18,     ',
    ].join('\r\n');
    const opened = await open(text, 'knmi', { stations: [station('275', 52.06, 5.87)] });
    expect(timesOf(opened)).toEqual(['2011-01-01T23:00', '2011-01-02T00:00']);
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([-0.5, 1.8]);
  });

  it('IEM: times are of the zone that its comments tell', async () => {
    const text = [
      '#DEBUG: Time Zone     -> America/Chicago',
      'station,valid,lon,lat,elevation,tmpf,drct,sknt',
      'AMW,2024-03-01 00:53,-93.62,41.99,291.00,50.00,M,3.00',
    ].join('\n');
    expect(timesOf(await open(text, 'iem-asos'))).toEqual(['2024-03-01T07:00']);
    expect(timesOf(await open(text.replaceAll(',', '\t'), 'iem-asos'))).toEqual(['2024-03-01T07:00']);
  });

  it('METARs of the Aviation Weather Center: lines in front, columns that are there twice, 0 for a wind that varies', async () => {
    const text = [
      'No errors',
      'No warnings',
      '16 ms',
      'data source=metars',
      '2 results',
      'raw_text,station_id,observation_time,latitude,longitude,temp_c,dewpoint_c,wind_dir_degrees,wind_speed_kt,sky_cover,cloud_base_ft_agl,sky_cover,cloud_base_ft_agl,metar_type,elevation_m',
      '"METAR KLGA 230851Z 05004KT",KLGA,2026-04-23T08:51:00.000Z,40.78,-73.88,8.3,7.2,50,4,SCT,25000,,,METAR,3.0',
      '"METAR KLGA 230951Z VRB04KT",KLGA,2026-04-23T09:51:00.000Z,40.78,-73.88,8.0,7.2,0,4,SCT,25000,,,METAR,3.0',
      '"METAR KLGA 231051Z VRB04KT",KLGA,2026-04-23T10:51:00.000Z,40.78,-73.88,8.0,7.2,VRB,4,SCT,25000,,,METAR,3.0',
    ].join('\n');
    const opened = await open(text, 'awc-metar');
    expect(await valuesOf(opened, 'wind_speed_10m')).toEqual([2.06, 2.06, 2.06]);
    expect(await valuesOf(opened, 'wind_direction_10m')).toEqual([50, Number.NaN, Number.NaN]);
  });

  it('ERA5 at a point: the station is the place, or the one of the list in that cell', async () => {
    const text = [
      'valid_time,u10,v10,d2m,t2m,msl,latitude,longitude',
      '2024-03-01 00:00:00,3.0,4.0,280.0,283.15,101300.0,52.5,13.25',
      '2024-03-01 01:00:00,3.0,4.0,280.0,284.15,101300.0,52.5,13.25',
    ].join('\n');
    const opened = await open(text, 'era5-point');
    expect(opened.stations[0]).toMatchObject({ id: '52.5N-13.25E', latitude: 52.5, longitude: 13.25 });
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([10, 11]);
    expect(await valuesOf(opened, 'wind_speed_10m')).toEqual([5, 5]);
    const list = (longitude: number) => ({ stations: [station('tempelhof', 52.47, longitude)] });
    expect((await open(text, 'era5-point', list(13.35))).stations[0].id).toBe('tempelhof');
    expect((await failure(open(text, 'era5-point', list(13.5)))).where['left out']).toContain('not-listed 2');
  });

  it('Home Assistant: one row a value; which entity is what, and its unit, is asked for', async () => {
    const text = [
      'entity_id,state,last_changed',
      'sensor.garden_temperature,50.0,2024-03-01T06:00:02.123Z',
      'sensor.garden_temperature,unavailable,2024-03-01T06:20:00.000Z',
      'sensor.garden_temperature,59.0,2024-03-01T06:40:00.000Z',
      'sensor.garden_temperature,68.0,2024-03-01T07:20:00.000Z',
      'sensor.garden_humidity,71,2024-03-01T07:00:00.000Z',
    ].join('\n');
    const stations = [station('garden', 52, 13)];
    expect((await failure(open(text, 'home-assistant', { stations }))).hint).toContain('--map temperature_2m=');
    const map = { temperature_2m: 'sensor.garden_temperature' };
    expect((await failure(open(text, 'home-assistant', { stations, map }))).code).toBe('UNIT');
    const opened = await open(text, 'home-assistant', { stations, map, units: { temperature_2m: 'degF' } });
    expect(opened.stations).toEqual(stations);
    // At 7 nothing was reported within a quarter of an hour: halfway between :40 and :20.
    expect(await valuesOf(opened, 'temperature_2m')).toEqual([10, 17.5]);
  });

  it('Open-Meteo: places and units in the file, local times by their offset, the table of days passed over', async () => {
    const text = [
      'location_id,latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation',
      '0,52.52,13.419998,38.0,3600,Europe/Berlin,CET',
      '1,41.0,2.0,NaN,0,GMT,GMT',
      '',
      'location_id,time,temperature_2m (°C),wind_speed_10m (km/h),wind_direction_10m (°)',
      '0,2024-03-01T00:00,5.1,36.0,0',
      '1,2024-03-01T00:00,9.1,18.0,10',
      '',
      'location_id,time,temperature_2m_max (°C)',
      '0,2024-03-01,12.0',
    ].join('\n');
    for (const opened of [await open(text, 'open-meteo'), await open(text, 'open-meteo', { table: undefined })]) {
      expect(opened.stations.map(({ elevation }) => elevation)).toEqual([38, null]);
      expect(timesOf(opened)).toEqual(['2024-02-29T23:00', '2024-03-01T00:00']);
      expect(await valuesOf(opened, 'wind_speed_10m')).toEqual([10, Number.NaN, Number.NaN, 5]);
      expect(await valuesOf(opened, 'wind_direction_10m')).toEqual([0, Number.NaN, Number.NaN, 10]);
    }
  });

  it('are named where a table has their columns, and closest names where there is none of the name', async () => {
    const text = 'STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor\n44;2025011900;3;-1.9;100.0;eor\n';
    const error = await failure(open(text, 'dwd-hourly', { table: undefined }));
    expect(error.hint).toContain('--table dwd-hourly');
    expect((await failure(findMappings(['dwd-hurly']))).hint).toContain("'dwd-hourly'");
  });
});
