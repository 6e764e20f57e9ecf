import { expect, it } from 'vitest';
import type { Cells } from '../../../ingest/cf/cells.ts';
import { turnAt, turnWind } from '../../../ingest/sampling/grid-wind.ts';

/** Three columns and two rows at the equator, turned by an angle; longitudes about the date line. */
function askew(degrees: number, step = 0.1): Cells {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const cells: Cells = { rows: 2, columns: 3, latitudes: new Float64Array(6), longitudes: new Float64Array(6) };
  for (let i = 0; i < 6; i++) {
    const [x, y] = [step * ((i % 3) - 1), Math.abs(step) * (Math.floor(i / 3) - 0.5)];
    const longitude = 180 + cosine * x - sine * y;
    cells.longitudes[i] = longitude > 180 ? longitude - 360 : longitude;
    cells.latitudes[i] = sine * x + cosine * y;
  }
  return cells;
}

const ALL = [Int32Array.of(0, 0, 0, 1, 1, 1), Int32Array.of(0, 1, 2, 0, 1, 2)] as const;

it.each([0, 30, 90, -120, 180])('a wind along the rows of a grid turned by %d degrees', (degrees) => {
  const [u, v] = [new Float64Array(12).fill(2), new Float64Array(12)];
  turnWind(u, v, turnAt(askew(degrees), ...ALL, false));
  for (let i = 0; i < 12; i++) {
    expect(u[i]).toBeCloseTo(2 * Math.cos((degrees * Math.PI) / 180), 4);
    expect(v[i]).toBeCloseTo(2 * Math.sin((degrees * Math.PI) / 180), 4);
  }
});

it('columns that count against x', () => {
  const [u, v] = [new Float64Array(6).fill(2), new Float64Array(6).fill(1)];
  turnWind(u, v, turnAt(askew(0, -0.1), ...ALL, true));
  expect(u[4]).toBeCloseTo(2, 6);
  expect(v[4]).toBeCloseTo(1, 6);
});

it('missing wind stays missing', () => {
  const [u, v] = [new Float64Array(6).fill(Number.NaN), new Float64Array(6).fill(1)];
  turnWind(u, v, turnAt(askew(30), ...ALL, false));
  expect(u.every(Number.isNaN) && v.every(Number.isNaN)).toBe(true);
});
