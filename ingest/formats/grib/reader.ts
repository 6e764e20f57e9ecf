/**
 * GRIB 1 and 2 as a grid: the fields of one quantity, product, level and grid become one variable [time, y, x], or [number, time, y, x]
 * of an ensemble, with the reference time of each time where there are forecasts. Values come from ecCodes as text, a few messages at a time.
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
  fields?: readonly (GribField | undefined)[];
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
  const isForecast = fields.some(({ time, reference }) => time !== reference);
  const byVariable = new Map<string, GribField[]>();
  for (const field of fields) {
    const { typeOfLevel, level, identity, grid } = field;
    const key = [identity, typeOfLevel, level, grid].join('|');
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
    const others = [...byVariable.values()].flatMap(([other]) => (other.shortName === first.shortName ? other : []));
    const alone = others.every((other) => other.level === first.level && other.typeOfLevel === first.typeOfLevel);
    await addField(grid, own, grids.get(first.grid)!, { alone, isForecast });
  }
  return grid;
}

async function addField(
  grid: GribGridFile,
  fields: readonly GribField[],
  { dimensions, shape }: GribGrid,
  { alone, isForecast }: { alone: boolean; isForecast: boolean },
) {
  const [first] = fields;
  const base = first.cfVarName === 'unknown' ? first.shortName : first.cfVarName;
  const level = `${first.typeOfLevel}_${first.level}`;
  const instant = first.stepType === 'instant';
  const product = first.product === undefined || first.product === 'member' ? [] : [first.product.replaceAll(' ', '_')];
  const parts = [base, ...(alone ? [] : [level]), ...(instant ? [] : [first.stepType]), ...product];
  const name = grid.freeName(parts.join('_'));
  const { members, frames, at, differing } = await arranged(grid, fields);
  const times = frames.map(({ time }) => time);
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
  const time = grid.timeDimension(times, isForecast ? frames.map(({ reference }) => reference) : undefined);
  const several = members.length > 1 || first.product === 'member';
  grid.add({
    name,
    type: 'float',
    dimensions: [...(several ? [grid.memberDimension(members)] : []), time, ...dimensions],
    shape: [...(several ? [members.length] : []), times.length, ...shape],
    chunk: [...(several ? [1] : []), 1, ...shape],
    attributes,
    ...(first.product === undefined ? {} : { product: first.product }),
    fields: members.flatMap((member) => frames.map((frame) => at(member, frame))),
    ...(differing ? { trouble: twice(grid.path, name, differing) } : {}),
  });
}

interface Frame {
  time: number;
  reference: number;
}

/** Fields by member, valid time and reference time, least lead last; and one that is there twice with different content. */
async function arranged(grid: GribGridFile, fields: readonly GribField[]) {
  const keyOf = (member: number, { time, reference }: Frame) => `${member} ${time} ${reference}`;
  const byKey = new Map<string, GribField>();
  let differing: GribField | undefined;
  for (const field of fields) {
    const key = keyOf(field.member, field);
    const other = byKey.get(key);
    // The same message again, as of files that were put together, says nothing new.
    if (other && !(await grid.bytesOf(other)).equals(await grid.bytesOf(field))) differing ??= field;
    byKey.set(key, field);
  }
  const members = [...new Set(fields.map(({ member }) => member))].sort((a, b) => a - b);
  const frames = new Map(fields.map(({ time, reference }) => [`${time} ${reference}`, { time, reference }]));
  return {
    members,
    frames: [...frames.values()].sort((a, b) => a.time - b.time || a.reference - b.reference),
    at: (member: number, frame: Frame) => byKey.get(keyOf(member, frame)),
    differing,
  };
}

function twice(path: string, variable: string, { time }: GribField): KernelcastError {
  return new KernelcastError(
    'CONVENTIONS',
    `two different messages of '${variable}' are of one time, and nothing tells them apart`,
    {
      where: { file: path, time: new Date(time).toISOString() },
      hint: 'Take the one that is meant out of the file: grib_copy -w KEY=VALUE IN OUT.',
    },
  );
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

  /** The dimension of these times, with its coordinate, and that of their reference times. */
  timeDimension(times: readonly number[], references?: readonly number[]): string {
    const key = `${times.join()} ${references?.join()}`;
    let name = this.#timeAxes.get(key);
    if (name === undefined) {
      name = this.freeName('time');
      this.#timeAxes.set(key, name);
      this.#addTimes(name, name, 'time', times);
      const reference = this.freeName('forecast_reference_time');
      if (references) this.#addTimes(reference, name, 'forecast_reference_time', references);
    }
    return name;
  }

  #addTimes(name: string, dimension: string, standardName: string, times: readonly number[]): void {
    const attributes: Attributes = new Map([
      ['units', { type: 'char', value: 'milliseconds since 1970-01-01T00:00:00Z' }],
      ['standard_name', { type: 'char', value: standardName }],
    ]);
    const values = Float64Array.from(times);
    this.add({ name, type: 'double', dimensions: [dimension], shape: [times.length], attributes, values });
  }

  memberDimension(members: readonly number[]): string {
    const key = `members ${members.join()}`;
    let name = this.#timeAxes.get(key);
    if (name === undefined) {
      name = this.freeName('number');
      this.#timeAxes.set(key, name);
      const attributes: Attributes = new Map([['standard_name', { type: 'char', value: 'realization' }]]);
      const values = Float64Array.from(members);
      this.add({ name, type: 'double', dimensions: [name], shape: [members.length], attributes, values });
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
    const planes = variable.dimensions.findIndex((dimension) => /^time(_\d+)?$/.test(dimension)) + 1;
    const plane = shape.slice(planes).reduce((product, n) => product * n, 1);
    const inPlane = count.slice(planes).reduce((product, n) => product * n, 1);
    const wanted = picksOf(shape.slice(0, planes), start, count).map((at) => fields![at]);
    const result = new Float32Array(wanted.length * inPlane);
    const most = Math.max(1, Math.floor(VALUES_A_CALL / plane));
    for (let from = 0; from < wanted.length; from += most) {
      const some = wanted.slice(from, from + most);
      const decoded = await this.#decode(
        some.filter((field) => field !== undefined),
        plane,
        name,
      );
      let next = 0;
      for (const [i, field] of some.entries()) {
        const to = (from + i) * inPlane;
        // A member that has no message for a time is missing there.
        if (!field) result.fill(Number.NaN, to, to + inPlane);
        else result.set(slabOf(decoded[next++], shape.slice(planes), start.slice(planes), count.slice(planes)), to);
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

/** The positions, in an array of these lengths, of a slab. */
function picksOf(lengths: readonly number[], start: readonly number[], count: readonly number[]): number[] {
  return lengths.reduce<number[]>(
    (places, length, axis) =>
      places.flatMap((at) => Array.from({ length: count[axis] }, (_, i) => at * length + start[axis] + i)),
    [0],
  );
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
