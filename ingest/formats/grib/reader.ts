/**
 * GRIB 1 and 2 as a grid: the fields of one quantity, level and grid become one variable [time, y, x]. Values come from
 * ecCodes as text, a few messages at a time. Of several forecasts for one time the latest (with the fewest hours of lead) counts.
 */
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KernelcastError } from '../../../src/errors.ts';
import { type Attributes, checkSlab, type DataFile, type DataVariable, type RawArray } from '../data-file.ts';
import { type GribGrid, gridCoordinates } from './geometry.ts';
import { bytesAt, type GribField, readMessages } from './messages.ts';
import { runGribTool } from './tools.ts';

/** Values that are unpacked in one call: some 20 bytes of text each. */
const VALUES_A_CALL = 4_000_000;

/** Stands for "missing" in what ecCodes writes: a whole number, for it takes no other, and far from any quantity. */
const MISSING = -999_999_999_999;
const RULES = `set missingValue=${MISSING}; print "[values%.17g!0]";\n`;

interface OpenVariable extends DataVariable {
  /** The field of each time; none for a coordinate, whose values are here. */
  fields?: readonly GribField[];
  values?: Float64Array;
}

/**
 * @param handle of the file; the grid closes it
 * @throws KernelcastError `FORMAT`: damaged, or of a kind that is not read; `ENVIRONMENT`: ecCodes is not installed
 */
export async function openGrib(handle: FileHandle, size: number, path: string): Promise<DataFile> {
  const fields = await readMessages(handle, size, path);
  const editions = [...new Set(fields.map(({ edition }) => edition))].sort();
  const grid = new GribGridFile(handle, path, `GRIB ${editions.join(' and ')}`);
  const byVariable = new Map<string, GribField[]>();
  for (const field of fields) {
    const { shortName, typeOfLevel, level, stepType, grid, name } = field;
    const key = [shortName, typeOfLevel, level, stepType, grid, name].join('|');
    const own = byVariable.get(key);
    if (own) own.push(field);
    else byVariable.set(key, [field]);
  }
  const grids = new Map<string, GribGrid>();
  for (const own of byVariable.values()) {
    const [first] = own;
    if (!grids.has(first.grid)) {
      const suffix = grids.size === 0 ? '' : `_${grids.size + 1}`;
      const coordinates = await gridCoordinates(first, await grid.bytesOf(first), path, suffix);
      grids.set(first.grid, coordinates);
      for (const coordinate of coordinates.variables) grid.add(coordinate);
    }
    const alone = [...byVariable.values()].filter(([{ shortName }]) => shortName === first.shortName).length === 1;
    addField(grid, own, grids.get(first.grid)!, alone);
  }
  return grid;
}

function addField(grid: GribGridFile, fields: readonly GribField[], { dimensions, shape }: GribGrid, alone: boolean) {
  const [first] = fields;
  const base = first.cfVarName === 'unknown' ? first.shortName : first.cfVarName;
  const level = `${first.typeOfLevel}_${first.level}`;
  const instant = first.stepType === 'instant';
  const parts = [base, ...(alone ? [] : [level]), ...(instant ? [] : [first.stepType])];
  const name = grid.freeName(parts.join('_'));
  const byTime = new Map<number, GribField>();
  for (const field of fields) {
    const other = byTime.get(field.time);
    const better = !other || field.member < other.member || (field.member === other.member && field.step <= other.step);
    if (better) byTime.set(field.time, field);
  }
  const times = [...byTime.keys()].sort((a, b) => a - b);
  const text = (value: string) => ({ type: 'char' as const, value });
  const attributes = new Map(
    Object.entries({
      units: text(first.units),
      long_name: text(first.name),
      coordinates: text(['latitude', 'longitude'].map((axis) => axis + suffixOf(dimensions)).join(' ')),
    }),
  );
  const standardName = windAlongGrid(first) ?? STANDARD_NAMES[first.shortName];
  if (standardName) attributes.set('standard_name', text(standardName));
  if (!instant) attributes.set('cell_methods', text(`time: ${METHODS[first.stepType] ?? first.stepType}`));
  const levelUnits = LEVEL_UNITS[first.typeOfLevel];
  if (levelUnits) {
    const scalar = grid.scalar(level, first.typeOfLevel, levelUnits, first.level);
    attributes.set('coordinates', text(`${attributes.get('coordinates')!.value} ${scalar}`));
  }
  grid.add({
    name,
    type: 'float',
    dimensions: [grid.timeDimension(times), ...dimensions],
    shape: [times.length, ...shape],
    chunk: [1, ...shape],
    attributes,
    fields: times.map((time) => byTime.get(time)!),
  });
}

/** Only these are certain to be near the ground; ecCodes has the same name for the temperature of the tropopause. */
const STANDARD_NAMES: Record<string, string> = {
  '2t': 'air_temperature',
  '10u': 'eastward_wind',
  '10v': 'northward_wind',
  '10si': 'wind_speed',
  '10wdir': 'wind_from_direction',
  orog: 'surface_altitude',
};
const METHODS: Record<string, string> = { avg: 'mean', max: 'maximum', min: 'minimum', accum: 'sum' };
const LEVEL_UNITS: Record<string, string> = { heightAboveGround: 'm', isobaricInhPa: 'hPa', isobaricInPa: 'Pa' };

function suffixOf(dimensions: readonly string[]): string {
  return /_\d+$/.exec(dimensions[0])?.[0] ?? '';
}

/** Wind along the grid has a name of its own in CF: it is no eastward or northward wind. */
function windAlongGrid({ windAlongGrid, gridType, shortName }: GribField): string | undefined {
  // Along the parallels and meridians a regular grid's rows and columns lie anyway.
  if (!windAlongGrid || /^(regular|reduced)_(ll|gg)$/.test(gridType)) return undefined;
  if (/^(10|100|200)?u$/.test(shortName)) return 'x_wind';
  return /^(10|100|200)?v$/.test(shortName) ? 'y_wind' : undefined;
}

class GribGridFile implements DataFile {
  readonly path: string;
  readonly format: string;
  readonly dimensions = new Map<string, number>();
  readonly attributes: Attributes = new Map();
  readonly variables = new Map<string, OpenVariable>();
  readonly #handle: FileHandle;
  readonly #timeAxes = new Map<string, string>();
  #rules: Promise<string> | undefined;

  constructor(handle: FileHandle, path: string, format: string) {
    this.#handle = handle;
    this.path = path;
    this.format = format;
  }

  add(variable: OpenVariable): void {
    this.variables.set(variable.name, variable);
    for (const [axis, dimension] of variable.dimensions.entries()) this.dimensions.set(dimension, variable.shape[axis]);
  }

  freeName(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.variables.has(name); i++) name = `${wanted}_${i}`;
    return name;
  }

  /** The dimension of these times, with its coordinate. */
  timeDimension(times: readonly number[]): string {
    const key = times.join();
    let name = this.#timeAxes.get(key);
    if (name === undefined) {
      name = this.freeName('time');
      this.#timeAxes.set(key, name);
      const attributes: Attributes = new Map([
        ['units', { type: 'char', value: 'milliseconds since 1970-01-01T00:00:00Z' }],
        ['standard_name', { type: 'char', value: 'time' }],
      ]);
      const values = Float64Array.from(times);
      this.add({ name, type: 'double', dimensions: [name], shape: [times.length], attributes, values });
    }
    return name;
  }

  scalar(wanted: string, kind: string, units: string, value: number): string {
    const name = `level_${wanted}`;
    const attributes: Attributes = new Map([
      ['units', { type: 'char', value: units }],
      ...(kind.startsWith('height') ? [['standard_name', { type: 'char', value: 'height' }] as const] : []),
    ]);
    this.add({ name, type: 'double', dimensions: [], shape: [], attributes, values: Float64Array.of(value) });
    return name;
  }

  bytesOf({ message: { offset, length } }: GribField): Promise<Buffer> {
    return bytesAt(this.#handle, offset, length);
  }

  async read({ name }: DataVariable, start: readonly number[], count: readonly number[]): Promise<RawArray> {
    const variable = this.variables.get(name)!;
    checkSlab(variable, start, count);
    const { fields, values, shape } = variable;
    if (values) return slabOf(values, shape, start, count);
    const plane = shape.slice(1).reduce((product, n) => product * n, 1);
    const inPlane = count.slice(1).reduce((product, n) => product * n, 1);
    const result = new Float32Array(count[0] * inPlane);
    const most = Math.max(1, Math.floor(VALUES_A_CALL / plane));
    for (let from = 0; from < count[0]; from += most) {
      const some = fields!.slice(start[0] + from, start[0] + Math.min(from + most, count[0]));
      const decoded = await this.#decode(some, plane, name);
      for (const [i, field] of decoded.entries()) {
        const slab = slabOf(field, shape.slice(1), start.slice(1), count.slice(1));
        result.set(slab, (from + i) * inPlane);
      }
    }
    return result;
  }

  readTexts(): Promise<string[]> {
    throw new Error('GRIB has no texts');
  }

  async close(): Promise<void> {
    await this.#handle.close();
    if (this.#rules) await rm(join(await this.#rules, '..'), { recursive: true, force: true });
  }

  async #decode(fields: readonly GribField[], points: number, variable: string): Promise<Float64Array[]> {
    const where = { file: this.path, variable };
    const messages: Buffer[] = [];
    for (const field of fields) messages.push(await this.bytesOf(field));
    this.#rules ??= writeRules();
    const output = await runGribTool('grib_filter', [await this.#rules, '-'], {
      file: this.path,
      input: Buffer.concat(messages),
    });
    const lines = output.split('\n').filter((line) => line !== '');
    let line = 0;
    return fields.map((field) => {
      const text = lines[line + field.position] ?? '';
      line += field.fields;
      const values = Float64Array.from(text.trim().split(/\s+/), Number);
      if (values.length !== points || values.some(Number.isNaN)) {
        const what = `a damaged GRIB file: a field of ${values.length} of ${points} values`;
        throw new KernelcastError('FORMAT', what, { where, hint: 'Fetch the file again.' });
      }
      for (let i = 0; i < points; i++) if (values[i] === MISSING) values[i] = Number.NaN;
      return values;
    });
  }
}

/** ecCodes takes its rules from a file only. */
async function writeRules(): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'kernelcast-grib-')), 'values.rules');
  await writeFile(path, RULES);
  return path;
}

/** The part of an array in memory that a slab is, as float64. */
function slabOf(values: Float64Array, shape: readonly number[], start: readonly number[], count: readonly number[]) {
  if (count.every((n, axis) => n === shape[axis])) return values.slice();
  const result = new Float64Array(count.reduce((product, n) => product * n, 1));
  for (let i = 0; i < result.length; i++) {
    let rest = i;
    let from = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += (start[axis] + (rest % count[axis])) * stride;
      rest = Math.floor(rest / count[axis]);
      stride *= shape[axis];
    }
    result[i] = values[from];
  }
  return result;
}
