import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeNetcdf, type NetcdfFile } from '../../ingest/formats/netcdf-classic/writer.ts';
import { type IngestOptions, ingestFiles } from '../../ingest/ingest.ts';
import { registerIngest } from '../../src/cli/ingest.ts';
import { FLAG } from '../../src/domain/series.ts';
import { monthSpan } from '../../src/domain/time.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import {
  type FieldSpec,
  failure,
  type GridSpec,
  gridFile,
  range,
  station,
  temporaryFolder,
  writeNetcdf,
} from './support.ts';

const folder = temporaryFolder();
let tests = 0;
let root = '';
let store: ObservationStore;

beforeEach(() => {
  root = folder.path(`store-${++tests}`);
  store = new ObservationStore(root);
});

const STATIONS = [station('a', 12, 25), station('b', -40, -170)];
const FIRST = monthSpan('2024-02').to - 6;
const field = (units: string, value: FieldSpec['value']): FieldSpec => ({ attributes: { units }, value });
const SPEC: GridSpec = {
  latitudes: range(-90, 91, 10),
  longitudes: range(0, 360, 10),
  hours: range(FIRST, FIRST + 12, 3),
  variables: {
    t2m: field('K', (hour, lat) => 273.15 + lat + (hour - FIRST)),
    u10: field('m/s', (hour) => hour - FIRST - 3),
    v10: field('m/s', () => 4),
  },
};
const part = (...names: string[]): GridSpec => ({
  ...SPEC,
  variables: Object.fromEntries(names.map((name) => [name, SPEC.variables[name]])),
});

/** A file of the station `a`, which lies somewhere else here. */
const STATION_FILE: NetcdfFile = {
  dimensions: { time: 1, strlen: 1 },
  attributes: { featureType: 'timeSeries' },
  variables: {
    time: { type: 'int', dimensions: ['time'], attributes: { units: 'hours since 1970-01-01' }, values: [FIRST] },
    id: { type: 'char', dimensions: ['strlen'], attributes: { cf_role: 'timeseries_id' }, values: 'a' },
    lat: { type: 'float', dimensions: [], attributes: { units: 'degrees_north' }, values: [50] },
    lon: { type: 'float', dimensions: [], attributes: { units: 'degrees_east' }, values: [50] },
    t2m: { type: 'float', dimensions: ['time'], attributes: { units: 'degC' }, values: [1] },
  },
};

const write = (name: string, spec: GridSpec) => writeNetcdf(folder.path(name), gridFile(spec));
const ingest = (paths: string[], options: Partial<IngestOptions> = {}) =>
  ingestFiles(paths, { dataset: 'test', store, stations: STATIONS, ...options });

/** Everything that lies in the data directory. */
async function contents(): Promise<Map<string, string>> {
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const)));
}

describe('ingesting', () => {
  it('writes hourly series into the store, with flags, across months', async () => {
    const report = await ingest([await write('all.nc', SPEC)]);
    expect(report.months).toEqual(['2024-02', '2024-03']);
    const series = await store.read('test', FIRST, FIRST + 10);
    expect(series.stations).toEqual(STATIONS);
    const { temperature_2m: t, wind_u_component_10m: u, wind_speed_10m: speed } = series.variables;
    const atA = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => i % 2 === 0);
    expect(atA(t!.values).map((value) => Number(value.toFixed(3)))).toEqual(range(12, 22, 1));
    const { OBSERVED, INTERPOLATED } = FLAG;
    expect(atA(t!.flags)).toEqual(range(0, 10, 1).map((hour) => (hour % 3 === 0 ? OBSERVED : INTERPOLATED)));
    expect(atA(u!.values)).toEqual(range(-3, 7, 1));
    // Speed is derived where there is wind, and interpolated as speed: 5, 4, 5, 7.2 m/s.
    expect(
      atA(speed!.values)
        .slice(0, 4)
        .map((value) => Number(value.toFixed(3))),
    ).toEqual([5, 4.667, 4.333, 4]);
  });

  it('reports stations, span, variables and counts', async () => {
    const report = await ingest([await write('all.nc', SPEC)]);
    expect(report).toMatchObject({
      dataset: 'test',
      stations: 2,
      from: FIRST,
      to: FIRST + 10,
      observed: 4 * 2 * 5,
      interpolated: 6 * 2 * 5,
      missing: 0,
      added: 10 * 2 * 5,
      replaced: 0,
    });
    expect(report.variables).toHaveLength(5);
    expect(report.files[0].taken.map(({ from }) => from)).toEqual(['t2m', 'u10', 'v10']);
  });

  it('the same again changes nothing', async () => {
    const path = await write('all.nc', SPEC);
    await ingest([path]);
    const before = await contents();
    const report = await ingest([path]);
    expect([report.months, report.added, report.replaced]).toEqual([[], 0, 0]);
    expect(await contents()).toEqual(before);
  });

  it('writes only the months that late data touch', async () => {
    const hours = range(FIRST, FIRST + 24 * 65, 24);
    await ingest([await write('all.nc', { ...SPEC, hours })]);
    const before = await contents();
    const t2m = field('K', () => 290);
    const late = await write('late.nc', { ...SPEC, hours: [FIRST + 24 * 20], variables: { t2m } });
    const report = await ingest([late]);
    expect(report.months).toEqual(['2024-03']);
    const after = await contents();
    const made = [...after.keys()].filter((path) => !before.has(path)).map((path) => basename(path).slice(0, 7));
    expect(made).toEqual(['2024-03']);
    const lost = [...before.keys()].filter((path) => !after.has(path)).map((path) => basename(path).slice(0, 7));
    expect(lost.filter((month) => month !== '2024-03')).toEqual([]);
    expect((await ingest([late])).months).toEqual([]);
    expect(await contents()).toEqual(after);
  });

  it('merges several files, of other times and other variables; wind from components in different files too', async () => {
    const paths = [
      await write('t.nc', part('t2m')),
      await write('u.nc', part('u10')),
      await write('v.nc', part('v10')),
    ];
    const later = { ...part('t2m'), hours: range(FIRST + 12, FIRST + 24, 3) };
    const report = await ingest([...paths, await write('later.nc', later)]);
    expect(report.files).toHaveLength(4);
    const { variables, to } = await store.describe('test');
    expect([variables.length, to]).toEqual([5, FIRST + 22]);
    const { wind_speed_10m } = (await store.read('test', FIRST, FIRST + 10)).variables;
    expect(wind_speed_10m!.values[0]).toBe(5);
    expect([...wind_speed_10m!.flags.slice(0, 4)]).toEqual([
      FLAG.OBSERVED,
      FLAG.OBSERVED,
      FLAG.INTERPOLATED,
      FLAG.INTERPOLATED,
    ]);
  });

  it('of unsorted and doubled times makes the same series', async () => {
    await ingest([await write('sorted.nc', SPEC)], { dataset: 'sorted' });
    const hours = [FIRST + 9, FIRST, FIRST + 3, FIRST + 3, FIRST + 6];
    await ingest([await write('unsorted.nc', { ...SPEC, hours })]);
    expect(await store.read('test')).toEqual(await store.read('sorted'));
  });

  it('tells how far it is, to the end', async () => {
    const seen: number[] = [];
    const paths = [await write('one.nc', part('t2m')), await write('two.nc', part('u10'))];
    await ingest(paths, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
  });

  it('takes what --map names, and refuses a name that no file has', async () => {
    const path = await write('map.nc', { ...SPEC, variables: { odd: SPEC.variables.t2m } });
    expect((await ingest([path], { map: { temperature_2m: 'odd' } })).variables).toEqual(['temperature_2m']);
    const error = await failure(ingest([path], { map: { temperature_2m: 'odd', wind_speed_10m: 'ff' } }));
    expect([error.code, error.where.map]).toEqual(['VARIABLE_MISSING', 'wind_speed_10m=ff']);
  });
});

describe('on any error the store is untouched', () => {
  it.each<[string, string, () => Promise<{ paths: string[]; options?: Partial<IngestOptions> }>]>([
    [
      'a truncated file',
      'FORMAT',
      async () => {
        const bytes = encodeNetcdf(gridFile(SPEC));
        await writeFile(folder.path('cut.nc'), bytes.subarray(0, bytes.length - 100));
        return { paths: [folder.path('cut.nc')] };
      },
    ],
    [
      'a foreign file',
      'FORMAT',
      async () => {
        await writeFile(folder.path('page.nc'), '<html>');
        return { paths: [folder.path('page.nc')] };
      },
    ],
    ['no file', 'NOT_FOUND', async () => ({ paths: [folder.path('none.nc')] })],
    [
      'no temperature or wind',
      'VARIABLE_MISSING',
      async () => ({
        paths: [await write('sst.nc', { ...SPEC, variables: { sst: SPEC.variables.t2m } })],
      }),
    ],
    [
      'an unknown unit',
      'UNIT',
      async () => ({
        paths: [await write('unit.nc', { ...SPEC, variables: { t2m: field('bananas', () => 1) } })],
      }),
    ],
    [
      'a station outside',
      'OUTSIDE_GRID',
      async () => ({
        paths: [await write('small.nc', { ...SPEC, latitudes: [0, 10, 20], longitudes: [20, 30] })],
      }),
    ],
    [
      'monthly data',
      'CONVENTIONS',
      async () => ({
        paths: [await write('monthly.nc', { ...SPEC, hours: range(FIRST, FIRST + 4000, 744) })],
      }),
    ],
    [
      'a station of a known id elsewhere',
      'STATIONS',
      async () => ({
        paths: [await write('all.nc', SPEC)],
        options: { stations: [station('a', 50, 50)] },
      }),
    ],
    [
      'a file of stations one of which another file has elsewhere',
      'STATIONS',
      async () => ({ paths: [await writeNetcdf(folder.path('stations.nc'), STATION_FILE)] }),
    ],
    [
      'an odd name for the dataset',
      'USAGE',
      async () => ({
        paths: [await write('all.nc', SPEC)],
        options: { dataset: '../evil' },
      }),
    ],
  ])('%s', async (_, code, prepare) => {
    const good = await write('good.nc', SPEC);
    await ingest([good]);
    const before = await contents();
    const { paths, options } = await prepare();
    const later = await write('later.nc', { ...SPEC, hours: range(FIRST + 100, FIRST + 112, 3) });
    expect((await failure(ingest([later, ...paths], options))).code).toBe(code);
    expect(await contents()).toEqual(before);
  });

  it('a file that breaks off while it is read', async () => {
    const bytes = encodeNetcdf(gridFile(SPEC));
    const path = folder.path('shrinking.nc');
    await writeFile(path, bytes);
    const good = await write('good.nc', SPEC);
    // The second file is cut once all checks are done and the first has been read.
    const onProgress = vi.fn();
    onProgress.mockImplementationOnce(() => void 0);
    const { truncateSync } = await import('node:fs');
    onProgress.mockImplementation(() => truncateSync(path, bytes.length - 100));
    expect((await failure(ingest([good, good, path], { onProgress }))).code).toBe('FORMAT');
    expect((await contents()).size).toBe(0);
  });
});

describe('the command', () => {
  const run = async (...args: string[]) => {
    const program = new Command().exitOverride();
    registerIngest(program);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      await program.parseAsync(['ingest', ...args, '--data', root], { from: 'user' });
      return write.mock.calls.map(([text]) => text).join('');
    } finally {
      write.mockRestore();
      quiet.mockRestore();
    }
  };

  it('ingests files at the stations of a list and reports', async () => {
    await writeFile(folder.path('list.csv'), 'id,latitude,longitude\na,12,25\nb,-40,-170\n');
    const path = await write('all.nc', SPEC);
    const report = await run(
      path,
      '--stations',
      folder.path('list.csv'),
      '--dataset',
      'test',
      '--map',
      'temperature_2m=t2m',
    );
    expect(report).toContain('t2m as temperature_2m, u10 as wind_u_component_10m');
    expect(report).toContain('stations: 2; 2024-02-29T18:00Z to 2024-03-01T03:00Z, 10 hours');
    expect(report).toContain('values: 40 observed, 60 interpolated, 0 rejected, 0 missing');
    expect(report).toContain('dataset test: months changed: 2, 2024-02 to 2024-03; values added 100, replaced 0');
    expect((await store.describe('test')).stations).toHaveLength(2);
  });

  it('rejects what cannot be, keeps it out of use, and reports it by station, as JSON too', async () => {
    await writeFile(folder.path('list.csv'), 'id,latitude,longitude\na,10,20\nb,-40,-170\n');
    const t2m = field('K', (hour, lat, lon) => (lat === 10 && lon === 20 && hour === FIRST + 3 ? 9999 : 280));
    const path = await write('odd.nc', { ...SPEC, variables: { t2m } });
    const args = [path, '--stations', folder.path('list.csv'), '--dataset', 'test'];
    expect(await run(...args, '--report', folder.path('report.json'))).toContain(
      'rejected: 1 by range\n    most at: a 1',
    );
    const report = JSON.parse(await readFile(folder.path('report.json'), 'utf8'));
    expect(report).toMatchObject({ from: '2024-02-29T18:00Z', rejected: 1, rejectedBy: { range: 1, step: 0 } });
    expect(report.files[0].quality.stations[0]).toMatchObject({
      id: 'a',
      first: '2024-02-29T18:00Z',
      last: '2024-03-01T03:00Z',
      // Nothing is interpolated from the value that was rejected.
      observed: 3,
      rejected: { range: 1 },
      missing: 4,
      gaps: { count: 1, hours: 5, longest: 5 },
    });
    expect(JSON.parse(await run(...args, '--json')).months).toEqual([]);
    const { values, flags } = (await store.read('test', FIRST + 3, FIRST + 4)).variables.temperature_2m!;
    expect([values[0], flags[0], flags[1]]).toEqual([Number.NaN, FLAG.RANGE, FLAG.OBSERVED]);
  });

  it.each(['temperature=t2m', 'temperature_2m', '=x', 'temperature_2m='])('refuses --map %s', async (map) => {
    expect((await failure(run('f.nc', '--dataset', 'test', '--map', map))).code).toBe('USAGE');
  });
});
