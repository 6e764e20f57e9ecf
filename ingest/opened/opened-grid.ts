/** A grid, sampled at stations. */
import { isPlausible } from '../../src/domain/plausible.ts';
import { observedVariable, type Series, type SeriesVariable } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { windComponents, windDirection } from '../../src/domain/wind.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { Cells } from '../cf/cells.ts';
import { readCoordinate } from '../cf/coordinates.ts';
import { type Field, isAlongGrid } from '../cf/find-variables.ts';
import type { GridLayout } from '../cf/grid-layout.ts';
import { readPlaces } from '../cf/horizontal-axes.ts';
import { readTimeAxis } from '../cf/time-axis.ts';
import { type DataFile, isText } from '../formats/data-file.ts';
import { completedNames, completeWind } from '../hourly/both-winds.ts';
import { takeImplausible } from '../quality/range.ts';
import { type Turn, turnAt, turnWind } from '../sampling/grid-wind.ts';
import { lapseRateCorrection } from '../sampling/lapse-rate.ts';
import { PointReader } from '../sampling/read-grid-points.ts';
import { applyWeights, planSampling, type SamplingMethod, type SamplingPlan } from '../sampling/sampling-plan.ts';
import type { CellMethod, OpenedFile } from './opened-file.ts';

type Points = Partial<Record<VariableName, Float64Array>>;

export interface GridSourceOptions {
  skipOutside?: boolean;
  method?: SamplingMethod;
  /** Temperature to the stations' own heights: degrees per metre, and a grid that holds the elevation of the ground. */
  lapseRate?: { perMetre: number; ground: DataFile };
  cellMethod: CellMethod | undefined;
}

/**
 * @param fields with the same coordinates
 * @throws KernelcastError `CONVENTIONS`, `UNIT` from the coordinates; `OUTSIDE_GRID`; `USAGE`: a method that the grid has not
 */
export async function openedGrid(
  data: DataFile,
  fields: readonly Field<GridLayout>[],
  stations: readonly Station[],
  { skipOutside, method, lapseRate, cellMethod }: GridSourceOptions,
): Promise<OpenedFile> {
  const [{ layout }] = fields;
  const axis = await readTimeAxis(data, layout.time);
  const places = await readPlaces(data, layout);
  const plan = planSampling(places, stations, { file: data.path, skipOutside, method });
  // On a regular grid rows lie eastward and columns northward anyway.
  const turn = 'wraps' in places ? undefined : await turnOf(data, fields, places, plan);
  const readers = fields.map((field) => ({ name: field.name, reader: new PointReader(data, field, plan) }));
  const bytesPerTime = readers.reduce((sum, { reader }) => sum + reader.bytesPerTime, 0);
  const correction = lapseRate && (await lapseRateCorrection(lapseRate.ground, plan, { ...lapseRate, method }));
  return {
    kind: 'grid',
    stations: plan.stations,
    outside: plan.outside,
    axis,
    cellMethod,
    taken: fields.map(({ name, variable }) => ({ name, from: variable.name })),
    variables: completedNames(fields.map(({ name }) => name)),
    bytesPerTime,
    chunkTimes: Math.max(...readers.map(({ reader }) => reader.chunkTimes)),
    close: () => data.close(),
    async read(first, count) {
      const points: Points = {};
      const before: Points = {};
      for (const { name, reader } of readers) {
        points[name] = await reader.read(first, count);
        const implausible = takeImplausible(name, points[name]);
        if (implausible) before[name] = implausible;
      }
      const { wind_u_component_10m: u, wind_v_component_10m: v } = points;
      if (turn && u && v) turnWind(u, v, turn);
      const variables = sampled(points, plan, count, before);
      for (const { name, reader } of readers) reader.reuse(points[name]!);
      if (correction && variables.temperature_2m) addToEach(variables.temperature_2m.values, correction);
      return variables;
    },
  };
}

/** Undefined where the wind is told to east and north, or there is none. */
async function turnOf(
  data: DataFile,
  fields: readonly Field<GridLayout>[],
  cells: Cells,
  { rows, columns }: SamplingPlan,
): Promise<Turn | undefined> {
  const along = fields.filter((field) => isAlongGrid(data, field));
  if (along.length === 0) return undefined;
  const [{ variable, layout }] = along;
  if (along.length === 1 || layout.columnAxis === undefined) {
    throw new KernelcastError(
      'CONVENTIONS',
      'wind along a grid needs both components, and a grid of rows and columns',
      {
        where: { file: data.path, variables: along.map((field) => field.variable.name).join(', ') },
      },
    );
  }
  const x = data.variables.get(variable.dimensions[layout.columnAxis]);
  const values = x && x.shape.length === 1 && !isText(x) ? await readCoordinate(data, x) : [];
  return turnAt(cells, rows, columns, values.length > 1 && values[1] < values[0]);
}

/** @param values [time, station] */
function addToEach(values: Float32Array, perStation: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] += perStation[i % perStation.length];
}

/** Values at stations, [time, station]. A direction is never interpolated: its components are. */
function sampled(points: Points, plan: SamplingPlan, count: number, before: Points): Series['variables'] {
  const stations = plan.stations.length;
  const at = (values: Float64Array, kind: 'scalar' | 'component'): SeriesVariable => {
    const width = plan.rows.length;
    const result = new Float32Array(count * stations);
    for (let t = 0; t < count; t++) applyWeights(plan.weights[kind], values, t * width, result, t * stations);
    return observedVariable(result);
  };
  /** Where nothing plausible is near, the value that is not stands there, and quality control says so. */
  const orImplausible = (name: VariableName, variable: SeriesVariable): SeriesVariable => {
    const told = before[name];
    if (!told) return variable;
    const values = variable.values.slice();
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) values[i] = implausibleAt(told, name, plan, i);
    }
    return observedVariable(values);
  };
  const variables: Series['variables'] = {};
  const { temperature_2m, wind_speed_10m: speed, wind_direction_10m: direction } = points;
  let { wind_u_component_10m: u, wind_v_component_10m: v } = points;
  if (temperature_2m) variables.temperature_2m = orImplausible('temperature_2m', at(temperature_2m, 'scalar'));
  if (speed) variables.wind_speed_10m = orImplausible('wind_speed_10m', at(speed, 'scalar'));
  if (direction && !(u && v)) {
    const components = asComponents(speed ?? direction.map(() => 1), direction);
    if (speed) [u, v] = [components.u, components.v];
    else variables.wind_direction_10m = directionOf(at(components.u, 'component'), at(components.v, 'component'));
  }
  if (u) variables.wind_u_component_10m = orImplausible('wind_u_component_10m', at(u, 'component'));
  if (v) variables.wind_v_component_10m = orImplausible('wind_v_component_10m', at(v, 'component'));
  return completeWind(variables, count * stations);
}

/** The implausible value nearest to a station, at a place of a series [time, station]; NaN where there is none. */
function implausibleAt(told: Float64Array, name: VariableName, plan: SamplingPlan, at: number): number {
  const { starts, points, weights } = plan.weights.scalar;
  const station = at % plan.stations.length;
  const from = Math.floor(at / plan.stations.length) * plan.rows.length;
  let [value, most] = [Number.NaN, 0];
  for (let k = starts[station]; k < starts[station + 1]; k++) {
    const one = told[from + points[k]];
    if (!Number.isNaN(one) && !isPlausible(name, one) && weights[k] > most) [value, most] = [one, weights[k]];
  }
  return value;
}

function asComponents(speed: Float64Array, direction: Float64Array): { u: Float64Array; v: Float64Array } {
  const u = new Float64Array(speed.length);
  const v = new Float64Array(speed.length);
  for (let i = 0; i < speed.length; i++) {
    const components = windComponents(speed[i], direction[i]);
    u[i] = components.u;
    v[i] = components.v;
  }
  return { u, v };
}

function directionOf(u: SeriesVariable, v: SeriesVariable): SeriesVariable {
  return observedVariable(u.values.map((value, i) => windDirection(value, v.values[i])));
}
