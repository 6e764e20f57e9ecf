/** Which variables of a file are its coordinates (CF-1.11 chapter 4), and their values. */
import { KernelcastError } from '../../src/errors.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { packingOf, signedAsTold, unpackPicked } from './packing.ts';
import { timeRoleOf } from './time-roles.ts';

export type CoordinateRole = 'time' | 'latitude' | 'longitude';

/** More values than any axis of weather data has; a header that says so lies, or it is no axis. */
const MOST_VALUES = 20_000_000;

const UNITS_OF: Record<'latitude' | 'longitude', RegExp> = {
  latitude: /^degrees?_?n(orth)?$/i,
  longitude: /^degrees?_?e(ast)?$/i,
};
const NAME_OF: Record<'latitude' | 'longitude', RegExp> = {
  latitude: /^lat(itude)?$/i,
  longitude: /^lon(gitude)?$/i,
};

const PLAIN_DEGREES = /^(deg(ree)?s?)?$/i;

/** Not CF, but what the ICON model and its neighbours write. */
const RADIANS = /^rad(ian)?s?$/i;

/** Whether a variable is a coordinate of the given kind, by its standard name, its units or, failing both, its name. */
export function hasRole(variable: DataVariable, role: CoordinateRole): boolean {
  if (isText(variable)) return false;
  const units = textAttribute(variable.attributes, 'units') ?? '';
  const standardName = textAttribute(variable.attributes, 'standard_name');
  // The time a forecast was made from has the units of a time, and is not the time that a value is valid at.
  if (role === 'time') return ['valid', 'unsaid'].includes(timeRoleOf(variable) ?? '');
  if (standardName) return standardName === role;
  return UNITS_OF[role].test(units) || (NAME_OF[role].test(variable.name) && PLAIN_DEGREES.test(units));
}

/** The coordinate variable of a dimension, if it is of the given kind. */
export function coordinateOf(data: DataFile, dimension: string, role: CoordinateRole): DataVariable | undefined {
  const candidates = [...data.variables.values()].filter(
    (variable) => variable.dimensions.length === 1 && variable.dimensions[0] === dimension && hasRole(variable, role),
  );
  return (
    candidates.find(({ name }) => name === dimension) ??
    candidates.find(({ attributes }) => textAttribute(attributes, 'standard_name') === role) ??
    candidates[0]
  );
}

/** The names in a variable's `coordinates` attribute. */
export function auxiliaryCoordinates(variable: DataVariable): string[] {
  return textAttribute(variable.attributes, 'coordinates')?.split(/\s+/) ?? [];
}

/** A part of a coordinate: by default all of it. */
export interface Part {
  start: readonly number[];
  count: readonly number[];
}

/**
 * The values of a coordinate, unpacked, NaN where missing.
 * @throws KernelcastError `CONVENTIONS` when it has more values than an axis can have
 */
export async function readCoordinate(
  data: DataFile,
  variable: DataVariable,
  { start, count }: Part = { start: variable.shape.map(() => 0), count: variable.shape },
): Promise<Float64Array> {
  const size = count.reduce((product, n) => product * n, 1);
  if (size > MOST_VALUES) {
    throw new KernelcastError('CONVENTIONS', `a coordinate with ${size} values`, {
      where: { file: data.path, variable: variable.name },
    });
  }
  const packing = packingOf(variable, data.path);
  const raw = await data.read(variable, start, count);
  const values = new Float64Array(size);
  const all = Int32Array.from({ length: size }, (_, index) => index);
  unpackPicked(signedAsTold(raw, packing), 0, all, packing, values, 0);
  return values;
}

/**
 * The values of a latitude or longitude, in degrees.
 * @throws KernelcastError `UNIT` when its units are others; see `readCoordinate`
 */
export async function readDegrees(
  data: DataFile,
  variable: DataVariable,
  role: 'latitude' | 'longitude',
  part?: Part,
): Promise<Float64Array> {
  const units = textAttribute(variable.attributes, 'units') ?? '';
  if (RADIANS.test(units)) return (await readCoordinate(data, variable, part)).map((value) => (value * 180) / Math.PI);
  if (UNITS_OF[role].test(units) || PLAIN_DEGREES.test(units)) return readCoordinate(data, variable, part);
  throw new KernelcastError('UNIT', `'${units}' is not a unit of ${role} that Kernelcast knows`, {
    where: { file: data.path, variable: variable.name },
    hint: `Known: ${role === 'latitude' ? 'degrees_north' : 'degrees_east'}, degrees, radians.`,
  });
}

/** A longitude from -180..360 within -180..180. */
export function eastOrWest(longitude: number): number {
  return longitude > 180 ? longitude - 360 : longitude;
}
