import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ingestFiles } from '../../ingest/ingest.ts';
import type { TableMapping } from '../../ingest/tables/mapping.ts';
import { FLAG } from '../../src/domain/series.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const table: TableMapping = {
  station: 'id',
  time: 'time',
  latitude: 'lat',
  longitude: 'lon',
  variables: {
    temperature_2m: { column: 't', unit: 'degC' },
    wind_speed_10m: { column: 'speed', unit: 'm/s' },
    wind_direction_10m: { column: 'from', unit: 'degrees' },
  },
  timeZone: 'UTC',
  missing: [],
  delimiter: ',',
};

async function ingested(rows: readonly string[], dataset: string) {
  const path = folder.path(`${dataset}.csv`);
  await writeFile(path, ['id,time,lat,lon,t,speed,from', ...rows].join('\n'));
  const store = new ObservationStore(folder.path('store'));
  const report = await ingestFiles([path], { dataset, store, table });
  return store.read(dataset, report.from, report.to);
}

it('interpolates a three-hourly station among hourly ones by its own step, and never across more', async () => {
  const time = (hour: number) => `2024-03-01T${String(hour).padStart(2, '0')}:00Z`;
  const hourly = Array.from({ length: 13 }, (_, hour) => `hourly,${time(hour)},52,13,${hour},2,90`);
  // Its report of 09 is missing: from 06 to 12 nothing is made up.
  const threeHourly = [0, 3, 6, 12].map((hour) => `three,${time(hour)},53,14,${2 * hour},4,${hour === 0 ? 350 : 10}`);
  const { stations, variables } = await ingested([...hourly, ...threeHourly], 'mixed');
  const s = stations.findIndex(({ id }) => id === 'three');
  const of = (name: keyof typeof variables, what: 'values' | 'flags') =>
    Array.from(variables[name]![what]).filter((_, index) => index % 2 === s);
  const gap = Array(5).fill(Number.NaN);
  expect(of('temperature_2m', 'values')).toEqual([0, 2, 4, 6, 8, 10, 12, ...gap, 24]);
  const [O, I, M] = [FLAG.OBSERVED, FLAG.INTERPOLATED, FLAG.MISSING];
  expect(of('temperature_2m', 'flags')).toEqual([O, I, I, O, I, I, O, ...Array(5).fill(M), O]);
  expect(
    of('wind_direction_10m', 'values')
      .map((value) => Math.round(value) % 360)
      .slice(0, 4),
  ).toEqual([350, 357, 3, 10]);
  expect(of('wind_speed_10m', 'values').slice(0, 4)).toEqual([4, 4, 4, 4]);
  expect(Array.from(variables.temperature_2m!.flags).filter((flag, i) => i % 2 !== s && flag !== O)).toEqual([]);
});

it('gives a place to the hours between stations that report every three and every six', async () => {
  const rows = [0, 3, 6, 9, 12].map(
    (hour) => `three,2024-03-01 ${String(hour).padStart(2, '0')}:00,53,14,${hour},4,10`,
  );
  const six = [0, 6, 12].map((hour) => `six,2024-03-01 ${String(hour).padStart(2, '0')}:00,55,14,${hour},4,10`);
  const { variables } = await ingested([...rows, ...six], 'coarse');
  expect(Array.from(variables.temperature_2m!.values)).toEqual(
    Array.from({ length: 13 }, (_, hour) => [hour, hour]).flat(),
  );
});
