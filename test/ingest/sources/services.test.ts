/** ERDDAP, THREDDS and Zarr behind a server that answers as they do. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { encodeNetcdf } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { ingestSources, type SourcesOptions } from '../../../ingest/sources/ingest-sources.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { failure, gridFile, range, station, temporaryFolder } from '../support.ts';
import { serve } from './http/server.ts';

const folder = temporaryFolder();
let count = 0;

const FROM = parseHour('2024-03-01T06');
const STATIONS = [station('a', 50.2, 5.1), station('b', 51, 6)];

/** Answers by path; what is not there is 404. */
function pages(answers: Record<string, string | Buffer | ((url: URL) => string | Buffer)>) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url!, 'http://test');
    const found = answers[url.pathname];
    if (found === undefined) return void response.writeHead(404).end('not here');
    const body = typeof found === 'function' ? found(url) : found;
    response.writeHead(200, { 'content-length': String(Buffer.byteLength(body)) }).end(body);
  };
}

async function ingest(names: string[], options: Partial<SourcesOptions> = {}) {
  const root = folder.path(`data-${++count}`);
  const store = new ObservationStore(root);
  const wanted = { stations: STATIONS, from: FROM, to: FROM + 3 };
  const http = { sleep: async () => {}, stallMs: 1000, attempts: 2 };
  const report = await ingestSources(names, { dataset: 'test', store, root, http, ...wanted, ...options });
  return { report, series: await store.read('test') };
}

const queryOf = (line: string) => decodeURIComponent(line.slice(line.indexOf('?') + 1));
const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Number(value.toFixed(2)));

/** Temperature is the latitude, and an hour later one more. */
function air(latitudes: number[], longitudes: number[], name = 'air', attributes = {}) {
  return Buffer.from(
    encodeNetcdf(
      gridFile({
        latitudes,
        longitudes,
        hours: range(FROM, FROM + 3, 1),
        variables: {
          [name]: { attributes: { units: 'degC', ...attributes }, value: (hour, latitude) => latitude + hour - FROM },
        },
      }),
    ),
  );
}

describe('a grid of ERDDAP', () => {
  const info = (latitudeSpacing: string, longitudes = '0.0, 359.0') =>
    [
      'Row Type,Variable Name,Attribute Name,Data Type,Value',
      'attribute,NC_GLOBAL,title,String,"Air, and more"',
      'dimension,time,,double,"nValues=1000, evenlySpaced=true, averageSpacing=1h"',
      `attribute,time,actual_range,double,"${FROM * 3600}, ${(FROM + 500) * 3600}"`,
      'dimension,altitude,,double,"nValues=1, onlyValue=2.0"',
      `dimension,latitude,,double,"nValues=181, evenlySpaced=true, averageSpacing=${latitudeSpacing}"`,
      'attribute,latitude,actual_range,double,"-90.0, 90.0"',
      'dimension,longitude,,double,"nValues=360, evenlySpaced=true, averageSpacing=1.0"',
      `attribute,longitude,actual_range,double,"${longitudes}"`,
      'variable,air,,float,"time, altitude, latitude, longitude"',
      'attribute,air,standard_name,String,air_temperature',
      'variable,rain,,float,"time, altitude, latitude, longitude"',
    ].join('\n');

  it('is asked for the variable, hours and region that are needed, and read', async () => {
    const server = await serve(
      pages({
        '/erddap/info/gfs/index.csv': info('1.0'),
        '/erddap/griddap/gfs.nc': air(range(49, 53, 1), range(4, 8, 1)),
      }),
    );
    const { report, series } = await ingest([`${server.url}/erddap/griddap/gfs`]);
    expect(queryOf(server.requests[1].line)).toBe(
      'air[(2024-03-01T06:00:00Z):1:(2024-03-01T08:00:00Z)][0][(49.2):1:(52)][(4.1):1:(7)]',
    );
    expect(rounded(series.variables.temperature_2m!.values)).toEqual([50.2, 51, 51.2, 52, 52.2, 53]);
    expect(report.files[0].file).toContain(`${server.url}/erddap/griddap/gfs.nc?`);
  });

  it('is asked in its own order and longitudes', async () => {
    const answer = air(range(49, 53, 1).reverse(), range(350, 358, 1));
    const server = await serve(pages({ '/erddap/info/gfs/index.csv': info('-1.0'), '/erddap/griddap/gfs.nc': answer }));
    await ingest([`${server.url}/erddap/griddap/gfs`], { stations: [station('w', 50, -5)] });
    expect(queryOf(server.requests[1].line)).toContain('[(51):1:(49)][(354):1:(356)]');
  });

  it('is asked for all longitudes where the stations lie on both sides of their seam', async () => {
    const server = await serve(pages({ '/erddap/info/gfs/index.csv': info('1.0') }));
    await failure(
      ingest([`${server.url}/erddap/griddap/gfs`], { stations: [station('w', 50, -5), station('e', 50, 5)] }),
    );
    expect(queryOf(server.requests[1].line)).toContain('[(0):1:(359)]');
  });

  it('says so where it has nothing of the span', async () => {
    const server = await serve(pages({ '/erddap/info/gfs/index.csv': info('1.0') }));
    const early = await failure(ingest([`${server.url}/erddap/griddap/gfs`], { from: FROM - 9, to: FROM - 5 }));
    expect([early.code, early.where.has]).toEqual(['TOO_LITTLE_DATA', expect.stringContaining('2024-03-01T06:00:00Z')]);
  });

  it('is told from a server that is no ERDDAP', async () => {
    const server = await serve(pages({ '/erddap/info/gfs/index.csv': '<html>welcome</html>' }));
    expect((await failure(ingest([`${server.url}/erddap/griddap/gfs`]))).code).toBe('FORMAT');
  });
});

describe('a table of ERDDAP', () => {
  it('is asked for stations, times and variables under its own names, and read', async () => {
    const info = [
      'Row Type,Variable Name,Attribute Name,Data Type,Value',
      'variable,buoy,,String,',
      'attribute,buoy,cf_role,String,timeseries_id',
      'variable,time,,double,',
      'variable,latitude,,float,',
      'variable,longitude,,float,',
      'variable,ta,,float,',
      'attribute,ta,standard_name,String,air_temperature',
      'attribute,ta,units,String,degree_F',
      'variable,wspd,,float,',
      'attribute,wspd,units,String,m s-1',
    ].join('\n');
    const rows = [
      'buoy,latitude,longitude,time,ta,wspd',
      ',degrees_north,degrees_east,UTC,degree_F,m s-1',
      'a,50.2,5.1,2024-03-01T06:05:00Z,50,3',
      'b,51,6,2024-03-01T06:50:00Z,NaN,4',
      'c,51,6.5,2024-03-01T06:50:00Z,NaN,4',
    ].join('\n');
    const server = await serve(
      pages({
        '/erddap/info/buoys/index.csv': info.replace('degree_F', 'degF'),
        '/erddap/tabledap/buoys.csv': rows,
      }),
    );
    const { series } = await ingest([`${server.url}/erddap/tabledap/buoys`]);
    expect(queryOf(server.requests[1].line)).toBe(
      'buoy,latitude,longitude,time,ta,wspd&time>=2024-03-01T06:00:00Z&time<2024-03-01T09:00:00Z' +
        '&latitude>=50.1&latitude<=51.1&longitude>=5&longitude<=6.1',
    );
    // The station list says which stations are wanted.
    expect(series.stations.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(rounded(series.variables.temperature_2m!.values)).toEqual([10, Number.NaN, Number.NaN, Number.NaN]);
    expect(rounded(series.variables.wind_speed_10m!.values)).toEqual([3, Number.NaN, Number.NaN, 4]);
  });
});

describe('the NetCDF subset service of THREDDS', () => {
  const grid = (name: string, axis: string) =>
    `<grid name="${name}" shape="time ${axis} lat lon" type="float"><attribute name="units" value="K" /></grid>`;
  const height = (name: string, values: string) =>
    `<axis name="${name}" axisType="Height"><attribute name="units" value="m" /><values>${values}</values></axis>`;
  const description = `<?xml version="1.0"?><gridDataset>
    ${height('h3', '10.0 80.0')}${height('h4', '2.0 80.0')}
    <axis name="p" axisType="Pressure"><attribute name="units" value="Pa" /><values>1000 2000</values></axis>
    <gridSet name="a">${grid('Temperature_isobaric', 'p')}${grid('Temperature_height_above_ground', 'h4')}</gridSet>
    <gridSet name="b">${grid('u-component_of_wind_height_above_ground', 'h3')}${grid('v-component_of_wind_height_above_ground', 'h3')}</gridSet>
    <TimeSpan><begin>2024-03-01T07:00:00Z</begin><end>2024-03-03T00:00:00Z</end></TimeSpan>
  </gridDataset>`;
  const catalogue = `<?xml version="1.0"?><catalog xmlns="http://www.unidata.ucar.edu/namespaces/thredds/InvCatalog/v1.0">
    <service name="all" serviceType="Compound" base=""><service name="ncss" serviceType="NetcdfSubset" base="/thredds/ncss/" /></service>
    <dataset name="newest" urlPath="grib/GFS/newest.grib2" /></catalog>`;

  const server = () =>
    serve(
      pages({
        '/thredds/catalog/grib/GFS/latest.xml': catalogue,
        '/thredds/ncss/grib/GFS/newest.grib2/dataset.xml': description,
        '/thredds/ncss/grib/GFS/newest.grib2': (url) =>
          air(range(48, 54, 1), range(3, 9, 1), url.searchParams.get('var')!, {
            units: url.searchParams.get('vertCoord') === '2' ? 'degC' : 'm/s',
          }),
      }),
    );

  it('is asked level by level, and read', async () => {
    const { url, requests } = await server();
    const { report, series } = await ingest([`${url}/thredds/ncss/grib/GFS/newest.grib2`]);
    expect(requests.map(({ line }) => queryOf(line)).slice(1)).toEqual([
      'var=Temperature_height_above_ground&north=53&south=48.2&west=3.0999999999999996&east=8&horizStride=1' +
        '&time_start=2024-03-01T07:00:00Z&time_end=2024-03-01T08:00:00Z&vertCoord=2&accept=netcdf',
      expect.stringMatching(
        /^var=u-component_of_wind_height_above_ground&var=v-component_of_wind_height_above_ground&.*&vertCoord=10&/,
      ),
    ]);
    expect(rounded(series.variables.temperature_2m!.values).slice(0, 2)).toEqual([50.2, 51]);
    expect(report.variables).toEqual(['temperature_2m', 'wind_u_component_10m']);
  });

  it('is not asked for times that it does not have', async () => {
    const { url, requests } = await server();
    const error = await failure(ingest([`${url}/thredds/ncss/grib/GFS/newest.grib2`], { from: FROM - 5, to: FROM }));
    expect([error.code, error.where.has]).toEqual([
      'TOO_LITTLE_DATA',
      expect.stringContaining('2024-03-01T07:00:00Z to'),
    ]);
    expect(requests).toHaveLength(1);
  });

  it('is found through the catalogue of the newest run', async () => {
    const { url, requests } = await server();
    await ingest([`${url}/thredds/catalog/grib/GFS/latest.xml`]);
    expect(requests[1].line).toBe('GET /thredds/ncss/grib/GFS/newest.grib2/dataset.xml');
  });

  it('is told from a server that is no THREDDS, and from a dataset without weather near the ground', async () => {
    const strange = await serve(pages({ '/thredds/ncss/x/dataset.xml': '<html><body>no' }));
    expect((await failure(ingest([`${strange.url}/thredds/ncss/x`]))).code).toBe('FORMAT');
    const aloft = `<gridDataset><axis name="p" axisType="Pressure"/>${grid('Temperature_isobaric', 'p')}</gridDataset>`;
    const high = await serve(pages({ '/thredds/ncss/x/dataset.xml': aloft }));
    expect((await failure(ingest([`${high.url}/thredds/ncss/x`]))).code).toBe('VARIABLE_MISSING');
  });
});

describe('Zarr over HTTP', () => {
  const array = (shape: number[], dtype: string, dimensions: string[], attributes: object) => ({
    '.zarray': {
      zarr_format: 2,
      shape,
      chunks: shape,
      dtype,
      compressor: null,
      fill_value: null,
      order: 'C',
      filters: null,
    },
    '.zattrs': { _ARRAY_DIMENSIONS: dimensions, ...attributes },
  });
  const metadata = {
    '.zgroup': { zarr_format: 2 },
    ...prefixed('time', array([3], '<f8', ['time'], { units: 'hours since 1970-01-01' })),
    ...prefixed('latitude', array([3], '<f8', ['latitude'], { units: 'degrees_north' })),
    ...prefixed('longitude', array([3], '<f8', ['longitude'], { units: 'degrees_east' })),
    ...prefixed('t2m', array([3, 3, 3], '<f8', ['time', 'latitude', 'longitude'], { units: 'degC' })),
  };
  function prefixed(name: string, files: Record<string, object>) {
    return Object.fromEntries(Object.entries(files).map(([file, value]) => [`${name}/${file}`, value]));
  }
  const doubles = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);

  it('is read chunk by chunk, through failures that pass', async () => {
    const files: Record<string, string | Buffer> = {
      '/a.zarr/.zmetadata': JSON.stringify({ zarr_consolidated_format: 1, metadata }),
      '/a.zarr/time/0': doubles(FROM, FROM + 1, FROM + 2),
      '/a.zarr/latitude/0': doubles(50, 51, 52),
      '/a.zarr/longitude/0': doubles(5, 6, 7),
      '/a.zarr/t2m/0.0.0': doubles(...range(0, 27, 1).map((i) => 50 + (Math.floor(i / 3) % 3))),
    };
    const failed = new Set<string>();
    const server = await serve((request, response) => {
      // Every chunk fails once.
      const first = /\/0(\.0)*$/.test(request.url!) && !failed.has(request.url!);
      failed.add(request.url!);
      if (first) response.writeHead(503).end();
      else pages(files)(request, response);
    });
    const { series } = await ingest([`${server.url}/a.zarr`], { stations: [station('a', 50.5, 5)] });
    expect(rounded(series.variables.temperature_2m!.values)).toEqual([50.5, 50.5, 50.5]);
  });
});
