import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HorizontalAxes } from '../../../ingest/cf/horizontal-axes.ts';
import { bilinearNeighbours, type PoleRule } from '../../../ingest/sampling/bilinear.ts';
import { range } from '../support.ts';

function axes(latitudes: number[], longitudes: number[], wraps: boolean): HorizontalAxes {
  return { latitudes: Float64Array.from(latitudes), longitudes: Float64Array.from(longitudes), wraps };
}

/** The value of a field, told by row and column, at a point. */
function sample(
  grid: HorizontalAxes,
  field: (latitude: number, longitude: number) => number,
  latitude: number,
  longitude: number,
  pole: PoleRule = 'mean',
): number | undefined {
  const neighbours = bilinearNeighbours(grid, latitude, longitude, pole);
  return neighbours?.reduce(
    (sum, { row, column, weight }) => sum + weight * field(grid.latitudes[row], grid.longitudes[column]),
    0,
  );
}

const EUROPE = axes(range(60, 34, -5), range(-10, 31, 5), false);
const GLOBAL = axes(range(-90, 91, 5), range(0, 360, 5), true);
const OFFSET = axes(range(87.5, -88, -5), range(-177.5, 180, 5), true);

describe('weights', () => {
  it.each([
    ['a region, latitudes descending', EUROPE, [35, 60], [-10, 30]],
    ['the globe from 0 to 360', GLOBAL, [-90, 90], [-180, 360]],
    ['the globe from -180 to 180, without the poles', OFFSET, [-90, 90], [-180, 360]],
  ] as const)('are above zero and sum to one everywhere on %s', (_, grid, [south, north], [west, east]) => {
    const point = fc.tuple(
      fc.double({ min: south, max: north, noNaN: true }),
      fc.double({ min: west, max: east, noNaN: true }),
    );
    const property = fc.property(point, fc.constantFrom<PoleRule>('mean', 'row'), ([latitude, longitude], pole) => {
      const neighbours = bilinearNeighbours(grid, latitude, longitude, pole)!;
      expect(neighbours.every(({ weight }) => weight > 0)).toBe(true);
      expect(neighbours.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    });
    fc.assert(property, { numRuns: 500, seed: 5 });
  });

  it('give a field that is bilinear in latitude and longitude exactly', () => {
    const field = (latitude: number, longitude: number) =>
      3 + 0.5 * latitude - 2 * longitude + 0.01 * latitude * longitude;
    const property = fc.property(
      fc.double({ min: 35, max: 60, noNaN: true }),
      fc.double({ min: -10, max: 30, noNaN: true }),
      (latitude, longitude) => {
        expect(sample(EUROPE, field, latitude, longitude)).toBeCloseTo(field(latitude, longitude), 9);
      },
    );
    fc.assert(property, { numRuns: 300, seed: 6 });
  });

  it('at a grid point are that point alone', () => {
    expect(bilinearNeighbours(EUROPE, 50, 5, 'mean')).toEqual([{ row: 2, column: 3, weight: 1 }]);
  });

  it('do not care how a longitude is written, nor the order of the axes', () => {
    const field = (latitude: number, longitude: number) => latitude + 10 * Math.cos((longitude * Math.PI) / 180);
    const turned = axes([...GLOBAL.latitudes].reverse(), [...GLOBAL.longitudes].reverse(), true);
    const property = fc.property(
      fc.double({ min: -90, max: 90, noNaN: true }),
      fc.double({ min: -180, max: 180, noNaN: true }),
      (latitude, longitude) => {
        const value = sample(GLOBAL, field, latitude, longitude)!;
        expect(sample(GLOBAL, field, latitude, longitude + 360)).toBeCloseTo(value, 9);
        expect(sample(turned, field, latitude, longitude)).toBeCloseTo(value, 9);
      },
    );
    fc.assert(property, { numRuns: 300, seed: 8 });
  });
});

describe('across the date line', () => {
  const columnOf = (grid: HorizontalAxes) => (_: number, longitude: number) => grid.longitudes.indexOf(longitude);

  it('the last column is the neighbour of the first', () => {
    expect(sample(OFFSET, columnOf(OFFSET), 2.5, 180)).toBeCloseTo(71 / 2, 12);
    expect(sample(OFFSET, columnOf(OFFSET), 2.5, -179.5)).toBeCloseTo(71 * 0.4, 12);
    expect(sample(GLOBAL, columnOf(GLOBAL), 0, -2)).toBeCloseTo(71 * 0.4, 12);
  });

  it('a column that repeats the first at 360 changes nothing', () => {
    const closed = axes([...GLOBAL.latitudes], range(0, 361, 5), true);
    const field = (latitude: number, longitude: number) => latitude + Math.sin((longitude * Math.PI) / 180);
    for (const longitude of [-0.5, 0, 359.9, 12.3]) {
      expect(sample(closed, field, 41, longitude)).toBeCloseTo(sample(GLOBAL, field, 41, longitude)!, 12);
    }
  });
});

describe('at the poles', () => {
  // On rows 87.5 and -87.5 the mean of this field is 5, by any column it is another value.
  const field = (latitude: number, longitude: number) =>
    Math.abs(latitude) === 87.5 ? 5 + Math.cos((longitude * Math.PI) / 180) : 0;

  it.each([90, -90])('%d is the mean of the last row, from any side', (pole) => {
    for (const longitude of [-180, 0, 33]) expect(sample(OFFSET, field, pole, longitude)).toBeCloseTo(5, 12);
  });

  it('between the last row and the pole the value goes from the one to the other', () => {
    expect(sample(OFFSET, field, 88.75, 2.5)).toBeCloseTo((5 + Math.cos(Math.PI / 72) + 5) / 2, 12);
  });

  it('components of wind keep the last row', () => {
    expect(sample(OFFSET, field, 90, 2.5, 'row')).toBeCloseTo(5 + Math.cos(Math.PI / 72), 12);
  });

  it('a grid that holds the pole itself uses it', () => {
    expect(sample(GLOBAL, (latitude) => (latitude === 90 ? 7 : 1), 90, 12)).toBeCloseTo(7, 12);
  });

  it('a grid that ends far from the pole, or does not go round, has no pole', () => {
    const tropics = axes(range(-30, 31, 5), range(0, 360, 5), true);
    expect(bilinearNeighbours(tropics, 89, 0, 'mean')).toBeUndefined();
    const sector = axes(range(60, 89, 5), range(0, 91, 5), false);
    expect(bilinearNeighbours(sector, 89, 10, 'mean')).toBeUndefined();
  });
});

describe('the edge of a region', () => {
  it('a point outside has no neighbours', () => {
    for (const [latitude, longitude] of [
      [61, 0],
      [34, 0],
      [50, -11],
      [50, 31],
      [50, 180],
    ]) {
      expect(bilinearNeighbours(EUROPE, latitude, longitude, 'mean')).toBeUndefined();
    }
  });

  it('a point on the edge is inside, even if rounding puts it a hair outside', () => {
    expect(sample(EUROPE, (latitude) => latitude, 60.0001, 30.0001)).toBeCloseTo(60, 12);
    expect(sample(EUROPE, (_, longitude) => longitude, 35, -10.0001)).toBeCloseTo(-10, 12);
  });

  it('a grid of one row or column is only itself', () => {
    const line = axes([50], [5], false);
    expect(sample(line, () => 3, 50, 5)).toBe(3);
    expect(bilinearNeighbours(line, 51, 5, 'mean')).toBeUndefined();
  });
});
