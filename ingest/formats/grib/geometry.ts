/** The coordinates of a GRIB field's points, as ecCodes tells them: two axes where rows and columns have one each. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KernelcastError } from '../../../src/errors.ts';
import type { Attributes, DataVariable } from '../data-file.ts';
import type { GribField } from './messages.ts';
import { runGribTool } from './tools.ts';

export interface GribGrid {
  /** Slowest first: rows and columns, or the points where they lie in no rows. */
  dimensions: string[];
  shape: number[];
  /** latitude and longitude, along their own dimension or along all. */
  variables: (DataVariable & { values: Float64Array })[];
}

const RULES = 'print "[latitudes%.12g!0]";\nprint "[longitudes%.12g!0]";\n';

/**
 * @param message that holds the field
 * @param suffix of the names, for a file's second grid
 * @throws KernelcastError `FORMAT`: the grid is of a kind whose points ecCodes cannot tell
 */
export async function gridCoordinates(
  field: GribField,
  message: Uint8Array,
  path: string,
  suffix: string,
): Promise<GribGrid> {
  const folder = await mkdtemp(join(tmpdir(), 'kernelcast-grib-'));
  let output: string;
  try {
    const rules = join(folder, 'points.rules');
    await writeFile(rules, RULES);
    output = await runGribTool('grib_filter', [rules, '-'], { file: path, input: message });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const lines = output.split('\n').filter((line) => line !== '');
  const [latitudes, longitudes] = [0, 1].map((i) =>
    Float64Array.from((lines[2 * field.position + i] ?? '').trim().split(/\s+/), Number),
  );
  const { points } = field;
  for (const values of [latitudes, longitudes]) {
    if (values.length === points && !values.some(Number.isNaN)) continue;
    throw new KernelcastError('FORMAT', `a GRIB grid of the type '${field.gridType}', whose points cannot be told`, {
      where: { file: path, field: field.shortName, points, told: values.length },
    });
  }
  const { rows = 0, columns = 0 } = field;
  const names = { latitude: `latitude${suffix}`, longitude: `longitude${suffix}` };
  const variable = (role: 'latitude' | 'longitude', dimensions: string[], shape: number[], values: Float64Array) => {
    const attributes: Attributes = new Map([
      ['units', { type: 'char', value: role === 'latitude' ? 'degrees_north' : 'degrees_east' }],
      ['standard_name', { type: 'char', value: role }],
    ]);
    return { name: names[role], type: 'double' as const, dimensions, shape, attributes, values };
  };
  if (rows * columns !== points) {
    const [dimensions, shape] = [[`values${suffix}`], [points]];
    return {
      dimensions,
      shape,
      variables: [
        variable('latitude', dimensions, shape, latitudes),
        variable('longitude', dimensions, shape, longitudes),
      ],
    };
  }
  if (isRegular(latitudes, longitudes, columns)) {
    const along = Float64Array.from({ length: rows }, (_, row) => latitudes[row * columns]);
    return {
      dimensions: [names.latitude, names.longitude],
      shape: [rows, columns],
      variables: [
        variable('latitude', [names.latitude], [rows], along),
        variable('longitude', [names.longitude], [columns], longitudes.slice(0, columns)),
      ],
    };
  }
  const dimensions = [`y${suffix}`, `x${suffix}`];
  const shape = [rows, columns];
  return {
    dimensions,
    shape,
    variables: [
      variable('latitude', dimensions, shape, latitudes),
      variable('longitude', dimensions, shape, longitudes),
    ],
  };
}

function isRegular(latitudes: Float64Array, longitudes: Float64Array, columns: number): boolean {
  return latitudes.every(
    (latitude, i) => latitude === latitudes[i - (i % columns)] && longitudes[i] === longitudes[i % columns],
  );
}
