/** Colour scales: a value in, a CSS colour out, interpolated between control points in OKLab so that equal steps look equal. */
import { hexToLinear, type Lab, labToLinear, linearToBytes, linearToLab } from './oklab.ts';

export interface ColourScale {
  /** Ends of the scale, °C or m/s; values beyond them take the end's colour. */
  readonly domain: readonly [number, number];
  /** As CSS writes it. */
  colour(value: number): string;
  /** Red, green, blue, 0..255. */
  rgb(value: number): readonly [number, number, number];
}

const STEPS = 512;

/** Builds a scale from `[value, #rrggbb]` points in ascending order of value. */
export function colourScale(points: readonly (readonly [number, string])[]): ColourScale {
  const domain = [points[0][0], points[points.length - 1][0]] as const;
  const labs = points.map(([, hex]) => linearToLab(hexToLinear(hex)));
  const span = domain[1] - domain[0];
  // A table of colours: the map asks for thousands of them in a frame.
  const table = Array.from({ length: STEPS + 1 }, (_, step) => {
    const value = domain[0] + (span * step) / STEPS;
    const next = Math.max(
      1,
      points.findIndex(([at]) => at >= value),
    );
    const [from, to] = [points[next - 1][0], points[next][0]];
    const share = (value - from) / (to - from);
    const mixed = labs[next - 1].map((part, axis) => part + (labs[next][axis] - part) * share);
    return linearToBytes(labToLinear(mixed as unknown as Lab));
  });
  const css = table.map(([r, g, b]) => `rgb(${r}, ${g}, ${b})`);
  const step = (value: number): number => Math.round(Math.min(1, Math.max(0, (value - domain[0]) / span)) * STEPS);
  return { domain, colour: (value) => css[step(value)], rgb: (value) => table[step(value)] };
}

/**
 * Temperature: diverging, blue through cream to red, lightest at 10 °C. No green beside red, lightness falls on either side,
 * so that the order also holds for people with protanopia, deuteranopia and tritanopia (see the test).
 */
const TEMPERATURE = colourScale([
  [-40, '#2a1a5e'],
  [-30, '#3a3a9c'],
  [-20, '#3f66c4'],
  [-10, '#4f93d8'],
  [0, '#8cc3e8'],
  [10, '#f3efd9'],
  [20, '#f8c15c'],
  [30, '#e8743b'],
  [40, '#b3202f'],
  [50, '#5f0a2c'],
]);

/** Wind speed: sequential. More wind stands further from the page: darker on a light page, brighter on a dark one. */
const WIND_ON_LIGHT = colourScale([
  [0, '#f0f3e6'],
  [4, '#b5dccb'],
  [8, '#6dbcc4'],
  [12, '#3c8fbc'],
  [16, '#4062a8'],
  [20, '#4d3789'],
  [25, '#3d1150'],
]);
const WIND_ON_DARK = colourScale([
  [0, '#2b3a52'],
  [4, '#2f5f8c'],
  [8, '#2d8aa8'],
  [12, '#45b3a0'],
  [16, '#8dd487'],
  [20, '#d8ec8a'],
  [25, '#fffbe0'],
]);

export type MapVariable = 'temperature_2m' | 'wind_speed_10m';

export function scaleFor(variable: MapVariable, dark: boolean): ColourScale {
  if (variable === 'temperature_2m') return TEMPERATURE;
  return dark ? WIND_ON_DARK : WIND_ON_LIGHT;
}
