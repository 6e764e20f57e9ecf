/**
 * A data file whose forecasts, members and percentiles have been chosen from: each variable that lies along several of times, steps and
 * members is seen as one along times alone. By default the forecast with the least lead counts for each time; a run (its reference time)
 * and a member can be asked for. Values are read from the file below, frame by frame.
 */
import { KernelcastError } from '../../src/errors.ts';
import { hasRole, readCoordinate } from '../cf/coordinates.ts';
import { type Frames, framesOf } from '../cf/frames.ts';
import { isLead, isMemberDimension, isPercentile, timeRoleOf } from '../cf/time-roles.ts';
import {
  type Attributes,
  type DataFile,
  type DataVariable,
  isText,
  type RawArray,
  type ReadHints,
} from '../formats/data-file.ts';

export interface FrameChoice {
  /** The member of an ensemble, as its coordinate tells it; by position (from 0) where there is none. */
  member?: string;
  /** Which product is meant where there are several: `mean`, `percentile 90`, `member`, ... */
  product?: string;
  /** Only forecasts made from this time on, in Unix milliseconds. */
  reference?: number;
}

interface Framed extends DataVariable {
  source: DataVariable;
  /** Axes of the source that are fixed, and where. */
  fixed: ReadonlyMap<number, number>;
  axes: readonly number[];
  /** [frame, axis] of the frames that are taken. */
  indices: Int32Array;
  times: Float64Array;
  references: Float64Array;
}

/** What `kernelcast import` asks: the runs of a variable. */
export interface FramedFile extends DataFile {
  /** The reference time of each time of a variable; undefined where nothing is known of forecasts. */
  referencesOf(name: string): Float64Array | undefined;
}

/** The file itself where it holds no forecasts and no ensembles. */
export async function framedFile(data: DataFile, choice: FrameChoice = {}): Promise<DataFile | FramedFile> {
  const all = [...data.variables.values()];
  const isTold = all.some((one) => {
    const role = timeRoleOf(one);
    return role === 'reference' || isLead(one) || (role !== undefined && one.shape.filter((n) => n !== 1).length > 1);
  });
  const isChosen = [...data.dimensions.keys()].some(
    (name) => isMemberDimension(name, data.variables.get(name)) || isPercentile(name, data.variables.get(name)),
  );
  if (!isTold && !isChosen && choice.reference === undefined) return data;
  const framed = new Map<string, DataVariable | Framed>();
  const axes = new Map<string, DataVariable & { values: Float64Array }>();
  for (const variable of all) framed.set(variable.name, await seen(data, variable, choice, axes));
  return new ChosenFrames(data, framed, axes);
}

type Axes = Map<string, DataVariable & { values: Float64Array }>;

async function seen(data: DataFile, variable: DataVariable, choice: FrameChoice, axes: Axes): Promise<DataVariable> {
  const isCoordinate = variable.dimensions.length === 1 && variable.dimensions[0] === variable.name;
  const isPlace = hasRole(variable, 'latitude') || hasRole(variable, 'longitude');
  if (isText(variable) || isCoordinate || isPlace || timeRoleOf(variable) || isLead(variable)) return variable;
  try {
    const fixed = await fixedAxes(data, variable, choice);
    const frames = await framesOf(data, variable);
    if (!frames) {
      if (fixed.size === 0) return variable;
      return framedVariable(
        variable,
        fixed,
        { axes: [], indices: new Int32Array(0), times: new Float64Array(0), references: new Float64Array(0) },
        undefined,
      );
    }
    const chosen = chosenOf(frames, choice);
    if (chosen.times.length === 0) {
      throw new KernelcastError('NOT_FOUND', 'the file has no forecast made from that time', {
        where: { file: data.path, variable: variable.name, reference: new Date(choice.reference!).toISOString() },
      });
    }
    return framedVariable(variable, fixed, chosen, timeAxisOf(data, chosen.times, axes));
  } catch (error) {
    // Only a variable that is wanted is refused for it.
    if (error instanceof KernelcastError) return { ...variable, trouble: error };
    throw error;
  }
}

/** Members and percentiles: those asked for, or the only one. */
async function fixedAxes(
  data: DataFile,
  variable: DataVariable,
  { member, product }: FrameChoice,
): Promise<Map<number, number>> {
  const fixed = new Map<number, number>();
  for (const [axis, dimension] of variable.dimensions.entries()) {
    const coordinate = data.variables.get(dimension);
    const isMember = isMemberDimension(dimension, coordinate);
    if (!isMember && !isPercentile(dimension, coordinate)) continue;
    const told = await labelsOf(data, dimension, variable.shape[axis]);
    const wanted = isMember ? member : /^(?:percentile|quantile|p)?\s*([\d.]+)$/i.exec(product ?? '')?.[1];
    const index = wanted === undefined ? (isMember && told.length === 1 ? 0 : -1) : told.indexOf(wanted);
    if (index < 0) {
      const list = told.length > 12 ? `${told.slice(0, 10).join(', ')}, ... ${told.at(-1)}` : told.join(', ');
      throw new KernelcastError(
        'CONVENTIONS',
        wanted === undefined
          ? `'${variable.name}' has ${told.length === 1 ? 'a value of' : `${told.length} values, one for each of`} '${dimension}': ${list}`
          : `'${variable.name}' has no ${isMember ? 'member' : 'percentile'} ${wanted}, but ${list}`,
        {
          where: { file: data.path, variable: variable.name },
          hint: isMember ? 'Choose one: --member NUMBER.' : `Choose one: --product 'percentile ${told[0]}'.`,
        },
      );
    }
    fixed.set(axis, index);
  }
  return fixed;
}

export async function labelsOf(data: DataFile, dimension: string, length: number): Promise<string[]> {
  const coordinate = data.variables.get(dimension);
  if (coordinate && isText(coordinate)) return data.readTexts(coordinate, length);
  const lies = coordinate?.dimensions.join() === dimension;
  return lies
    ? Array.from(await readCoordinate(data, coordinate!), String)
    : Array.from({ length }, (_, i) => String(i));
}

/** Of the frames for one time that with the least lead; in order of time. Those of one run, where one is asked for. */
function chosenOf({ axes, indices, times, references }: Frames, { reference }: FrameChoice): Frames {
  const best = new Map<number, number>();
  for (const [frame, time] of times.entries()) {
    if (Number.isNaN(time) || (reference !== undefined && references[frame] !== reference)) continue;
    const other = best.get(time);
    if (other === undefined || !(references[frame] < references[other])) best.set(time, frame);
  }
  const order = [...best.keys()].sort((a, b) => a - b).map((time) => best.get(time)!);
  return {
    axes,
    indices: Int32Array.from(order.flatMap((frame) => Array.from(axes, (_, a) => indices[frame * axes.length + a]))),
    times: Float64Array.from(order, (frame) => times[frame]),
    references: Float64Array.from(order, (frame) => references[frame]),
  };
}

function timeAxisOf(data: DataFile, times: Float64Array, axes: Axes): string {
  const same = [...axes.values()].find(
    ({ values }) => values.length === times.length && values.every((time, i) => time === times[i]),
  );
  if (same) return same.name;
  let name = 'times_of_frames';
  for (let i = 2; axes.has(name) || data.variables.has(name) || data.dimensions.has(name); i++)
    name = `times_of_frames_${i}`;
  const attributes: Attributes = new Map([
    ['units', { type: 'char', value: 'milliseconds since 1970-01-01T00:00:00Z' }],
    ['standard_name', { type: 'char', value: 'time' }],
  ]);
  axes.set(name, { name, type: 'double', dimensions: [name], shape: [times.length], attributes, values: times });
  return name;
}

function framedVariable(
  variable: DataVariable,
  fixed: ReadonlyMap<number, number>,
  frames: Frames,
  time: string | undefined,
): Framed {
  const rest = variable.dimensions
    .map((_, axis) => axis)
    .filter((axis) => !fixed.has(axis) && !frames.axes.includes(axis));
  const along = time === undefined ? [] : [time];
  const chunk = variable.chunk && [...along.map(() => 1), ...rest.map((axis) => variable.chunk![axis])];
  return {
    ...variable,
    dimensions: [...along, ...rest.map((axis) => variable.dimensions[axis])],
    shape: [...along.map(() => frames.times.length), ...rest.map((axis) => variable.shape[axis])],
    ...(chunk ? { chunk } : {}),
    source: variable,
    fixed,
    ...frames,
  };
}

class ChosenFrames implements FramedFile {
  readonly path: string;
  readonly format: string;
  readonly dimensions: ReadonlyMap<string, number>;
  readonly attributes: Attributes;
  readonly variables: ReadonlyMap<string, DataVariable>;
  readonly #data: DataFile;
  readonly #axes: Axes;

  constructor(data: DataFile, variables: ReadonlyMap<string, DataVariable>, axes: Axes) {
    this.#data = data;
    this.#axes = axes;
    this.path = data.path;
    this.format = data.format;
    this.attributes = data.attributes;
    this.variables = new Map([...variables, ...axes]);
    this.dimensions = new Map([
      ...data.dimensions,
      ...[...axes.values()].map(({ name, shape }) => [name, shape[0]] as const),
    ]);
  }

  referencesOf(name: string): Float64Array | undefined {
    const variable = this.variables.get(name);
    return variable && isFramed(variable) && variable.times.length > 0 ? variable.references : undefined;
  }

  async read(
    variable: DataVariable,
    start: readonly number[],
    count: readonly number[],
    hints?: ReadHints,
  ): Promise<RawArray> {
    const own = this.#axes.get(variable.name);
    if (own) return own.values.slice(start[0], start[0] + count[0]);
    const framed = this.variables.get(variable.name)!;
    if (!isFramed(framed)) return this.#data.read(variable, start, count, hints);
    const { source, fixed, axes, indices, times } = framed;
    const along = times.length > 0 ? 1 : 0;
    const rest = source.dimensions.map((_, axis) => axis).filter((axis) => !fixed.has(axis) && !axes.includes(axis));
    const slab = (frame: number) => {
      const from = source.dimensions.map((_, axis) => fixed.get(axis) ?? 0);
      const size = source.dimensions.map(() => 1);
      for (const [a, axis] of axes.entries()) from[axis] = indices[frame * axes.length + a];
      for (const [r, axis] of rest.entries()) [from[axis], size[axis]] = [start[along + r], count[along + r]];
      return this.#data.read(source, from, size);
    };
    if (along === 0) return slab(0);
    const width = rest.reduce((product, _, r) => product * count[along + r], 1);
    let result: RawArray | undefined;
    for (let t = 0; t < count[0]; t++) {
      const values = await slab(start[0] + t);
      result ??= new (values.constructor as new (length: number) => RawArray)(count[0] * width);
      result.set(values as never, t * width);
    }
    return result ?? new Float64Array(0);
  }

  readTexts(variable: DataVariable, rows: number): Promise<string[]> {
    return this.#data.readTexts(variable, rows);
  }

  close(): Promise<void> {
    return this.#data.close();
  }
}

function isFramed(variable: DataVariable): variable is Framed {
  return 'source' in variable;
}
