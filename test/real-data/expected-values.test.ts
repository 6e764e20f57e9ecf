/** The readers against published files: ../shared/data, whose `expected.json` holds what xarray reads from them. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coordinateOf } from '../../ingest/cf/coordinates.ts';
import { gridLayout } from '../../ingest/cf/grid-layout.ts';
import { readHorizontalAxes, readPlaces } from '../../ingest/cf/horizontal-axes.ts';
import { packingOf, signedAsTold } from '../../ingest/cf/packing.ts';
import { readTimeAxis } from '../../ingest/cf/time-axis.ts';
import { openDataFile } from '../../ingest/formats/open.ts';
import { applyWeights, planSampling, type SamplingMethod } from '../../ingest/sampling/sampling-plan.ts';
import { distanceKm } from '../../src/domain/geo.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { station, unpackedValues } from '../ingest/support.ts';
import {
  asExpected,
  data,
  expectClose,
  expectRounded,
  present,
  readableFiles,
  unpackedOne,
  withEccodes,
} from './published.ts';

describe.skipIf(!present)(`what xarray reads (${data})`, () => {
  const files = [...readableFiles('gridded'), ...readableFiles('formats')];

  it('there are such files', () => {
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining(['gridded/ncep_air_6hourly_2013.nc', 'gridded/era5_t2m_3hourly_italy_2022.nc']),
    );
    expect(files.length).toBeGreaterThanOrEqual(withEccodes ? 25 : 24);
  });

  it.each(files)('%s: values and statistics', async (name, expected) => {
    const grid = await openDataFile(join(data, name));
    for (const [variableName, told] of Object.entries(expected.variables)) {
      const variable = grid.variables.get(variableName)!;
      expect(variable.shape).toEqual(told.shape);
      const packing = packingOf(variable, name);
      const zeros = told.shape.map(() => 0);
      const stored = signedAsTold(await grid.read(variable, zeros, told.shape), packing);
      const values = await unpackedValues(grid, variable);
      const flat = (index: number[]) => index.reduce((at, i, axis) => at * told.shape[axis] + i, 0);
      for (const [i, index] of told.index.entries()) {
        const at = flat(index);
        const wanted = told.value[i] ?? Number.NaN;
        expect(asExpected(stored[at], variable, packing)).toBe(wanted);
        expectRounded(values[at], wanted, packing, 2);
        // One value read alone is the same as out of the whole.
        const [alone] = await grid.read(
          variable,
          index,
          index.map(() => 1),
        );
        expect(unpackedOne(alone, packing)).toBe(values[at]);
      }
      const valid = values.filter((value) => !Number.isNaN(value));
      expect(valid.length).toBe(told.count_valid);
      expectClose(valid.reduce((sum, value) => sum + value, 0) / valid.length, told.mean, 1e-5);
      const [least, most] = [Math.min, Math.max].map((pick) => valid.reduce((a, b) => pick(a, b)));
      expectRounded(least, told.min, packing, 3);
      expectRounded(most, told.max, packing, 3);
    }
    await grid.close();
  });

  it.each(files.filter(([, { time }]) => time))('%s: times, or a refusal by name', async (name, { time }) => {
    const grid = await openDataFile(join(data, name));
    // GRIB has no names of its own for its times.
    const variable = grid.variables.get(time!.name) ?? grid.variables.get('time')!;
    const outcome = await readTimeAxis(grid, variable).catch((error: unknown) => error);
    await grid.close();
    // Dates of calendars without UTC are written without a T; the other exceptions are axes of several series.
    if (isKernelcastError(outcome)) {
      expect(outcome.code).toBe('CONVENTIONS');
      expect(time!.first).not.toMatch(/^\d{4}-\d\d-\d\dT/);
      return;
    }
    const { times } = outcome as { times: Float64Array };
    if (!/^\d{4}-\d\d-\d\dT/.test(time!.first)) return;
    const iso = (at: number) => new Date(at).toISOString().slice(0, 19);
    expect([times.length, iso(times[0]), iso(times[times.length - 1])]).toEqual([time!.count, time!.first, time!.last]);
  });

  it.each(files)('%s: bilinear points', async (name, expected) => {
    const grid = await openDataFile(join(data, name));
    for (const [variableName, { points = [], shape }] of Object.entries(expected.variables)) {
      if (points.length === 0) continue;
      const variable = grid.variables.get(variableName)!;
      const [latitude, longitude] = (['latitude', 'longitude'] as const).map(
        (role) => variable.dimensions.map((dimension) => coordinateOf(grid, dimension, role)).find(Boolean)!,
      );
      const axes = await readHorizontalAxes(grid, latitude, longitude);
      const plan = planSampling(
        axes,
        points.map((point, index) => station(`p${index}`, point.latitude, point.longitude)),
        { file: name },
      );
      const values = await unpackedValues(grid, variable);
      const columns = shape[shape.length - 1];
      const plane = shape[shape.length - 2] * columns;
      for (const [key, from] of [
        ['bilinear_first', 0],
        ['bilinear_last', values.length - plane],
      ] as const) {
        const atPoints = Float64Array.from(plan.rows, (row, i) => values[from + row * columns + plan.columns[i]]);
        const sampled = new Float32Array(points.length);
        applyWeights(plan.weights.scalar, atPoints, 0, sampled, 0);
        const { starts, points: used } = plan.weights.scalar;
        for (const [index, point] of points.entries()) {
          const neighbours = used.subarray(starts[index], starts[index + 1]);
          const anyMissing = neighbours.some((neighbour) => Number.isNaN(atPoints[neighbour]));
          // xarray gives up a point with a missing neighbour; here the others stand in for it.
          expect([index, point[key] === null]).toEqual([index, anyMissing]);
          if (point[key] !== null) expectClose(sampled[index], point[key], 1e-5);
        }
      }
    }
    await grid.close();
  });
});

describe.skipIf(!present)('grids whose cells have places of their own', () => {
  /** All values of the first time, and the places of their cells. */
  async function cellsOf(name: string, variableName: string) {
    const grid = await openDataFile(join(data, name));
    const variable = grid.variables.get(variableName)!;
    const layout = await gridLayout(grid, variable);
    if (typeof layout === 'string') throw new Error(layout);
    const places = await readPlaces(grid, layout);
    const values = (await unpackedValues(grid, variable)).subarray(0, places.latitudes.length);
    await grid.close();
    return { kind: layout.kind, places, values };
  }

  it.each([
    ['formats/cordex_tas_day_latlon2d_nc4.nc', 'tas'],
    ['formats/cmip6_tas_mon_lat_descending_nc4.nc', 'tas'],
    ...(withEccodes ? [['gridded/nam_awp211_lambert.grib2', 't2m']] : []),
  ])('%s: the nearest cell, found by looking at all of them', async (name, variableName) => {
    const { kind, places, values } = await cellsOf(name, variableName);
    expect(kind).toBe('cells');
    const { latitudes, longitudes } = places;
    const { uniform } = seededRandom(name);
    for (let i = 0; i < 40; i++) {
      // Beside a cell, by a tenth of a degree at most: inside the grid.
      const cell = Math.floor(uniform() * values.length);
      const place = { latitude: latitudes[cell] + 0.1 * uniform(), longitude: longitudes[cell] + 0.1 * uniform() };
      if (Math.abs(place.latitude) > 89) continue;
      const distance = (at: number) => distanceKm(place, { latitude: latitudes[at], longitude: longitudes[at] });
      const all = Array.from(latitudes.keys()).sort((a, b) => distance(a) - distance(b));
      const valueBy = (method: SamplingMethod) => {
        const plan = planSampling(places, [station('p', place.latitude, place.longitude)], { file: name, method });
        const columns = 'columns' in places ? places.columns : 1;
        const points = Float64Array.from(plan.rows, (row, j) => values[row * columns + plan.columns[j]]);
        const [target] = [new Float32Array(1)];
        applyWeights(plan.weights.scalar, points, 0, target, 0);
        return target[0];
      };
      expect(valueBy('nearest')).toBe(Math.fround(values[all[0]]));
      const weights = all.slice(0, 4).map((at) => distance(at) ** -2);
      const mean = all.slice(0, 4).reduce((sum, at, j) => sum + weights[j] * values[at], 0);
      expectClose(valueBy('inverse-distance'), mean / weights.reduce((sum, weight) => sum + weight, 0), 1e-6);
    }
  });
});
