/** Wind as components (u eastward, v northward, m/s) and as speed and direction (degrees true, where it blows *from*). */

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

export function windComponents(speed: number, direction: number): { u: number; v: number } {
  return { u: -speed * Math.sin(direction * DEGREE), v: -speed * Math.cos(direction * DEGREE) };
}
