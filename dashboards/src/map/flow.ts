/** Particles that drift with the wind: pure. Their speed is for the eye; where they go is the interpolated wind. */
import { type FieldGrid, fieldValues } from './field.ts';
import type { MapWeather } from './weather.ts';

/** Wind on the cells of the field, m/s towards east and north; NaN where the field shows nothing. */
export interface WindGrid {
  columns: number;
  rows: number;
  u: Float32Array;
  v: Float32Array;
}

export function windGrid(grid: FieldGrid, { speed, direction }: MapWeather): WindGrid {
  const radian = Math.PI / 180;
  const u = speed.map((value, station) => -value * Math.sin(direction[station] * radian));
  const v = speed.map((value, station) => -value * Math.cos(direction[station] * radian));
  const shown = (cells: Float32Array): Float32Array =>
    cells.map((value, cell) => (grid.opacity[cell] >= 1 ? value : Number.NaN));
  return { columns: grid.columns, rows: grid.rows, u: shown(fieldValues(grid, u)), v: shown(fieldValues(grid, v)) };
}

/** The wind at a place, between the four cells about it; undefined where one of them has none. */
export function windAt(
  { columns, rows, u, v }: WindGrid,
  longitude: number,
  latitude: number,
): [number, number] | undefined {
  const x = ((longitude + 180) / 360) * columns - 0.5;
  const y = Math.min(rows - 1, Math.max(0, ((90 - latitude) / 180) * rows - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [west, east] = [(left + columns) % columns, (left + 1 + columns) % columns];
  const [dx, dy] = [x - left, y - top];
  const [above, below] = [top * columns, Math.min(rows - 1, top + 1) * columns];
  const between = (of: Float32Array): number =>
    (1 - dy) * ((1 - dx) * of[above + west] + dx * of[above + east]) +
    dy * ((1 - dx) * of[below + west] + dx * of[below + east]);
  const [eastward, northward] = [between(u), between(v)];
  return Number.isNaN(eastward) || Number.isNaN(northward) ? undefined : [eastward, northward];
}

/** longitude, latitude and age (frames) one after another. */
export type Particles = Float64Array;
export const STRIDE = 3;
/** Frames that a particle lives, so that none settles where the wind gathers. */
export const LIFE = 90;

/** Moves each particle by a frame. @param pixelsPerDegree of the map; @param drift pixels a frame at 1 m/s */
export function advance(
  particles: Particles,
  wind: WindGrid,
  pixelsPerDegree: number,
  drift: number,
  spawn: () => [longitude: number, latitude: number] | undefined,
  random: () => number,
): void {
  for (let at = 0; at < particles.length; at += STRIDE) {
    const here = windAt(wind, particles[at], particles[at + 1]);
    particles[at + 2]++;
    if (!here || particles[at + 2] > LIFE) {
      const [longitude, latitude] = spawn() ?? [Number.NaN, Number.NaN];
      particles[at] = longitude;
      particles[at + 1] = latitude;
      particles[at + 2] = Math.floor(random() * LIFE * 0.6);
      continue;
    }
    const degrees = drift / pixelsPerDegree;
    // Towards the poles a degree of longitude is short; not so short, though, that particles would race.
    const shrink = Math.max(0.35, Math.cos((particles[at + 1] * Math.PI) / 180));
    particles[at] = wrap(particles[at] + (here[0] * degrees) / shrink);
    particles[at + 1] = Math.min(89.9, Math.max(-89.9, particles[at + 1] + here[1] * degrees));
  }
}

function wrap(degrees: number): number {
  return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}
