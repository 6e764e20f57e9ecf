import { describe, expect, it } from 'vitest';
import { clampGlobe, globeRadius, projectGlobe } from '../../dashboards/src/map/globe.ts';
import { globeSamples, paintSamples, type Raster } from '../../dashboards/src/map/globe-field.ts';
import { seededRandom } from '../../src/domain/random.ts';

const size = { width: 300, height: 240 };
const raster: Raster = { columns: 102, rows: 82, block: 3, origin: -3 };
const grid = { columns: 120, rows: 60 };
const view = (longitude: number, latitude: number) => clampGlobe({ longitude, latitude, scale: 0 }, size);

/** The cells' colours, red telling the place, and the picture of them. */
function paint(
  viewport: ReturnType<typeof view>,
  colour: (longitude: number, latitude: number) => [red: number, opacity: number],
): Uint8ClampedArray {
  const cells = new Uint8ClampedArray(grid.columns * grid.rows * 4);
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const [red, opacity] = colour(-178.5 + column * 3, 88.5 - row * 3);
      cells.set([red, 0, 0, opacity], (row * grid.columns + column) * 4);
    }
  }
  const target = new Uint8ClampedArray(raster.columns * raster.rows * 4);
  paintSamples(globeSamples(viewport, size, raster, grid), cells, target);
  return target;
}
function at(picture: Uint8ClampedArray, [x, y]: readonly number[]): number[] {
  const { columns, block, origin } = raster;
  const first = (Math.floor((y - origin) / block) * columns + Math.floor((x - origin) / block)) * 4;
  return [picture[first], picture[first + 3]];
}

describe('the field on the globe', () => {
  it('shows each place the colour of its cell', () => {
    for (const [longitude, latitude] of [
      [0, 20],
      [175, -30],
      [-90, 60],
    ]) {
      const viewport = view(longitude, latitude);
      const picture = paint(viewport, (_, north) => [100 + north, 255]);
      for (const [dx, dy] of [
        [0, 0],
        [20, 5],
        [-25, -20],
      ]) {
        const [red, opacity] = at(picture, projectGlobe(viewport, size, longitude + dx, latitude + dy));
        // A block is three pixels wide: near two degrees in the middle of a globe as small as this one.
        expect(Math.abs(red - (100 + latitude + dy))).toBeLessThan(3);
        expect(opacity).toBe(255);
      }
    }
  });

  it('has no seam at the date line', () => {
    const viewport = view(180, 0);
    const picture = paint(viewport, (east) => [Math.round(Math.abs(east)), 255]);
    for (const longitude of [176, 179, 180, -179, -176]) {
      const [red] = at(picture, projectGlobe(viewport, size, longitude, 1));
      expect(red).toBeGreaterThan(173);
    }
  });

  it('looks the same when the world and the view are turned together, also over the date line', () => {
    const { uniform } = seededRandom('turned');
    const reds = Array.from({ length: grid.columns * grid.rows }, () => Math.floor(256 * uniform()));
    const cellOf = (longitude: number, latitude: number) =>
      ((88.5 - latitude) / 3) * grid.columns + (longitude + 178.5) / 3;
    const turned = (longitude: number) => (longitude < 0 ? longitude + 180 : longitude - 180);
    const middle = paint(view(0, 10), (east, north) => [reds[cellOf(east, north)], 255]);
    const edge = paint(view(180, 10), (east, north) => [reds[cellOf(turned(east), north)], 255]);
    const differences = middle.map((value, index) => Math.abs(value - edge[index]));
    // What is left is rounding.
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  });

  it('is not darkened by cells that have no colour, and has none where none of them has', () => {
    const picture = paint(view(0, 0), (east) => (east < 0 ? [0, 0] : [200, 255]));
    const seen = new Set<number>();
    for (let pixel = 0; pixel < picture.length; pixel += 4) if (picture[pixel + 3] > 0) seen.add(picture[pixel]);
    expect([...seen]).toEqual([200]);
    expect(at(picture, projectGlobe(view(0, 0), size, -20, 0))).toEqual([0, 0]);
  });

  it('ends with the globe', () => {
    const viewport = view(40, 10);
    const picture = paint(viewport, () => [50, 255]);
    for (let row = 0; row < raster.rows; row++) {
      for (let column = 0; column < raster.columns; column++) {
        const [x, y] = [column, row].map((index) => raster.origin + (index + 0.5) * raster.block);
        const within = Math.hypot(x - size.width / 2, y - size.height / 2) <= globeRadius(viewport);
        expect(picture[(row * raster.columns + column) * 4 + 3]).toBe(within ? 255 : 0);
      }
    }
  });
});
