/** Sources and tables against what real services have sent: recorded answers, METAR reports, and what xarray reads at points. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { openExtract } from '../../ingest/extract.ts';
import { encodeNetcdf } from '../../ingest/formats/netcdf-classic/writer.ts';
import { ingestSources } from '../../ingest/sources/ingest-sources.ts';
import { openTable } from '../../ingest/tables/open-table.ts';
import { packageRoot } from '../../src/config.ts';
import { parseHour } from '../../src/domain/time.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { serve } from '../ingest/sources/http/server.ts';
import { failure, gridFile, range, station } from '../ingest/support.ts';

const data = join(packageRoot(), '../shared/data');
const present = existsSync(data);
const temporary = mkdtempSync(join(tmpdir(), 'kernelcast-sources-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

interface Cassette {
  interactions: {
    request: { uri: string };
    response: { body: { string: string | Uint8Array }; status: { code: number } };
  }[];
}

/** The recorded answers by path and query. */
function recorded(...names: string[]): Map<string, Buffer> {
  const answers = new Map<string, Buffer>();
  for (const name of names) {
    const { interactions }: Cassette = parseYaml(readFileSync(join(data, 'responses', name), 'utf8'));
    for (const { request, response } of interactions) {
      const { pathname, search } = new URL(request.uri);
      answers.set(pathname + search, Buffer.from(response.body.string as string));
    }
  }
  return answers;
}

describe.skipIf(!present)('THREDDS, as it answered', () => {
  const RUN = '/thredds/ncss/grib/NCEP/GFS/Global_0p5deg/GFS_Global_0p5deg_20150612_1200.grib2';
  const FROM = parseHour('2015-06-12T12');
  let root = 0;

  /** The recorded answers; a request for a region gets a grid of its variables. */
  async function ask(path: string, names: string[]) {
    const answers = recorded(...names);
    const server = await serve((request, response) => {
      const url = new URL(request.url!, 'http://thredds');
      const body = answers.get(request.url!) ?? (url.searchParams.get('accept') === 'netcdf' ? subset(url) : undefined);
      if (body) response.writeHead(200, { 'content-length': String(body.length) }).end(body);
      else response.writeHead(404).end();
    });
    const folder = join(temporary, `data-${++root}`);
    const store = new ObservationStore(folder);
    const stations = [station('boulder', 40, -105)];
    const span = { from: FROM, to: FROM + 7 };
    const report = ingestSources([server.url + path], { dataset: 'gfs', store, root: folder, stations, ...span });
    return { server, report, store };
  }

  function subset({ searchParams }: URL): Buffer {
    const names = searchParams.getAll('var');
    const field = (name: string) => ({
      attributes: { units: name.startsWith('Temperature') ? 'K' : 'm/s' },
      value: (hour: number) => (name.startsWith('Temperature') ? 273.15 : 0) + hour - FROM,
    });
    return Buffer.from(
      encodeNetcdf(
        gridFile({
          latitudes: range(42, 37.5, -0.5),
          longitudes: range(253, 257.5, 0.5),
          hours: [FROM, FROM + 3, FROM + 6],
          variables: Object.fromEntries(names.map((name) => [name, field(name)])),
        }),
      ),
    );
  }

  it('the subset service of GFS is asked for temperature at 2 m and wind at 10 m, by its own description', async () => {
    const { server, report, store } = await ask(RUN, ['ncss_gfs_netcdf_point']);
    expect((await report).files.flatMap(({ taken }) => taken.map(({ from }) => from))).toEqual([
      'Temperature_height_above_ground',
      'u-component_of_wind_height_above_ground',
      'v-component_of_wind_height_above_ground',
    ]);
    const queries = server.requests.slice(1).map(({ line }) => new URLSearchParams(line.split('?')[1]));
    expect(queries.map((query) => [query.getAll('var'), query.get('vertCoord')])).toEqual([
      [['Temperature_height_above_ground'], '2'],
      [['u-component_of_wind_height_above_ground', 'v-component_of_wind_height_above_ground'], '10'],
    ]);
    const { temperature_2m, wind_speed_10m } = (await store.read('gfs')).variables;
    expect(Array.from(temperature_2m!.values, (value) => Math.round(value) + 0)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(wind_speed_10m!.values[6]).toBeCloseTo(Math.hypot(6, 6), 4);
  });

  it('the catalogue of the newest run leads to the subset service', async () => {
    const { server, report } = await ask('/thredds/catalog/grib/NCEP/GFS/Global_0p5deg/latest.xml', [
      'thredds-test-latest-gfs-0p5',
    ]);
    expect((await failure(report)).code).toBe('NOT_FOUND');
    expect(server.requests[1].line).toBe(
      'GET /thredds/ncss/grib/NCEP/GFS/Global_0p5deg/GFS_Global_0p5deg_20150527_0600.grib2/dataset.xml',
    );
  });

  it('profiles of pressure levels are no stations, which is said', async () => {
    const answers = [...recorded('ncss_gfs_netcdf_point', 'ncss_gfs_csv_point')];
    for (const [ending, code] of [
      ['netcdf', 'CONVENTIONS'],
      ['csv', 'FORMAT'],
    ]) {
      const [, body] = answers.find(([path]) => path.endsWith(`accept=${ending}`))!;
      const path = join(temporary, `profile.${ending}`);
      writeFileSync(path, body);
      const store = new ObservationStore(temporary);
      const error = await failure(ingestSources([path], { dataset: 'none', store, root: temporary }));
      expect(error.code).toBe(code);
    }
  });
});

describe.skipIf(!present)('METAR reports, by a mapping', () => {
  const path = join(data, 'stations', 'metar_north_america_2025-09.csv.gz');
  const table = {
    station: 'icao',
    time: 'observed_utc',
    latitude: 'site_lat',
    longitude: 'site_lon',
    country: 'country',
    variables: {
      temperature_2m: { column: 'temp_c', unit: 'degC' },
      wind_speed_10m: { column: 'wind_kts', unit: 'kt' },
      wind_direction_10m: { column: 'wind_dir_deg', unit: 'degree' },
    },
    timeZone: 'UTC',
    missing: ['VAR'],
    delimiter: ',',
  };

  it('give for each hour and station the report nearest to the hour, or what lies between two', async () => {
    const source = (await openTable(path, { table }))!;
    const times = source.axis.times;
    const { temperature_2m, wind_speed_10m } = await source.read(0, times.length);
    const rows: Record<string, string>[] = parseCsv(gunzipSync(readFileSync(path)), { columns: true });
    // Some reports of a station bear its position, and some do not.
    const placed = new Set(rows.filter((row) => row.site_lat !== '').map((row) => row.icao));
    const reports = new Map<string, { time: number; value: number }[]>();
    for (const row of rows) {
      if (!placed.has(row.icao) || row.temp_c === '') continue;
      const own = reports.get(row.icao) ?? [];
      reports.set(row.icao, own);
      own.push({ time: Date.parse(row.observed_utc), value: Number(row.temp_c) });
    }
    const MINUTE = 60_000;
    /** The report nearest to the hour, of equally near ones the last in the file; else of two at most an hour apart, by time. */
    const valueAt = (id: string, hour: number): number => {
      const own = reports.get(id) ?? [];
      let nearest: { time: number; value: number } | undefined;
      for (const report of own) {
        if (Math.abs(report.time - hour) <= Math.abs((nearest?.time ?? Number.NEGATIVE_INFINITY) - hour))
          nearest = report;
      }
      if (nearest && Math.abs(nearest.time - hour) <= 15 * MINUTE) return nearest.value;
      const before = own
        .filter(({ time }) => time < hour)
        .sort((x, y) => x.time - y.time)
        .at(-1);
      const after = own.filter(({ time }) => time > hour).sort((x, y) => x.time - y.time)[0];
      if (!before || !after || after.time - before.time > 60 * MINUTE) return Number.NaN;
      return before.value + ((after.value - before.value) * (hour - before.time)) / (after.time - before.time);
    };
    let compared = 0;
    for (const [s, { id }] of source.stations.entries()) {
      for (let t = 0; t < times.length; t++) {
        const expected = valueAt(id, times[t]);
        const found = temperature_2m!.values[t * source.stations.length + s];
        if (Math.abs(expected - found) > 1e-4) expect([id, t, found]).toEqual([id, t, expected]);
        if (Number.isNaN(expected) !== Number.isNaN(found)) expect([id, t, found]).toEqual([id, t, expected]);
        if (!Number.isNaN(found)) compared++;
      }
    }
    expect(compared).toBeGreaterThan(40_000);
    expect(Math.max(...wind_speed_10m!.values.filter((value) => !Number.isNaN(value)))).toBeLessThan(60);
    expect([source.stations.length, source.outside.length]).toEqual([2552, 0]);
  });

  it('have a few that cannot be, and quality control finds them', async () => {
    const folder = join(temporary, 'metar');
    const store = new ObservationStore(folder);
    const report = await ingestSources([path], { dataset: 'metar', store, root: folder, table });
    // Hot air at dawn in West Virginia, against all airports around; 16 degrees up and down again within two hours.
    const rejected = report.files[0].quality.stations.filter(({ id }) => ['KW22', 'K0D8'].includes(id));
    expect(rejected.map(({ id, rejected: { step, spatial } }) => [id, step, spatial]).sort()).toEqual([
      ['K0D8', 1, 0],
      ['KW22', 0, 2],
    ]);
    expect(report.rejected).toBeLessThan(report.observed / 10_000);
  });
});

interface Expected {
  variables: Record<
    string,
    {
      dims: string[];
      points?: { latitude: number; longitude: number; bilinear_first: number | null; bilinear_last: number | null }[];
    }
  >;
}

describe.skipIf(!present)('extract at points, against xarray', () => {
  const expected: Record<string, Expected> = present
    ? JSON.parse(readFileSync(join(data, 'gridded', 'expected.json'), 'utf8'))
    : {};
  const cases = Object.entries(expected).flatMap(([file, { variables }]) =>
    Object.entries(variables)
      .filter(([, { dims, points }]) => points && dims.length === 3)
      .map(([name, { points }]) => [file, name, points!] as const),
  );

  it.each(cases)('%s %s', async (file, name, points) => {
    const stations = points.map(({ latitude, longitude }, index) => ({
      ...station(`p${index}`, latitude, longitude > 180 ? longitude - 360 : longitude),
    }));
    const extract = await openExtract(join(data, 'gridded', file), name, { stations, method: 'bilinear' }).catch(
      (error: unknown) => {
        // Months of years without leap days are no instants; what cannot be named in UTC is refused, and that is tested elsewhere.
        if (isKernelcastError(error, 'CONVENTIONS') && /calendar/.test(error.message)) return undefined;
        throw error;
      },
    );
    if (!extract) return;
    const rows: (Float32Array | Float64Array)[] = [];
    for await (const { values } of extract.rows()) {
      if (rows.length > 1) rows.pop();
      rows.push(values.slice());
    }
    await extract.close();
    for (const [index, { bilinear_first, bilinear_last }] of points.entries()) {
      for (const [row, value] of [
        [rows[0], bilinear_first],
        [rows[rows.length - 1], bilinear_last],
      ] as const) {
        // Where a neighbour is missing, xarray gives nothing, and Kernelcast the mean of the others.
        if (value === null) continue;
        expect(Math.abs(row[index] - value)).toBeLessThanOrEqual(1e-5 * Math.max(1e-3, Math.abs(value)));
      }
    }
  });
});
