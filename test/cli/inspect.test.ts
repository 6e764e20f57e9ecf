import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerInspect } from '../../src/cli/inspect.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { failure, gridFile, range, temporaryFolder, writeNetcdf } from '../ingest/support.ts';
import { testSeries, testStations } from '../models/synthetic-series.ts';
import { printed } from './support.ts';

const folder = temporaryFolder();
const INIT = Date.UTC(2024, 2, 1, 6) / 3_600_000;
let root: string;

const inspect = (...args: string[]) => printed(registerInspect, 'inspect', ...args, '--data', root);
const grid = (hours: number[]) =>
  gridFile({
    latitudes: range(50, 60, 5),
    longitudes: range(350, 360, 5),
    hours,
    variables: { tas: { attributes: { units: 'K', standard_name: 'air_temperature' }, value: () => 280 } },
  });

beforeAll(async () => {
  root = folder.path('data');
  const stations = testStations(3);
  const observed = testSeries({ stations, from: INIT - 4, hours: 5, values: { temperature_2m: () => 1 } });
  await new ObservationStore(root).merge('mine', observed, { source: 'a.nc' });
  const forecast = testSeries({ stations, from: INIT + 1, hours: 2, values: { temperature_2m: () => 2 } });
  const models = [{ id: 'm', name: 'M', kind: 'baseline' as const, weightsSha256: null }];
  const run = { dataset: 'mine', init: INIT, leadHours: 2, createdAt: '2024-03-01T06:10:00Z', models };
  await new RunStore(root).publish(run, new Map([['m', forecast]]));
});

describe('inspect', () => {
  it('tells the format, variables, extent and times of a file, and what ingest takes of it', async () => {
    const path = await writeNetcdf(folder.path('good.nc'), grid([INIT, INIT + 3, INIT + 6]));
    const file = JSON.parse(await inspect(path, '--json'));
    expect(file).toMatchObject({
      kind: 'file',
      format: 'NetCDF classic',
      dimensions: { time: 3, lat: 2, lon: 2 },
      latitude: [50, 55],
      longitude: [350, 355],
      weather: {
        taken: [{ name: 'temperature_2m', from: 'tas' }],
        variables: ['temperature_2m'],
        stations: null,
        times: 3,
        first: '2024-03-01T06:00:00.000Z',
        last: '2024-03-01T12:00:00.000Z',
        step: 3,
      },
    });
    expect(file.variables.find(({ name }: { name: string }) => name === 'tas')).toMatchObject({
      dimensions: ['time', 'lat', 'lon'],
      attributes: { units: 'K' },
    });
    expect(await inspect(path)).toMatch(/times: 3, .*every 3 h\n {2}ingest takes: tas as temperature_2m, at stations/);
  });

  it('tells why ingest refuses a file that can be read', async () => {
    const path = await writeNetcdf(folder.path('monthly.nc'), grid(range(INIT, INIT + 4000, 744)));
    expect(await inspect(path)).toContain('ingest refuses it: the data are too coarse');
    expect(JSON.parse(await inspect(path, '--json')).weather.refused).toContain('744');
  });

  it('tells what is made of a table', async () => {
    const path = folder.path('table.csv');
    await writeFile(path, 'station,time,lat,lon,air_temperature (degF)\na,2024-03-01T06:00Z,1,2,50\n');
    expect(JSON.parse(await inspect(path, '--json'))).toMatchObject({
      format: 'table',
      latitude: [1, 1],
      weather: { taken: [{ name: 'temperature_2m', from: 'air_temperature (degF)' }], stations: 1, times: 1 },
    });
  });

  it.each([() => 'mine', () => join(root, 'observations', 'mine')])(
    'tells of a dataset, by name and by folder',
    async (path) => {
      expect(JSON.parse(await inspect(path(), '--json'))).toMatchObject({
        kind: 'dataset',
        dataset: 'mine',
        from: '2024-03-01T02:00:00.000Z',
        to: '2024-03-01T07:00:00.000Z',
        sources: ['a.nc'],
        values: { temperature_2m: { observed: 15, interpolated: 0, rejected: 0, missing: 0 } },
      });
      expect(await inspect(path())).toContain('temperature_2m: 15 observed');
    },
  );

  it.each([() => 'mine/2024-03-01T06Z', () => join(root, 'runs', 'mine', '2024-03-01T06Z')])(
    'tells of a run, by name and by folder',
    async (path) => {
      expect(JSON.parse(await inspect(path(), '--json'))).toMatchObject({
        kind: 'run',
        init: '2024-03-01T06:00:00.000Z',
        leadHours: 2,
        models: [{ id: 'm', stations: 3, variables: ['temperature_2m'], quantiles: [] }],
      });
      expect(await inspect(path())).toContain('model:      m (M, baseline), 3 stations: temperature_2m');
    },
  );

  it('says what there is where there is nothing of the name', async () => {
    const error = await failure(inspect('nothing'));
    expect([error.code, error.where.datasets]).toEqual(['NOT_FOUND', 'mine']);
  });
});
