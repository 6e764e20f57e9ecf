/** A regular latitude-longitude grid, sampled at stations. */
import { observedVariable, type Series, type SeriesVariable } from '../src/domain/series.ts';
import type { Station } from '../src/domain/station.ts';
import type { VariableName } from '../src/domain/variables.ts';
import { windComponents, windDirection } from '../src/domain/wind.ts';
import { KernelcastError } from '../src/errors.ts';
import type { Field } from './cf/find-variables.ts';
import type { GridLayout } from './cf/grid-layout.ts';
import { readHorizontalAxes } from './cf/horizontal-axes.ts';
import { signedAsTold, unpackPicked } from './cf/packing.ts';
import { readTimeAxis } from './cf/time-axis.ts';
import type { Grid, GridVariable } from './grid.ts';
import { applyWeights, planSampling, type SamplingPlan } from './sampling/sampling-plan.ts';
import type { Source } from './source.ts';
import { completedNames, completeWind } from './wind.ts';

type Points = Partial<Record<VariableName, Float64Array>>;

/** One time of one variable must fit into memory a few times over. */
const MOST_BYTES_PER_TIME = 512 * 1024 * 1024;

/**
 * @param fields with the same coordinates
 * @throws KernelcastError `CONVENTIONS`, `UNIT` from the coordinates; `OUTSIDE_GRID`
 */
export async function gridSource(
  grid: Grid,
  fields: readonly Field<GridLayout>[],
  stations: readonly Station[],
  { skipOutside, cellMethod }: { skipOutside?: boolean; cellMethod: string | undefined },
): Promise<Source> {
  const [{ layout, variable }] = fields;
  const axes = await readHorizontalAxes(grid, layout.latitude, layout.longitude);
  const axis = await readTimeAxis(grid, layout.time);
  const plan = planSampling(axes, stations, { file: grid.path, skipOutside });
  const bytesPerTime = rowsNeeded(plan).count * axes.longitudes.length * versionsOf(variable, layout) * 8;
  if (bytesPerTime > MOST_BYTES_PER_TIME) {
    throw new KernelcastError(
      'FORMAT',
      `one time of the grid takes ${bytesPerTime} bytes, more than can be read at once`,
      {
        where: { file: grid.path },
        hint: 'Cut the file into regions.',
      },
    );
  }
  return {
    stations: plan.stations,
    outside: plan.outside,
    axis,
    cellMethod,
    taken: fields.map(({ name, variable }) => ({ name, from: variable.name })),
    variables: completedNames(fields.map(({ name }) => name)),
    bytesPerTime: bytesPerTime * fields.length,
    close: () => grid.close(),
    async read(first, count) {
      const points: Points = {};
      for (const field of fields) points[field.name] = await readPoints(grid, field, plan, first, count);
      return sampled(points, plan, count);
    },
  };
}

function rowsNeeded({ rows }: SamplingPlan): { first: number; count: number } {
  return { first: rows[0], count: rows[rows.length - 1] - rows[0] + 1 };
}

/** The values at the plan's points, [time, point], in the internal unit. Only the rows that hold points are read. */
async function readPoints(
  grid: Grid,
  { variable, layout, packing, conversion }: Field<GridLayout>,
  plan: SamplingPlan,
  first: number,
  count: number,
): Promise<Float64Array> {
  const { timeAxis, latitudeAxis, longitudeAxis, expverAxis } = layout;
  const rows = rowsNeeded(plan);
  const start = variable.shape.map((_, axis) => (axis === timeAxis ? first : axis === latitudeAxis ? rows.first : 0));
  const size = variable.shape.map((n, axis) => (axis === timeAxis ? count : axis === latitudeAxis ? rows.count : n));
  const raw = signedAsTold(await grid.read(variable, start, size), packing);

  const strideOf = (axis: number | undefined) =>
    axis === undefined ? 0 : size.slice(axis + 1).reduce((product, n) => product * n, 1);
  const [rowStride, columnStride] = [strideOf(latitudeAxis), strideOf(longitudeAxis)];
  const picks = plan.rows.map((row, i) => (row - rows.first) * rowStride + plan.columns[i] * columnStride);
  const unpacked = (version: number) => {
    const values = new Float64Array(count * picks.length);
    const from = version * strideOf(expverAxis);
    for (let t = 0; t < count; t++) {
      unpackPicked(raw, from + t * strideOf(timeAxis), picks, packing, values, t * picks.length);
    }
    return values;
  };
  const values = unpacked(0);
  for (let version = 1; version < versionsOf(variable, layout); version++) {
    const later = unpacked(version);
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = later[i];
  }
  const { scale, offset } = conversion;
  if (scale !== 1 || offset !== 0) for (let i = 0; i < values.length; i++) values[i] = values[i] * scale + offset;
  return values;
}

function versionsOf({ shape }: GridVariable, { expverAxis }: GridLayout): number {
  return expverAxis === undefined ? 1 : shape[expverAxis];
}

/** Values at stations, [time, station]. A direction is never interpolated: its components are. */
function sampled(points: Points, plan: SamplingPlan, count: number): Series['variables'] {
  const stations = plan.stations.length;
  const at = (values: Float64Array, kind: 'scalar' | 'component'): SeriesVariable => {
    const width = plan.rows.length;
    const result = new Float32Array(count * stations);
    for (let t = 0; t < count; t++) applyWeights(plan.weights[kind], values, t * width, result, t * stations);
    return observedVariable(result);
  };
  const variables: Series['variables'] = {};
  const { temperature_2m, wind_speed_10m: speed, wind_direction_10m: direction } = points;
  let { wind_u_component_10m: u, wind_v_component_10m: v } = points;
  if (temperature_2m) variables.temperature_2m = at(temperature_2m, 'scalar');
  if (speed) variables.wind_speed_10m = at(speed, 'scalar');
  if (direction && !(u && v)) {
    const components = asComponents(speed ?? direction.map(() => 1), direction);
    if (speed) [u, v] = [components.u, components.v];
    else variables.wind_direction_10m = directionOf(at(components.u, 'component'), at(components.v, 'component'));
  }
  if (u) variables.wind_u_component_10m = at(u, 'component');
  if (v) variables.wind_v_component_10m = at(v, 'component');
  return completeWind(variables, count * stations);
}

function asComponents(speed: Float64Array, direction: Float64Array): { u: Float64Array; v: Float64Array } {
  const u = new Float64Array(speed.length);
  const v = new Float64Array(speed.length);
  for (let i = 0; i < speed.length; i++) {
    // A calm has no direction, and no components either.
    const components = speed[i] === 0 ? { u: 0, v: 0 } : windComponents(speed[i], direction[i]);
    u[i] = components.u;
    v[i] = components.v;
  }
  return { u, v };
}

function directionOf(u: SeriesVariable, v: SeriesVariable): SeriesVariable {
  return observedVariable(u.values.map((value, i) => windDirection(value, v.values[i])));
}
