import { describe, expect, it } from 'vitest';
import type { NetcdfFile, NetcdfVariable } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { type OpenOptions, openFile } from '../../../ingest/opened/open-file.ts';
import type { OpenedFile } from '../../../ingest/opened/opened-file.ts';
import type { Series } from '../../../src/domain/series.ts';
import {
  type FieldSpec,
  failure,
  type GridSpec,
  gridFile,
  range,
  station,
  temporaryFolder,
  writeNetcdf,
} from '../support.ts';

const folder = temporaryFolder();
let files = 0;

const STATIONS = [station('a', 12, 25), station('b', -40, -170)];
const KELVIN = { units: 'K', standard_name: 'air_temperature' };
const temperature: FieldSpec = { attributes: KELVIN, value: (hour, lat, lon) => 273.15 + lat + lon / 10 + hour };
const GLOBE: GridSpec = {
  latitudes: range(90, -91, -10),
  longitudes: range(0, 360, 10),
  hours: [0, 1, 2],
  variables: { t: temperature },
};

async function open(file: NetcdfFile, options: OpenOptions = { stations: STATIONS }): Promise<OpenedFile> {
  return openFile(await writeNetcdf(folder.path(`${++files}.nc`), file), options);
}

/** All values of a file, then closes it. */
async function read(file: NetcdfFile, options?: OpenOptions): Promise<Series['variables']> {
  const source = await open(file, options);
  try {
    return await source.read(0, source.axis.times.length);
  } finally {
    await source.close();
  }
}

const refused = (spec: Partial<GridSpec>, options?: OpenOptions) =>
  failure(open(gridFile({ ...GLOBE, ...spec }), options));
const only = (name: string, attributes: FieldSpec['attributes']) => ({
  variables: { [name]: { ...temperature, attributes } },
});
const rounded = (values: Float32Array | undefined) => [...values!].map((value) => Number(value.toFixed(3)));

describe('a grid', () => {
  it('is sampled at the stations, in internal units', async () => {
    const source = await open(gridFile(GLOBE));
    expect(source.variables).toEqual(['temperature_2m']);
    expect(source.taken).toEqual([{ name: 'temperature_2m', from: 't' }]);
    const { temperature_2m } = await source.read(1, 2);
    expect(rounded(temperature_2m?.values)).toEqual([12 + 2.5 + 1, -40 + 19 + 1, 12 + 2.5 + 2, -40 + 19 + 2]);
    await source.close();
  });

  it('gives the same whatever the order of its axes and dimensions, with a level of one value, and packed', async () => {
    const expected = rounded((await read(gridFile(GLOBE))).temperature_2m?.values);
    const turned = gridFile({
      ...GLOBE,
      latitudes: range(-90, 91, 10),
      longitudes: range(-180, 180, 10),
      variables: {
        t: { attributes: KELVIN, value: (hour, lat, lon) => temperature.value(hour, lat, lon < 0 ? lon + 360 : lon) },
      },
    });
    expect(rounded((await read(turned)).temperature_2m?.values)).toEqual(expected);

    const packed = gridFile({
      ...GLOBE,
      variables: {
        t: {
          type: 'short',
          attributes: { ...KELVIN, scale_factor: 0.5, add_offset: 273.15, _FillValue: Int16Array.of(-999) },
          value: (hour, lat, lon) => 2 * (lat + lon / 10 + hour),
        },
      },
    });
    expect(rounded((await read(packed)).temperature_2m?.values)).toEqual(expected);

    const { variables, dimensions } = gridFile(GLOBE);
    const transposed: NetcdfVariable = {
      type: 'double',
      dimensions: ['lon', 'height', 'lat', 'time'],
      attributes: KELVIN,
      values: GLOBE.longitudes.flatMap((lon) =>
        GLOBE.latitudes.flatMap((lat) => GLOBE.hours.map((hour) => temperature.value(hour, lat, lon))),
      ),
    };
    const height: NetcdfVariable = { type: 'float', dimensions: ['height'], attributes: { units: 'm' }, values: [2] };
    const other = { dimensions: { ...dimensions, height: 1 }, variables: { ...variables, t: transposed, height } };
    expect(rounded((await read(other)).temperature_2m?.values)).toEqual(expected);
  });

  it('goes round the globe: between the last column and the first', async () => {
    const { temperature_2m } = await read(gridFile(GLOBE), { stations: [station('west', 0, -5)] });
    expect(temperature_2m!.values[0]).toBeCloseTo(17.5, 4);
  });

  it('may hold a single time as a scalar', async () => {
    const { variables, dimensions } = gridFile({ ...GLOBE, hours: [5] });
    const file: NetcdfFile = {
      dimensions: { lat: dimensions.lat, lon: dimensions.lon },
      variables: {
        ...variables,
        time: { ...variables.time, dimensions: [], values: [5] },
        t: {
          ...variables.t,
          dimensions: ['lat', 'lon'],
          attributes: { ...KELVIN, coordinates: 'time' },
          values: GLOBE.latitudes.flatMap((lat) => GLOBE.longitudes.map((lon) => temperature.value(5, lat, lon))),
        },
      },
    };
    // Named by the variable; or the only one that there is.
    const unnamed = { ...file.variables.t, attributes: KELVIN };
    for (const one of [file, { ...file, variables: { ...file.variables, t: unnamed } }]) {
      const source = await open(one);
      expect([...source.axis.times]).toEqual([5 * 3_600_000]);
      expect(rounded((await source.read(0, 1)).temperature_2m?.values)).toEqual([19.5, -16]);
      await source.close();
    }
  });

  it('takes the time that values are valid at, not the one that a forecast was made from', async () => {
    const { variables, ...rest } = gridFile({ ...GLOBE, timeAttributes: { standard_name: 'forecast_reference_time' } });
    const valid_time: NetcdfVariable = {
      type: 'int',
      dimensions: ['time'],
      attributes: { units: 'hours since 1970-01-01', standard_name: 'time' },
      values: [6, 7, 8],
    };
    const source = await open({ ...rest, variables: { ...variables, valid_time } });
    expect(source.axis.times[0]).toBe(6 * 3_600_000);
    await source.close();
  });

  it('without a station list is refused', async () => {
    expect((await refused({}, {})).code).toBe('USAGE');
  });

  it('with stations outside it is refused, or they are left out', async () => {
    const spec = { latitudes: [0, 10, 20], longitudes: [20, 30] };
    expect((await refused(spec)).code).toBe('OUTSIDE_GRID');
    const source = await open(gridFile({ ...GLOBE, ...spec }), { stations: STATIONS, skipOutside: true });
    expect([source.stations, source.outside]).toEqual([[STATIONS[0]], [STATIONS[1]]]);
    await source.close();
  });
});

describe('ERA5 with an expver dimension', () => {
  it('takes the final value where there is one, else the preliminary', async () => {
    const { variables, ...rest } = gridFile({ ...GLOBE, hours: [0, 1] });
    const at = (expver: number, hour: number) => (hour === expver - 1 ? 280 + hour : NaN);
    const t: NetcdfVariable = {
      ...variables.t,
      dimensions: ['time', 'expver', 'lat', 'lon'],
      values: (hour) => [1, 2].flatMap((expver) => Array(19 * 36).fill(at(expver, hour))),
    };
    const dimensions = { ...rest.dimensions, expver: 2 };
    const expver: NetcdfVariable = { type: 'int', dimensions: ['expver'], values: [1, 5] };
    const { temperature_2m } = await read({ ...rest, dimensions, variables: { ...variables, expver, t } });
    expect(rounded(temperature_2m?.values)).toEqual([6.85, 6.85, 7.85, 7.85]);
  });
});

describe('wind on a grid', () => {
  const speed = { attributes: { units: 'km/h', standard_name: 'wind_speed' }, value: () => 36 };
  // From north-west in the west, from north-east in the east: in between the wind comes from the north.
  const direction = {
    attributes: { units: 'degrees', standard_name: 'wind_from_direction' },
    value: (_: number, __: number, lon: number) => (lon < 25 ? 315 : 45),
  };

  it('comes of its components', async () => {
    const component = (name: string, value: number) => ({
      attributes: { units: 'm s**-1', standard_name: name },
      value: () => value,
    });
    const variables = await read(
      gridFile({ ...GLOBE, variables: { a: component('eastward_wind', -3), b: component('northward_wind', 4) } }),
    );
    expect(variables.wind_speed_10m?.values[0]).toBe(5);
    expect(variables.wind_direction_10m?.values[0]).toBeCloseTo(143.13, 2);
  });

  it('of speed and direction is interpolated as components', async () => {
    const variables = await read(gridFile({ ...GLOBE, variables: { speed, direction } }));
    expect(variables.wind_speed_10m?.values[0]).toBeCloseTo(10, 5);
    expect(variables.wind_direction_10m?.values[0]).toBeCloseTo(0, 4);
    expect(variables.wind_u_component_10m?.values[0]).toBeCloseTo(0, 5);
    expect(variables.wind_v_component_10m?.values[0]).toBeCloseTo(-10 * Math.SQRT1_2, 5);
  });

  it('by its direction alone turns the short way', async () => {
    const variables = await read(gridFile({ ...GLOBE, variables: { direction } }));
    expect(Object.keys(variables)).toEqual(['wind_direction_10m']);
    expect(variables.wind_direction_10m?.values[0]).toBeCloseTo(0, 4);
  });
});

describe('finding variables', () => {
  const taken = async (variables: GridSpec['variables'], options: OpenOptions = {}) => {
    const source = await open(gridFile({ ...GLOBE, variables }), { stations: STATIONS, ...options });
    await source.close();
    return source.taken.map(({ name, from }) => `${name}=${from}`);
  };
  const field = (attributes: FieldSpec['attributes']): FieldSpec => ({ ...temperature, attributes });

  it('by name where the standard name is told to be unknown', async () => {
    expect(await taken({ u10: field({ units: 'm s**-1', standard_name: 'unknown' }) })).toEqual([
      'wind_u_component_10m=u10',
    ]);
    await expect(taken({ u10: field({ units: 'm s**-1', standard_name: 'sea_water_speed' }) })).rejects.toThrow();
  });

  it('goes by standard name before known names', async () => {
    expect(await taken({ t2m: field({ units: 'K' }), x: field(KELVIN) })).toEqual(['temperature_2m=x']);
    expect(await taken({ T2M: field({ units: 'K' }), x: field({ units: 'K' }) })).toEqual(['temperature_2m=T2M']);
  });

  it('a known name with another standard name is another quantity', async () => {
    const sea = field({ units: 'K', standard_name: 'sea_surface_temperature' });
    expect((await refused({ variables: { air: sea } })).code).toBe('VARIABLE_MISSING');
  });

  it('--map comes before all else', async () => {
    const variables = { x: field(KELVIN), y: field({ units: 'K' }) };
    expect(await taken(variables, { map: { temperature_2m: 'y' } })).toEqual(['temperature_2m=y']);
  });

  it('of several with the standard name takes the one with a known name, else asks', async () => {
    expect(await taken({ x: field(KELVIN), t2m: field(KELVIN) })).toEqual(['temperature_2m=t2m']);
    const error = await refused({ variables: { x: field(KELVIN), y: field(KELVIN) } });
    expect(error.code).toBe('CONVENTIONS');
    expect(error.where.variables).toBe('x, y');
    expect(error.hint).toContain('--map temperature_2m=');
  });

  it('does not take what lies on a pressure level or high above the ground, unless told to', async () => {
    for (const [units, value, problem] of [
      ['hPa', 850, 'at 850 hPa'],
      ['m', 100, 'at 100 m'],
    ] as const) {
      const { variables, ...rest } = gridFile({ ...GLOBE, ...only('t', { ...KELVIN, coordinates: 'height' }) });
      const height: NetcdfVariable = { type: 'double', dimensions: [], attributes: { units }, values: [value] };
      const file = { ...rest, variables: { ...variables, height } };
      const error = await failure(open(file));
      expect([error.code, error.message]).toEqual(['CONVENTIONS', expect.stringContaining(problem)]);
      await (await open(file, { stations: STATIONS, map: { temperature_2m: 't' } })).close();
    }
  });

  it('names the variables of a file that has neither temperature nor wind', async () => {
    const error = await refused(only('sst', { units: 'K' }));
    expect([error.code, error.where.variables]).toEqual(['VARIABLE_MISSING', 'time, lat, lon, sst']);
  });

  it('refuses a unit that it does not know, and none', async () => {
    expect((await refused(only('t2m', { units: 'furlongs' }))).message).toContain("'furlongs'");
    const error = await refused(only('t2m', {}));
    expect([error.code, error.where.variable]).toEqual(['UNIT', 't2m']);
  });
});

describe('coordinates that cannot be read', () => {
  it.each([
    ['a latitude that turns back', { latitudes: [0, 20, 10] }, 'turns back'],
    ['a latitude beyond the pole', { latitudes: [0, 50, 100] }, 'leaves the Earth'],
    ['a longitude twice', { longitudes: [0, 10, 10] }, 'turns back'],
    ['another calendar', { timeAttributes: { calendar: 'noleap' } }, 'noleap'],
    ['units of time that are none', { timeUnits: 'months since 1970-01-01' }, 'no fixed length'],
    ['a missing time', { hours: [0, NaN, 2] }, 'a time is missing'],
    ['no times', { hours: [] }, 'no times'],
  ])('%s', async (_, spec, message) => {
    const error = await refused(spec);
    expect(error.code).toBe('CONVENTIONS');
    expect(error.message).toContain(message);
    expect(error.where.variable).toBeTruthy();
  });

  it('latitudes in metres', async () => {
    const { variables, ...rest } = gridFile(GLOBE);
    const lat = { ...variables.lat, attributes: { units: 'm', standard_name: 'latitude' } };
    expect((await failure(open({ ...rest, variables: { ...variables, lat } }))).code).toBe('UNIT');
  });

  it('a place for each cell, none of which is on the Earth', async () => {
    const { variables, ...rest } = gridFile(GLOBE);
    const place = (units: string): NetcdfVariable => ({
      type: 'float',
      dimensions: ['lat', 'lon'],
      attributes: { units },
      values: Array(19 * 36).fill(NaN),
    });
    const t = { ...variables.t, attributes: { ...variables.t.attributes, coordinates: 'y2 x2' } };
    const { lat: _, lon: __, ...others } = variables;
    const file = { ...rest, variables: { ...others, t, y2: place('degrees_north'), x2: place('degrees_east') } };
    const error = await failure(open(file));
    expect([error.code, error.message]).toEqual(['CONVENTIONS', expect.stringContaining('not on the Earth')]);
  });

  it('two-dimensional latitudes, and levels', async () => {
    const { variables, ...rest } = gridFile(GLOBE);
    const lat = { ...variables.lat, dimensions: ['lat', 'lon'], values: Array(19 * 36).fill(0) };
    expect((await failure(open({ ...rest, variables: { ...variables, lat } }))).message).toContain(
      'no others tell where',
    );
    const levels: NetcdfFile = {
      ...rest,
      dimensions: { ...rest.dimensions, level: 2 },
      variables: {
        ...variables,
        t: { ...variables.t, dimensions: ['time', 'level', 'lat', 'lon'], values: () => new Float32Array(2 * 19 * 36) },
      },
    };
    expect((await failure(open(levels))).message).toContain("2 values along 'level'");
  });

  it('of several heights above the ground the one that is meant is taken', async () => {
    const { variables, ...rest } = gridFile(GLOBE);
    const heights: NetcdfVariable = {
      type: 'float',
      dimensions: ['height_above_ground'],
      attributes: { units: 'm' },
      values: [80, 2],
    };
    const file = (values: number[]): NetcdfFile => ({
      ...rest,
      dimensions: { ...rest.dimensions, height_above_ground: 2 },
      variables: {
        ...variables,
        height_above_ground: { ...heights, values },
        t: {
          ...variables.t,
          dimensions: ['time', 'height_above_ground', 'lat', 'lon'],
          values: () => Float32Array.from({ length: 2 * 19 * 36 }, (_, i) => (i < 19 * 36 ? 200 : 281.15)),
        },
      },
    });
    const { temperature_2m } = await read(file([80, 2]), { stations: [station('x', 5, 5)] });
    expect(rounded(temperature_2m?.values.subarray(0, 1))).toEqual([8]);
    expect((await failure(open(file([80, 100])))).message).toContain("2 values along 'height_above_ground'");
  });

  it('variables on different grids of one file', async () => {
    const wind = { ...temperature, attributes: { units: 'm/s' } };
    const { variables, ...rest } = gridFile({ ...GLOBE, variables: { t: temperature, u10: wind } });
    const lon_u: NetcdfVariable = { ...variables.lon, dimensions: ['lon_u'], values: range(5, 365, 10) };
    const u10 = { ...variables.u10, dimensions: ['time', 'lat', 'lon_u'] };
    const file = { ...rest, dimensions: { ...rest.dimensions, lon_u: 36 }, variables: { ...variables, lon_u, u10 } };
    const error = await failure(open(file));
    expect([error.message, error.where.variables]).toEqual([
      expect.stringContaining('different coordinates of longitude'),
      't, u10',
    ]);
  });

  it('longitudes that jump at the date line are one axis', async () => {
    const longitudes = [...range(100, 180, 10), ...range(-180, -90, 10)];
    const value = (_: number, __: number, lon: number) => (lon < 0 ? lon + 360 : lon) - 150;
    const spec = {
      ...GLOBE,
      longitudes,
      variables: { t: { attributes: { units: 'degC', standard_name: 'air_temperature' }, value } },
    };
    const { temperature_2m } = await read(gridFile(spec), { stations: [station('x', 0, 175), station('y', 0, -175)] });
    expect(rounded(temperature_2m?.values.subarray(0, 2))).toEqual([25, 35]);
  });
});
