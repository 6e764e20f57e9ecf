import { describe, expect, it } from 'vitest';
import { worldGrid } from '../../../ingest/sample-world/grid.ts';
import { EARTH_RADIUS_M, rossbyWaves, type Wave, WaveField } from '../../../ingest/sample-world/waves.ts';
import { seededRandom } from '../../../src/domain/random.ts';

const DEGREE = Math.PI / 180;
const GROUP = { each: 1, center: 50, scatter: 0, width: 15, speed: 8, peak: 5, flow: 15, memory: 70 };

function steadyWave(wavenumber: number): Wave {
  return {
    wavenumber,
    center: 45,
    width: 12,
    amplitude: 1,
    frequency: 0,
    rotations: [{ rate: 0, phase: 0 }],
  };
}

describe('the waves of the sample world', () => {
  it('travel as Rossby waves do: short ones eastward with the flow, the longest westward against it', () => {
    const waves = rossbyWaves({ ...GROUP, wavenumbers: [1, 2, 6, 9] }, seededRandom('waves'));
    const speeds = waves.map((wave) => {
      const k = wave.wavenumber / (EARTH_RADIUS_M * Math.cos(wave.center * DEGREE));
      return wave.frequency / 3600 / k;
    });
    // By hand, m = 6 at 50 degrees: k = 1.465e-6, l = 5.995e-7, beta = 1.471e-11, so c = 15 - 5.87 m/s.
    expect(speeds[2]).toBeCloseTo(15 - 5.87, 1);
    expect(speeds[0]).toBeLessThan(0);
    expect(speeds.toSorted((a, b) => a - b)).toEqual(speeds);
    for (const speed of speeds) expect(speed).toBeLessThan(GROUP.flow);
  });

  it('have a northward wind of the speed that the group asks for', () => {
    const grid = worldGrid(5);
    const field = new WaveField(
      rossbyWaves({ ...GROUP, each: 6, wavenumbers: [4, 5, 6] }, seededRandom('speed')),
      grid,
    );
    const u = new Float64Array(grid.rows * grid.columns);
    const v = new Float64Array(grid.rows * grid.columns);
    const row = grid.latitudes.indexOf(50);
    let sum = 0;
    let count = 0;
    for (let time = 0; time < 20_000; time += 200) {
      field.wind(time, u, v);
      for (const value of v.subarray(row * grid.columns, (row + 1) * grid.columns)) {
        sum += value ** 2;
        count++;
      }
    }
    expect(Math.sqrt(sum / count)).toBeGreaterThan(0.8 * GROUP.speed);
    expect(Math.sqrt(sum / count)).toBeLessThan(1.2 * GROUP.speed);
  });

  it('give as wind the derivatives of their stream function', () => {
    const grid = worldGrid(1);
    const field = new WaveField([steadyWave(4)], grid);
    const [psi, u, v] = Array.from({ length: 3 }, () => new Float64Array(grid.rows * grid.columns));
    field.values(0, psi);
    field.wind(0, u, v);
    const metres = 2 * DEGREE * EARTH_RADIUS_M;
    const largest = Math.max(...u.map(Math.abs));
    for (let row = 20; row < grid.rows - 20; row += 7) {
      for (let column = 1; column < grid.columns - 1; column += 11) {
        const at = row * grid.columns + column;
        const cosine = Math.cos(grid.latitudes[row] * DEGREE);
        const fromPsiU = -(psi[at + grid.columns] - psi[at - grid.columns]) / metres;
        const fromPsiV = (psi[at + 1] - psi[at - 1]) / (metres * cosine);
        expect(Math.abs(u[at] - fromPsiU)).toBeLessThan(0.01 * largest);
        expect(Math.abs(v[at] - fromPsiV)).toBeLessThan(0.01 * largest);
      }
    }
  });

  it('are one and the same wind at a pole, seen from every meridian', () => {
    const grid = worldGrid(10);
    const field = new WaveField([{ ...steadyWave(1), center: 80 }, steadyWave(3)], grid);
    const u = new Float64Array(grid.rows * grid.columns);
    const v = new Float64Array(grid.rows * grid.columns);
    field.wind(0, u, v);
    const start = (grid.rows - 1) * grid.columns;
    const inSpace = Array.from({ length: grid.columns }, (_, column) => {
      const angle = grid.longitudes[column] * DEGREE;
      const [east, north] = [u[start + column], v[start + column]];
      return [-east * Math.sin(angle) - north * Math.cos(angle), east * Math.cos(angle) - north * Math.sin(angle)];
    });
    const speed = Math.hypot(...inSpace[0]);
    expect(speed).toBeGreaterThan(0);
    for (const [x, y] of inSpace) {
      expect(Math.abs(x - inSpace[0][0])).toBeLessThan(1e-3 * speed);
      expect(Math.abs(y - inSpace[0][1])).toBeLessThan(1e-3 * speed);
    }
  });
});
