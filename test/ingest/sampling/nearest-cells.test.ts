import { describe, expect, it } from 'vitest';
import type { Cells } from '../../../ingest/cf/cells.ts';
import { NearestCells } from '../../../ingest/sampling/nearest-cells.ts';
import { planSampling } from '../../../ingest/sampling/sampling-plan.ts';
import { station } from '../support.ts';

/** Rows and columns of a grid that is turned by 30 degrees about a place, a degree from one to the next. */
function turned(latitude: number, longitude: number, rows = 9, columns = 9): Cells {
  const cells: Cells = {
    rows,
    columns,
    latitudes: new Float64Array(rows * columns),
    longitudes: new Float64Array(rows * columns),
  };
  const [sin, cos] = [Math.sin(Math.PI / 6), Math.cos(Math.PI / 6)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [y, x] = [row - (rows - 1) / 2, column - (columns - 1) / 2];
      const east = longitude + (cos * x - sin * y) / Math.cos((latitude * Math.PI) / 180);
      cells.latitudes[row * columns + column] = latitude + sin * x + cos * y;
      cells.longitudes[row * columns + column] = ((((east + 180) % 360) + 360) % 360) - 180;
    }
  }
  return cells;
}

const cellOf = ({ row, column }: { row: number; column: number }) => row * 9 + column;

describe.each([
  ['in the middle of the map', 50, 10],
  ['on the date line', 10, 180],
])('a turned grid %s', (_, latitude, longitude) => {
  const cells = turned(latitude, longitude);
  const near = new NearestCells(cells);

  it('a place on a cell is that cell', () => {
    for (const cell of [0, 8, 40, 77]) {
      const found = near.neighbours(cells.latitudes[cell], cells.longitudes[cell], 4)!;
      expect(found.map((one) => [cellOf(one), one.weight])).toEqual([[cell, 1]]);
    }
  });

  it('between four cells each counts a quarter', () => {
    const latitudes = [30, 31, 39, 40].map((cell) => cells.latitudes[cell]);
    const middle = latitudes.reduce((sum, value) => sum + value, 0) / 4;
    const east = cells.longitudes[30] + (((cells.longitudes[40] - cells.longitudes[30] + 540) % 360) - 180) / 2;
    const found = near.neighbours(middle, ((((east + 180) % 360) + 360) % 360) - 180, 4)!;
    expect(found.map(cellOf).sort((a, b) => a - b)).toEqual([30, 31, 39, 40]);
    for (const { weight } of found) expect(weight).toBeCloseTo(0.25, 1);
  });

  it('a place a cell beyond the edge is outside', () => {
    expect(near.neighbours(latitude, longitude + 9 / Math.cos((latitude * Math.PI) / 180), 1)).toBeUndefined();
    expect(near.neighbours(latitude - 8, longitude, 1)).toBeUndefined();
  });
});

it('the pole is inside a grid that lies over it', () => {
  // Rings of 24 cells, 1, 2 and 3 degrees from the pole.
  const cells: Cells = { rows: 3, columns: 24, latitudes: new Float64Array(72), longitudes: new Float64Array(72) };
  for (let cell = 0; cell < 72; cell++) {
    cells.latitudes[cell] = 89.5 - Math.floor(cell / 24);
    cells.longitudes[cell] = -180 + 15 * (cell % 24);
  }
  expect(new NearestCells(cells).neighbours(90, 0, 4)).toHaveLength(4);
});

it('cells without a place are never taken, and where they would be the grid has a hole', () => {
  const cells = turned(50, 10);
  const [latitude, longitude] = [cells.latitudes[40], cells.longitudes[40]];
  const towards = (share: number) =>
    [
      latitude + share * (cells.latitudes[41] - latitude),
      longitude + share * (cells.longitudes[41] - longitude),
    ] as const;
  cells.latitudes[40] = Number.NaN;
  const near = new NearestCells(cells);
  expect(near.neighbours(latitude, longitude, 4)).toBeUndefined();
  expect(cellOf(near.neighbours(...towards(0.4), 1)![0])).toBe(41);
});

it('an unstructured grid reaches as far as its cells are apart', () => {
  const latitudes = Float64Array.of(0, 0, 1, 1, 2);
  const longitudes = Float64Array.of(0, 1, 0.5, 1.5, 1);
  const near = new NearestCells({ rows: 5, columns: 1, latitudes, longitudes });
  expect(near.neighbours(0.6, 0.6, 1)).toEqual([{ row: 2, column: 0, weight: 1 }]);
  expect(near.neighbours(0, 5, 1)).toBeUndefined();
});

it('bilinear is not for cells that have places of their own', () => {
  const plan = () => planSampling(turned(50, 10), [station('a', 50, 10)], { file: 'f.nc', method: 'bilinear' });
  expect(plan).toThrow('cannot be sampled bilinearly');
});
