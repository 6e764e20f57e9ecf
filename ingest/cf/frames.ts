/**
 * The frames of a variable: each is one field of the place, at one time. Where forecasts are in the file, a frame has a reference time
 * and a valid time; they come in many shapes (time x step, a valid time of one or two dimensions or none, one time for all), and are
 * made of whichever two of reference time, step and valid time there are. Where all three are, they have to agree.
 */
import { KernelcastError } from '../../src/errors.ts';
import { type DataFile, type DataVariable, textAttribute } from '../formats/data-file.ts';
import { auxiliaryCoordinates, hasRole, readCoordinate } from './coordinates.ts';
import { readTimes } from './time-axis.ts';
import { isLead, timeRoleOf } from './time-roles.ts';
import { durationUnit } from './time-units.ts';

export interface Frames {
  /** Positions among the variable's dimensions along which the frames lie; none for a single one. */
  axes: readonly number[];
  /** [frame, axis] */
  indices: Int32Array;
  /** Unix time in milliseconds. */
  times: Float64Array;
  references: Float64Array;
}

const MOST_FRAMES = 10_000_000;
const AGREE_MS = 60_000;

/**
 * Undefined where the variable has nothing but times that it is valid at, along one dimension or for all.
 * @throws KernelcastError `CONVENTIONS`: the times contradict one another, or it is not told which of them is which
 */
export async function framesOf(data: DataFile, variable: DataVariable): Promise<Frames | undefined> {
  const own = timesOf(data, variable);
  const { lead, reference, valid, unsaid } = own;
  const isPlain = !lead && !reference && [valid, unsaid].every((time) => !time || rank(time) < 2);
  if (isPlain) return undefined;
  const trouble = (what: string, hint: string) =>
    new KernelcastError('CONVENTIONS', `it is not told when '${variable.name}' is valid: ${what}`, {
      where: { file: data.path, times: [valid, reference, unsaid, lead].flatMap((one) => one?.name ?? []).join(', ') },
      hint,
    });
  const told = await tellUnsaid(data, variable, own, trouble);
  if (!told.valid && !told.lead) {
    throw trouble(
      `'${told.reference!.name}' is the time that a forecast was made from`,
      'The file must hold the step too (standard_name forecast_period), or the valid time (standard_name time).',
    );
  }
  if (told.valid && !told.reference && !told.lead && rank(told.valid) < 2) return undefined;
  return combine(data, variable, told, trouble);
}

type Trouble = (what: string, hint: string) => KernelcastError;

interface Times {
  lead?: DataVariable;
  reference?: DataVariable;
  valid?: DataVariable;
  unsaid?: DataVariable;
}

function rank({ shape }: DataVariable): number {
  return shape.filter((length) => length !== 1).length;
}

/** The coordinates of time that lie along the variable's dimensions, or are one for all; the variable's own naming first. */
function timesOf(data: DataFile, variable: DataVariable): Times {
  const named = auxiliaryCoordinates(variable);
  const places = [...data.variables.values()].filter((one) => hasRole(one, 'latitude') || hasRole(one, 'longitude'));
  // A time for each cell (of a satellite's scan, say) counts no frames.
  const isOfCells = (one: DataVariable) =>
    rank(one) > 1 && places.some(({ dimensions }) => dimensions.includes(one.dimensions.at(-1)!));
  const fits = (one: DataVariable) =>
    one !== variable &&
    !isOfCells(one) &&
    one.dimensions.every((dimension, axis) => variable.dimensions.includes(dimension) || one.shape[axis] === 1);
  const all = [...data.variables.values()].filter(fits);
  const best = (candidates: readonly DataVariable[]) =>
    candidates.find(
      ({ name, dimensions }) => dimensions.length === 1 && dimensions[0] === name && variable.dimensions.includes(name),
    ) ??
    candidates.find(({ name }) => named.includes(name)) ??
    candidates.find(({ dimensions }) => dimensions.some((dimension) => variable.dimensions.includes(dimension))) ??
    candidates[0];
  const of = (role: string) => all.filter((one) => timeRoleOf(one) === role);
  return {
    lead: best(all.filter(isLead)),
    reference: best(of('reference')),
    valid: best(of('valid')),
    unsaid: best(of('unsaid')),
  };
}

const SAY = 'Say it in the file: ncatted -a standard_name,NAME,o,c,forecast_reference_time FILE (or time).';

/** Which of the three a time is of which nothing says it. */
async function tellUnsaid(data: DataFile, variable: DataVariable, times: Times, trouble: Trouble): Promise<Times> {
  const { lead, reference, valid, unsaid } = times;
  const axesOf = ({ dimensions, shape }: DataVariable) => dimensions.filter((_, axis) => shape[axis] !== 1);
  if (valid) {
    // A step along a dimension of its own, of which the time that calls itself valid knows nothing.
    const apart = lead && !reference && axesOf(lead).some((dimension) => !valid.dimensions.includes(dimension));
    if (apart && !unsaid) throw trouble(`'${valid.name}' may be the valid time or the start of the forecasts`, SAY);
    const isReference = unsaid && !reference && lead !== undefined;
    return { lead, valid, reference: reference ?? (isReference ? unsaid : undefined) };
  }
  if (!unsaid || !lead) return { lead, reference, valid: unsaid };
  if (reference) return { lead, reference, valid: unsaid };
  const leads = await readCoordinate(data, lead);
  if (leads.every((value) => value === 0)) return { valid: unsaid };
  // Data for each time and each step: the times are those that the forecasts were made from.
  const isMatrix = axesOf(lead).some((dimension) => !unsaid.dimensions.includes(dimension));
  if (
    isMatrix &&
    variable.dimensions.some((dimension) => lead.dimensions.includes(dimension)) &&
    axesOf(unsaid).length > 0
  ) {
    return { lead, reference: unsaid };
  }
  const unit = durationUnit(textAttribute(lead.attributes, 'units'))!;
  if (lead.dimensions.join() === unsaid.dimensions.join() && leads.length > 1) {
    const starts = (await readTimes(data, unsaid)).map((time, i) => time - leads[i] * unit);
    if (starts.every((start) => Math.abs(start - starts[0]) < AGREE_MS)) return { lead, valid: unsaid };
  }
  throw trouble(`'${unsaid.name}' may be the valid time or the start of the forecast`, SAY);
}

async function combine(data: DataFile, variable: DataVariable, told: Times, trouble: Trouble): Promise<Frames> {
  const parts = [told.valid, told.reference, told.lead].filter((part) => part !== undefined);
  const axes = variable.dimensions
    .map((_, axis) => axis)
    .filter((axis) => parts.some(({ dimensions }) => dimensions.includes(variable.dimensions[axis])));
  const lengths = axes.map((axis) => variable.shape[axis]);
  const count = lengths.reduce((product, length) => product * length, 1);
  if (count > MOST_FRAMES) throw trouble(`it has ${count} of times and steps`, 'Split the file by time.');
  const unit = told.lead ? durationUnit(textAttribute(told.lead.attributes, 'units'))! : 0;
  const valids = told.valid && (await readTimes(data, told.valid));
  const starts = told.reference && (await readTimes(data, told.reference));
  const leads = told.lead && (await readCoordinate(data, told.lead)).map((value) => Math.round(value * unit));
  const indices = new Int32Array(count * axes.length);
  for (let frame = 0; frame < count; frame++) {
    let rest = frame;
    for (let a = axes.length - 1; a >= 0; a--) {
      indices[frame * axes.length + a] = rest % lengths[a];
      rest = Math.floor(rest / lengths[a]);
    }
  }
  /** The position of a frame's value in a coordinate along some of the axes. */
  const placeIn = ({ dimensions, shape }: DataVariable, frame: number): number =>
    dimensions.reduce((at, dimension, d) => {
      const a = axes.findIndex((axis) => variable.dimensions[axis] === dimension);
      return at * shape[d] + (a < 0 ? 0 : indices[frame * axes.length + a]);
    }, 0);
  const times = new Float64Array(count);
  const references = new Float64Array(count);
  for (let frame = 0; frame < count; frame++) {
    const at = (values: Float64Array | undefined, part: DataVariable | undefined) =>
      values && part ? values[placeIn(part, frame)] : Number.NaN;
    const [valid, start, lead] = [at(valids, told.valid), at(starts, told.reference), at(leads, told.lead)];
    times[frame] = valids ? valid : start + lead;
    references[frame] = starts ? start : leads ? valid - lead : Number.NaN;
    if (valids && starts && leads && Math.abs(start + lead - valid) > AGREE_MS) {
      const iso = (time: number) => (Number.isNaN(time) ? 'missing' : new Date(time).toISOString());
      throw trouble(
        `the reference time ${iso(start)} and the step of ${lead / 3_600_000} h do not make the valid time ${iso(valid)}`,
        'One of them is wrong: mend the file, or fetch it again.',
      );
    }
    if (valids && starts && valid < start - AGREE_MS) {
      throw trouble('a valid time lies before the reference time of its forecast', 'Mend the file, or fetch it again.');
    }
  }
  return { axes, indices, times, references };
}
