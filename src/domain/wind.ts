/**
 * Wind as components (u eastward, v northward, m/s) and as speed and direction (degrees true, where it blows *from*): the one place that
 * turns the one into the other, and knows what a calm is and what lies between two directions.
 */

const DEGREE = Math.PI / 180;

export function windSpeed(u: number, v: number): number {
  return Math.hypot(u, v);
}

/** 0 = from north, 90 = from east; in [0, 360). Calm (0, 0) is 0. */
export function windDirection(u: number, v: number): number {
  if (u === 0 && v === 0) return 0;
  const degrees = Math.atan2(-u, -v) / DEGREE;
  // The absolute value turns -0 into 0.
  return degrees < 0 ? (degrees + 360) % 360 : Math.abs(degrees);
}

/** A calm (speed 0) has components (0, 0), whatever its direction, and where it has none. */
export function windComponents(speed: number, direction: number): { u: number; v: number } {
  if (speed === 0) return { u: 0, v: 0 };
  return { u: -speed * Math.sin(direction * DEGREE), v: -speed * Math.cos(direction * DEGREE) };
}

/** The direction at a share (0..1) of the way from one to another; NaN halfway between opposite ones, where there is none. */
export function directionBetween(from: number, to: number, share: number): number {
  const [a, b] = [windComponents(1, from), windComponents(1, to)];
  const [u, v] = [a.u + share * (b.u - a.u), a.v + share * (b.v - a.v)];
  return windSpeed(u, v) < 1e-6 ? Number.NaN : windDirection(u, v);
}
