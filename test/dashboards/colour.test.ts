import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hexToLinear,
  type Lab,
  type LinearRgb,
  labToLinear,
  linearToBytes,
  linearToLab,
} from '../../dashboards/src/colour/oklab.ts';
import { colourScale, scaleFor } from '../../dashboards/src/colour/scale.ts';

/**
 * How a person sees linear sRGB who lacks one kind of cone.
 * Source: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A physiologically-based model for simulation of color vision
 * deficiency", 2009, severity 1.
 */
const DEFICIENCIES: Record<string, number[][]> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(css: string, deficiency: string): Lab {
  const parts = (css.match(/\d+/g) ?? []).map(Number);
  const linear = hexToLinear(`#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`);
  const mixed = DEFICIENCIES[deficiency].map((row) =>
    row.reduce((sum, weight, axis) => sum + weight * linear[axis], 0),
  );
  return linearToLab(mixed.map((part) => Math.min(1, Math.max(0, part))) as unknown as LinearRgb);
}

function distance(a: Lab, b: Lab): number {
  return Math.hypot(...a.map((part, axis) => part - b[axis]));
}

const SCALES = [
  ['temperature', scaleFor('temperature_2m', false), 5],
  ['wind on light', scaleFor('wind_speed_10m', false), 2],
  ['wind on dark', scaleFor('wind_speed_10m', true), 2],
] as const;

function steps(scale: (typeof SCALES)[number][1], width: number): number[] {
  const [from, to] = scale.domain;
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, index) => from + index * width);
}

describe('OKLab', () => {
  it('goes there and back', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, unit, unit, (r, g, b) => {
        const back = labToLinear(linearToLab([r, g, b]));
        for (const [index, part] of [r, g, b].entries()) expect(back[index]).toBeCloseTo(part, 5);
      }),
    );
  });

  it('puts white, and a published red, where they belong', () => {
    expect(linearToLab([1, 1, 1])[0]).toBeCloseTo(1, 4);
    const [lightness, a, b] = linearToLab([1, 0, 0]);
    expect([lightness, a, b].map((part) => part.toFixed(3))).toEqual(['0.628', '0.225', '0.126']);
    expect(linearToBytes(hexToLinear('#1463c6'))).toEqual([20, 99, 198]);
  });
});

describe('the colour scales', () => {
  it('go through their control points, and hold their ends beyond them', () => {
    const scale = colourScale([
      [0, '#000000'],
      [10, '#ff0000'],
      [20, '#ffffff'],
    ]);
    expect(scale.colour(0)).toBe('rgb(0, 0, 0)');
    expect(scale.colour(10)).toBe('rgb(255, 0, 0)');
    expect(scale.colour(99)).toBe('rgb(255, 255, 255)');
    expect(scale.colour(-5)).toBe('rgb(0, 0, 0)');
  });

  it.each(SCALES)('%s: equal steps look about equally large', (_, scale, width) => {
    const colours = steps(scale, width).map((value) => seen(scale.colour(value), 'none'));
    const sizes = colours.slice(1).map((colour, index) => distance(colour, colours[index]));
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.7);
  });

  it.each(SCALES)('%s: no two steps look alike, to any eye', (_, scale, width) => {
    for (const deficiency of Object.keys(DEFICIENCIES)) {
      const colours = steps(scale, 2 * width).map((value) => seen(scale.colour(value), deficiency));
      colours.forEach((colour, index) => {
        for (const other of colours.slice(index + 1)) expect(distance(colour, other), deficiency).toBeGreaterThan(0.06);
      });
    }
  });

  it('wind stands further from the page the stronger it blows', () => {
    for (const [dark, sign] of [
      [false, -1],
      [true, 1],
    ] as const) {
      const scale = scaleFor('wind_speed_10m', dark);
      const lightness = steps(scale, 1).map((value) => sign * seen(scale.colour(value), 'none')[0]);
      expect(lightness).toEqual([...lightness].sort((a, b) => a - b));
    }
  });
});
