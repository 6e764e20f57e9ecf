/**
 * Tables that show what people who do this job meet (`test/fixtures/cases/ingest`), with the right value of each. They came with mappings that
 * could not say what the tables are; here the ready ones are used where there is one.
 */
import { describe, expect, it } from 'vitest';
import { ingestFiles } from '../../ingest/ingest.ts';
import { readStationList } from '../../ingest/stations/station-list.ts';
import { readMapping } from '../../ingest/tables/mapping.ts';
import { readyMappings } from '../../ingest/tables/ready/ready.ts';
import type { TableOptions } from '../../ingest/tables/table-options.ts';
import type { Series } from '../../src/domain/series.ts';
import { formatHour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { failure, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const caseFile = (name: string) => new URL(`../fixtures/cases/ingest/${name}`, import.meta.url).pathname;
let datasets = 0;

async function ingest(name: string, options: TableOptions = {}) {
  const store = new ObservationStore(folder.path('store'));
  const dataset = `case-${++datasets}`;
  const report = await ingestFiles([caseFile(name)], { ...options, dataset, store });
  const series = await store.read(dataset, report.from, report.to);
  return { report, series, leftOut: Object.fromEntries(report.leftOut.map(({ reason, count }) => [reason, count])) };
}

/** The values of the first station by hour, `00Z`, missing ones left out. */
function byHour({ from, stations, variables }: Series, name: VariableName): Record<string, number> {
  const values = Array.from(variables[name]?.values ?? []).filter((_, index) => index % stations.length === 0);
  const entries = values.map((value, t) => [formatHour(from + t).slice(11, 13), Number(value.toFixed(2))] as const);
  return Object.fromEntries(entries.filter(([, value]) => !Number.isNaN(value)));
}

const given = async (mapping: string) => ({ table: await readMapping(caseFile(mapping)) });
const ready = (name: string) => ({ table: readyMappings(name) });

describe('tables from the field', () => {
  it('deccomma.csv: a row of more cells than the heading is refused, with the row and the surplus', async () => {
    const error = await failure(given('m.json').then((options) => ingest('deccomma.csv', options)));
    expect([error.code, error.where.line, error.where.surplus]).toEqual(['FORMAT', 2, 2]);
    expect(error.hint).toContain('Decimal commas');
  });

  it('stations_isd_history.csv: heights of nines are not known', async () => {
    const told: string[] = [];
    const stations = await readStationList(caseFile('stations_isd_history.csv'), { onNote: (note) => told.push(note) });
    expect(stations.map(({ elevation }) => elevation)).toEqual([10, null, null]);
    expect(told.join()).toContain('hist, hist2');
  });

  it('openmeteo_pandas.csv: the unit of wind is asked for', async () => {
    const units = { temperature_2m: 'degC' };
    const error = await failure(ingest('openmeteo_pandas.csv', { units }));
    expect([error.code, error.where.column, error.hint]).toEqual([
      'UNIT',
      'wind_speed_10m',
      expect.stringContaining('--unit wind_speed_10m=km/h'),
    ]);
    const { series } = await ingest('openmeteo_pandas.csv', { units: { ...units, wind_speed_10m: 'km/h' } });
    expect(byHour(series, 'wind_speed_10m')).toEqual({ '00': 10, '01': 9.5 });
  });

  it('dst.csv: the hour that stands twice is told by its order', async () => {
    const { series } = await ingest('dst.csv', await given('mberlin.json'));
    expect(byHour(series, 'temperature_2m')).toEqual({ '22': 10, '23': 11, '00': 12, '01': 13, '02': 14, '03': 15 });
  });

  it('offhour.csv: reports a quarter off the hour are used', async () => {
    const { report, series, leftOut } = await ingest('offhour.csv', await given('m.json'));
    expect(byHour(series, 'temperature_2m')).toEqual({ '00': 10, '01': 10, '02': 10, '03': 10, '04': 10 });
    expect(report.observed).toBeGreaterThan(0);
    // Of :45 and :15 one stands for the hour.
    expect(leftOut).toEqual({ 'not-nearest': 4 });
  });

  it('dir990.csv: a wind that varies keeps its speed and has no direction', async () => {
    const { series, leftOut } = await ingest('dir990.csv', await given('m.json'));
    expect(byHour(series, 'wind_speed_10m')).toEqual({ '00': 3.2, '01': 3.2, '02': 0 });
    expect(byHour(series, 'wind_direction_10m')).toEqual({ '01': 360, '02': 0 });
    expect(leftOut).toEqual({ 'variable-wind': 1 });
  });

  it('ghcnh.psv: a value that NOAA judges bad is not used', async () => {
    const { series, leftOut } = await ingest('ghcnh.psv', ready('ghcnh'));
    expect(byHour(series, 'temperature_2m')).toEqual({ '02': 10 });
    expect(byHour(series, 'wind_speed_10m')).toEqual({ '01': 4.1, '02': 2 });
    expect(byHour(series, 'wind_direction_10m')).toEqual({ '01': 240 });
    expect(leftOut).toEqual({ quality: 1 });
  });

  it.each([
    ['the ready mapping', () => ready('iem-asos')],
    ['the mapping of the day', () => given('iem.json')],
  ])('iem_debug.csv: comments in front of the heading are passed over, by %s', async (_, options) => {
    const { series, leftOut } = await ingest('iem_debug.csv', await options());
    expect(byHour(series, 'temperature_2m')).toEqual({ '01': -1.11, '02': -2 });
    expect(byHour(series, 'wind_speed_10m')).toEqual({ '01': 6.17, '02': 0 });
    expect(leftOut).toEqual({});
  });

  it('knmi.txt: date and hour in two columns, hour 24, tenths, the station in the comments', async () => {
    const { series } = await ingest('knmi.txt', ready('knmi'));
    expect(series.stations).toEqual([
      { id: '260', name: 'DE BILT', country: '', latitude: 52.1, longitude: 5.18, elevation: 1.9 },
    ]);
    const hours = [series.from, series.from + series.hours - 1].map(formatHour);
    expect(hours).toEqual(['2024-03-01T01:00Z', '2024-03-02T00:00Z']);
    expect(byHour(series, 'temperature_2m')).toMatchObject({ '01': 8.5, '00': 6 });
    expect(byHour(series, 'wind_speed_10m')).toMatchObject({ '01': 4.1, '00': 1 });
    expect(byHour(series, 'wind_direction_10m')).toEqual({ '01': 240 });
  });

  it('utf16.csv: UTF-16 is told by its mark', async () => {
    const { series } = await ingest('utf16.csv', await given('m.json'));
    expect(byHour(series, 'temperature_2m')).toEqual({ '00': 12.5 });
  });
});
