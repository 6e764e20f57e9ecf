import { describe, expect, it } from 'vitest';
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { openFile } from '../../../ingest/opened/open-file.ts';
import { failure, temporaryFolder, writeNetcdf } from '../support.ts';

const folder = temporaryFolder();
let files = 0;

const text = (values: string[], width: number) => values.map((value) => value.padEnd(width, '\0')).join('');

const FILE: NetcdfFile = {
  dimensions: { station: 2, time: 3, strlen: 8 },
  attributes: { featureType: 'timeSeries' },
  variables: {
    time: { type: 'int', dimensions: ['time'], attributes: { units: 'hours since 1970-01-01' }, values: [0, 1, 2] },
    code: {
      type: 'char',
      dimensions: ['station', 'strlen'],
      attributes: { cf_role: 'timeseries_id' },
      values: text(['De Bilt', '06 380'], 8),
    },
    station_name: { type: 'char', dimensions: ['station', 'strlen'], values: text(['Utrecht', 'Mastr.'], 8) },
    lat: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_north' }, values: [52.1, 50.906] },
    lon: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_east' }, values: [5.18, 354.5] },
    alt: {
      type: 'float',
      dimensions: ['station'],
      attributes: { units: 'm', standard_name: 'surface_altitude' },
      values: [2, NaN],
    },
    ff: {
      type: 'short',
      dimensions: ['station', 'time'],
      attributes: { units: 'm s-1', standard_name: 'wind_speed', scale_factor: 0.1, _FillValue: Int16Array.of(-1) },
      values: [10, 20, 30, 40, -1, 0],
    },
  },
};

async function open(change: Partial<NetcdfFile> = {}, variables: Record<string, NetcdfVariable> = {}) {
  const file = { ...FILE, ...change, variables: { ...FILE.variables, ...variables } };
  return openFile(await writeNetcdf(folder.path(`${++files}.nc`), file), {});
}

const withAttributes = (name: string, attributes: Record<string, NetcdfAttribute>) => ({
  [name]: { ...FILE.variables[name], attributes },
});

describe('a file of stations', () => {
  it('brings its stations with it', async () => {
    const source = await open();
    await source.close();
    expect(source.stations).toEqual([
      { id: 'De-Bilt', name: 'Utrecht', country: '', latitude: 52.1, longitude: 5.18, elevation: 2 },
      { id: '06-380', name: 'Mastr.', country: '', latitude: 50.906, longitude: -5.5, elevation: null },
    ]);
  });

  it('gives its values, [time, station], from either layout', async () => {
    const expected = [Math.fround(1), Math.fround(4), Math.fround(2), NaN, Math.fround(3), 0];
    const source = await open();
    expect([...(await source.read(0, 3)).wind_speed_10m!.values]).toEqual(expected);
    expect([...(await source.read(1, 2)).wind_speed_10m!.values]).toEqual(expected.slice(2));
    await source.close();
    const ff = { ...FILE.variables.ff, dimensions: ['time', 'station'], values: [10, 40, 20, -1, 30, 0] };
    const turned = await open({}, { ff });
    expect([...(await turned.read(0, 3)).wind_speed_10m!.values]).toEqual(expected);
    await turned.close();
  });

  it('may number its stations', async () => {
    const code = { ...FILE.variables.code, type: 'int' as const, dimensions: ['station'], values: [260, 380] };
    const source = await open({}, { code });
    await source.close();
    expect(source.stations.map(({ id }) => id)).toEqual(['260', '380']);
  });

  it.each([
    ['without a dimension for it', []],
    ['along a dimension that its values have not', ['station']],
  ])('may hold one station %s', async (_, own) => {
    const source = await open(
      { dimensions: { ...FILE.dimensions, station: 1 } },
      {
        code: { ...FILE.variables.code, dimensions: [...own, 'strlen'], values: 'KNMI' },
        station_name: { ...FILE.variables.station_name, dimensions: [...own, 'strlen'], values: 'De Bilt' },
        lat: { ...FILE.variables.lat, dimensions: own, values: [52.1] },
        lon: { ...FILE.variables.lon, dimensions: own, values: [5.18] },
        alt: { ...FILE.variables.alt, dimensions: own, values: [1.9] },
        ff: { ...FILE.variables.ff, dimensions: ['time'], values: [10, 20, 30] },
      },
    );
    // Of a float32 the digits that were meant.
    expect(source.stations.map(({ id, name, elevation }) => [id, name, elevation])).toEqual([['KNMI', 'De Bilt', 1.9]]);
    expect([...(await source.read(1, 2)).wind_speed_10m!.values]).toEqual([2, 3]);
    await source.close();
  });
});

describe('a file of stations is refused', () => {
  it('when it is of another feature type, by name', async () => {
    const error = await failure(open({ attributes: { featureType: 'trajectoryProfile' } }));
    expect([error.code, error.message]).toEqual(['CONVENTIONS', expect.stringContaining('trajectoryProfile')]);
  });

  it('when it counts observations and its values do not stand along them', async () => {
    const rowSize: NetcdfVariable = {
      type: 'int',
      dimensions: ['station'],
      attributes: { sample_dimension: 'time' },
      values: [1, 2],
    };
    expect((await failure(open({}, { rowSize }))).message).toContain('no value for each observation');
  });

  it('when its stations have no ids, or two the same', async () => {
    expect((await failure(open({}, withAttributes('code', {})))).message).toContain('no ids');
    const code = { ...FILE.variables.code, values: text(['same', 'same'], 8) };
    expect((await failure(open({}, { code }))).where.index).toBe(1);
  });

  it('when a station is not on the Earth', async () => {
    const lat = { ...FILE.variables.lat, values: [52, 95] };
    expect((await failure(open({}, { lat }))).message).toContain('not on the Earth');
  });
});

it.each([NaN, -99.99, -999.9, 9999])(
  'a station whose latitude is %d has no known place: it is left out, and told',
  async (unknown) => {
    const file = await open({}, { lat: { ...FILE.variables.lat, values: [52, unknown] } });
    expect(file.stations).toHaveLength(1);
    expect(file.outside).toHaveLength(1);
    await file.close();
  },
);
