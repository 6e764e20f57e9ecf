/**
 * Temperature at a station's own height: the grid's temperature is that of the grid's smoothed ground, and the air cools with
 * height, by 6.5 degrees a kilometre on average (the ICAO standard atmosphere).
 */
import { KernelcastError } from '../../src/errors.ts';
import { horizontalLayout } from '../cf/grid-layout.ts';
import { readPlaces } from '../cf/horizontal-axes.ts';
import { packingOf, signedAsTold, unpackPicked } from '../cf/packing.ts';
import { type DataFile, type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { applyWeights, planSampling, type SamplingMethod, type SamplingPlan } from './sampling-plan.ts';

/** Degrees per metre. */
export const STANDARD_LAPSE_RATE = 0.0065;

/** m/s2; WMO's, which the producers divide geopotentials by. */
const GRAVITY = 9.80665;

const NAMES = /^(orog|orography|hsurf|hgt|topo|topography|surface_altitude|elevation|z|geopotential(_at_surface)?)$/i;

/**
 * What is to be added to the temperature at each of a plan's stations; 0 for stations without an elevation.
 * @param data that holds the elevation of its ground (the file of the temperature, or one beside it)
 * @throws KernelcastError `VARIABLE_MISSING`: it holds none
 */
export async function lapseRateCorrection(
  data: DataFile,
  { stations }: Pick<SamplingPlan, 'stations'>,
  { perMetre, method }: { perMetre: number; method?: SamplingMethod },
): Promise<Float64Array> {
  const variable = [...data.variables.values()].find(isGround);
  const layout = variable && horizontalLayout(data, variable);
  if (!variable || !layout || typeof layout === 'string') {
    throw new KernelcastError('VARIABLE_MISSING', 'there is no elevation of the ground in the file', {
      where: { file: data.path, variables: [...data.variables.keys()].join(', ').slice(0, 500) },
      hint: 'It has the standard name surface_altitude, or is a geopotential; give a file that holds it.',
    });
  }
  const plan = planSampling(await readPlaces(data, layout), stations, { file: data.path, method });
  const size = variable.shape.map((n, axis) => (axis === layout.rowAxis || axis === layout.columnAxis ? n : 1));
  const packing = packingOf(variable, data.path);
  const start = size.map(() => 0);
  const raw = signedAsTold(await data.read(variable, start, size), packing);
  const strideOf = (axis: number | undefined) =>
    axis === undefined ? 0 : size.slice(axis + 1).reduce((product, n) => product * n, 1);
  const [rowStride, columnStride] = [strideOf(layout.rowAxis), strideOf(layout.columnAxis)];
  const picks = plan.rows.map((row, i) => row * rowStride + plan.columns[i] * columnStride);
  const points = new Float64Array(picks.length);
  unpackPicked(raw, 0, picks, packing, points, 0);
  const ground = new Float32Array(stations.length);
  applyWeights(plan.weights.scalar, points, 0, ground, 0);
  const metres = isGeopotential(variable) ? 1 / GRAVITY : 1;
  return Float64Array.from(stations, ({ elevation }, s) =>
    elevation === null ? 0 : perMetre * (ground[s] * metres - elevation),
  );
}

function isGround(variable: DataVariable): boolean {
  const standardName = textAttribute(variable.attributes, 'standard_name') ?? '';
  if (isText(variable) || variable.shape.length < 1) return false;
  if (standardName === 'surface_altitude') return true;
  const units = textAttribute(variable.attributes, 'units') ?? '';
  return NAMES.test(variable.name) && (/^(m|met(er|re)s?)$/i.test(units) || isGeopotential(variable));
}

function isGeopotential({ attributes }: DataVariable): boolean {
  return /^m(\*\*|\^)?2[ .]?s(\*\*|\^)?-2$/.test(textAttribute(attributes, 'units') ?? '');
}
