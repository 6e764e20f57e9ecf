/** Small whole files of every format, for the fuzz to damage. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { File as Hdf5File, ready } from 'h5wasm/node';
import { encodeNetcdf } from '../../ingest/formats/netcdf-classic/writer.ts';
import { header } from '../ingest/formats/wide-files.ts';
import { type ZarrFiles, type ZarrSpec, zarr2, zarr3, zipOf } from '../ingest/formats/zarr-files.ts';
import { gridFile, range } from '../ingest/support.ts';

const LATITUDES = range(40, 60, 5);
const LONGITUDES = range(0, 40, 5);
const HOURS = range(0, 12, 1);
const value = (hour: number, latitude: number, longitude: number) =>
  Math.fround(280 + hour + latitude / 10 - longitude / 7);
export const VALUES = HOURS.flatMap((hour) =>
  LATITUDES.flatMap((latitude) => LONGITUDES.map((longitude) => value(hour, latitude, longitude))),
);

const temperature = { units: 'K', standard_name: 'air_temperature' };

export function classicFile(): Uint8Array {
  const spec = {
    latitudes: LATITUDES,
    longitudes: LONGITUDES,
    hours: HOURS,
    variables: { t2m: { attributes: temperature, value } },
  };
  return encodeNetcdf(gridFile(spec));
}

/** CDF-5, without records. */
export function wideFile(): Uint8Array {
  const text = (name: string, value: string) => ({ name, type: 2, count: value.length, bytes: Buffer.from(value) });
  const bigEndian = (values: readonly number[]) => {
    const buffer = Buffer.alloc(4 * values.length);
    for (const [i, one] of values.entries()) buffer.writeFloatBE(one, 4 * i);
    return buffer;
  };
  const axes: [string, number[], string][] = [
    ['time', HOURS, 'hours since 1970-01-01'],
    ['latitude', LATITUDES, 'degrees_north'],
    ['longitude', LONGITUDES, 'degrees_east'],
  ];
  const variables = [
    ...axes.map(([name, , units], axis) => ({ name, dimensions: [axis], type: 5, attributes: [text('units', units)] })),
    {
      name: 't2m',
      dimensions: [0, 1, 2],
      type: 5,
      attributes: [text('units', 'K'), text('standard_name', 'air_temperature')],
    },
  ];
  const dimensions = axes.map(([name, values]): [string, number] => [name, values.length]);
  const data = [...axes.map(([, values]) => bigEndian(values)), bigEndian(VALUES)];
  const { length } = header(0n, dimensions, variables, [0, 0, 0, 0]);
  const offsets = data.map((_, index) => data.slice(0, index).reduce((sum, one) => sum + one.length, length));
  return Buffer.concat([header(0n, dimensions, variables, offsets), ...data]);
}

export async function netcdf4File(path: string): Promise<Uint8Array> {
  await ready;
  const file = new Hdf5File(path, 'w');
  file.create_attribute('_NCProperties', 'version=2');
  const axis = (name: string, values: number[], units: string) => {
    const dataset = file.create_dataset({ name, data: Float64Array.from(values) });
    dataset.create_attribute('units', units);
    dataset.make_scale(name);
  };
  axis('time', HOURS, 'hours since 1970-01-01');
  axis('latitude', LATITUDES, 'degrees_north');
  axis('longitude', LONGITUDES, 'degrees_east');
  const t2m = file.create_dataset({
    name: 't2m',
    data: Float32Array.from(VALUES),
    shape: [HOURS.length, LATITUDES.length, LONGITUDES.length],
    chunks: [4, 2, 4],
    compression: 'gzip',
    compression_opts: 4,
  });
  t2m.create_attribute('units', 'K');
  t2m.create_attribute('standard_name', 'air_temperature');
  for (const [index, name] of ['time', 'latitude', 'longitude'].entries()) t2m.attach_scale(index, name);
  file
    .create_group('a')
    .create_group('b')
    .create_dataset({ name: 'c', data: [1, 2] });
  file.close();
  return readFileSync(path);
}

function zarrVariables(compressor: ZarrSpec['compressor']): Record<string, ZarrSpec> {
  const axis = (name: string, values: number[], units: string): ZarrSpec => ({
    shape: [values.length],
    chunk: [values.length],
    dimensions: [name],
    values,
    compressor,
    attributes: { units },
  });
  return {
    time: axis('time', HOURS, 'hours since 1970-01-01'),
    lat: axis('lat', LATITUDES, 'degrees_north'),
    lon: axis('lon', LONGITUDES, 'degrees_east'),
    t2m: {
      shape: [HOURS.length, LATITUDES.length, LONGITUDES.length],
      chunk: [4, 2, 4],
      dimensions: ['time', 'lat', 'lon'],
      values: VALUES,
      compressor,
      attributes: temperature,
    },
  };
}

export const ZARR: Record<string, () => Promise<ZarrFiles>> = {
  'Zarr 2, zlib': () => zarr2(zarrVariables({ id: 'zlib', level: 5 })),
  'Zarr 2, blosc with lz4': () =>
    zarr2(zarrVariables({ id: 'blosc', cname: 'lz4', clevel: 5, shuffle: 1, blocksize: 0 })),
  'Zarr 2, blosc with zstd': () =>
    zarr2(zarrVariables({ id: 'blosc', cname: 'zstd', clevel: 5, shuffle: 2, blocksize: 0 })),
  'Zarr 3': () => zarr3(zarrVariables(null)),
  'Zarr 3, sharded': () => zarr3(zarrVariables(null), true),
};

/** Formats whose chunks carry a checksum, each and every one. */
export const CHECKED = ['Zarr 2, zlib', 'Zarr 3', 'Zarr 3, sharded'];

export async function zarrZip(): Promise<Uint8Array> {
  return zipOf(await zarr2(zarrVariables({ id: 'zlib', level: 5 })), 'world.zarr/');
}

const samples = spawnSync('codes_info', ['-s'], { encoding: 'utf8' });
export const withEccodes = samples.status === 0;

/** Two hours; a field of 4 rows and 8 columns. */
export function gribFile(edition: 1 | 2, folder: string): Uint8Array {
  const messages = [0, 1].map((hour) => {
    const [rules, out] = [join(folder, 'make.rules'), join(folder, 'made.grib')];
    const values = VALUES.slice(hour * 32, hour * 32 + 32);
    writeFileSync(
      rules,
      `set Ni=8; set Nj=4; set latitudeOfFirstGridPointInDegrees=60; set latitudeOfLastGridPointInDegrees=45;
       set longitudeOfFirstGridPointInDegrees=0; set longitudeOfLastGridPointInDegrees=35;
       set iDirectionIncrementInDegrees=5; set jDirectionIncrementInDegrees=5; set dataDate=20240301;
       set dataTime=${hour * 100}; set shortName="2t"; set values={${values.join(',')}}; write "${out}";`,
    );
    execFileSync('grib_filter', [rules, join(samples.stdout.trim(), `regular_ll_sfc_grib${edition}.tmpl`)]);
    return readFileSync(out);
  });
  return Buffer.concat(messages);
}
