/**
 * Fields made of travelling waves, the weather of the sample world (equations 1-3 of the README beside this file):
 *
 *     F(lambda, phi, t) = sum over waves of  s E(phi) Re[ A(t) exp(i (m lambda - omega t)) ]
 *
 * with a real envelope E over latitude and a slowly turning complex amplitude A of mean square 1. A wave is a function of
 * time alone, without a state, so that any hour can be asked for.
 */
import type { Random } from '../../src/domain/random.ts';
import type { WorldGrid } from './grid.ts';

export const EARTH_RADIUS_M = 6.371e6;
const EARTH_ROTATION = 7.2921e-5;
const DEGREE = Math.PI / 180;
const SECONDS_PER_HOUR = 3600;
/** An amplitude is the sum of this many slow rotations. */
const ROTATIONS = 3;

export interface Wave {
  /** m, the number of crests around a circle of latitude. */
  wavenumber: number;
  /** Degrees: the middle of the envelope, and the distance at which it has fallen to exp(-1/2). */
  center: number;
  width: number;
  /** s: the root mean square amplitude, in units of the field. */
  amplitude: number;
  /** omega, radians per hour; positive travels east. */
  frequency: number;
  /** A(t) = sum of exp(i (rate t + phase)) / sqrt(n). Radians per hour, radians. */
  rotations: { rate: number; phase: number }[];
}

export interface WaveGroup {
  wavenumbers: readonly number[];
  /** Waves of each wavenumber. */
  each: number;
  /** Degrees: the middle of the storm track, how far the envelopes scatter around it, and their width. */
  center: number;
  scatter: number;
  width: number;
  /** m/s: the root mean square of the group's northward wind at the centre; per wavenumber it falls off from `peak`. */
  speed: number;
  peak: number;
  /** m/s, eastward: the flow that carries the waves. */
  flow: number;
  /** Hours after which an amplitude has mostly turned into another one. */
  memory: number;
}

/** Stream-function waves (m2/s) that obey the Rossby dispersion relation for the group's flow. */
export function rossbyWaves(group: WaveGroup, random: Random): Wave[] {
  const shares = group.wavenumbers.map((m) => Math.exp(-(((m - group.peak) / (0.6 * group.peak)) ** 2)));
  const total = shares.reduce((sum, share) => sum + share ** 2, 0) * group.each;
  return group.wavenumbers.flatMap((wavenumber, index) =>
    Array.from({ length: group.each }, () => {
      const center = group.center + group.scatter * (2 * random.uniform() - 1);
      const k = wavenumber / (EARTH_RADIUS_M * Math.cos(center * DEGREE));
      const speed = (group.speed * shares[index]) / Math.sqrt(total);
      return {
        wavenumber,
        center,
        width: group.width,
        // The mean square over a wave of a cosine is 1/2.
        amplitude: (Math.SQRT2 * speed) / k,
        frequency: k * rossbySpeed(k, center, group) * SECONDS_PER_HOUR,
        rotations: slowRotations(group.memory, random),
      };
    }),
  );
}

/** c = U - beta / (k^2 + l^2), m/s, where l follows from the width of the envelope. */
function rossbySpeed(k: number, center: number, { flow, width }: WaveGroup): number {
  const beta = (2 * EARTH_ROTATION * Math.cos(center * DEGREE)) / EARTH_RADIUS_M;
  const l = 1 / (width * DEGREE * EARTH_RADIUS_M);
  return flow - beta / (k * k + l * l);
}

export function slowRotations(memory: number, random: Random): Wave['rotations'] {
  return Array.from({ length: ROTATIONS }, () => ({
    rate: random.normal() / memory,
    phase: 2 * Math.PI * random.uniform(),
  }));
}

/**
 * The envelope at a latitude: a Gaussian that goes to zero in the last 25 degrees before a pole; for m = 1 linearly, which
 * is a flow across the pole, else with its slope, which is none there.
 */
function envelope({ center, width, wavenumber }: Wave, latitude: number): number {
  const share = Math.min(1, (90 - Math.abs(latitude)) / 25);
  const taper = wavenumber === 1 ? Math.sin((Math.PI / 2) * share) : share * share * (3 - 2 * share);
  return Math.exp(-0.5 * ((latitude - center) / width) ** 2) * taper;
}

/** Sums waves on a grid. What depends on latitude or longitude alone is computed once. */
export class WaveField {
  readonly #waves: readonly Wave[];
  readonly #grid: WorldGrid;
  /** Per wave, over latitude: E, and (for a stream function) -1/a dE/dphi and m E / (a cos phi). */
  readonly #envelopes: Float64Array[];
  readonly #slopes: Float64Array[];
  readonly #crossings: Float64Array[];
  /** cos and sin of m lambda, [wavenumber, longitude]. */
  readonly #cosines: Float64Array;
  readonly #sines: Float64Array;
  readonly #wavenumbers: number;

  constructor(waves: readonly Wave[], grid: WorldGrid) {
    this.#waves = waves;
    this.#grid = grid;
    const step = 1e-4;
    this.#envelopes = waves.map((wave) => grid.latitudes.map((latitude) => envelope(wave, latitude)));
    this.#slopes = waves.map((wave) =>
      grid.latitudes.map((latitude) => {
        const south = Math.max(-90, latitude - step);
        const north = Math.min(90, latitude + step);
        const slope = (envelope(wave, north) - envelope(wave, south)) / ((north - south) * DEGREE);
        return -slope / EARTH_RADIUS_M;
      }),
    );
    this.#crossings = waves.map((wave) =>
      grid.latitudes.map((latitude) => {
        // At a pole the quotient has a limit, which it has reached a step away from it.
        const near = Math.sign(latitude) * Math.min(Math.abs(latitude), 90 - step);
        return (wave.wavenumber * envelope(wave, near)) / (EARTH_RADIUS_M * Math.cos(near * DEGREE));
      }),
    );
    this.#wavenumbers = 1 + Math.max(...waves.map((wave) => wave.wavenumber));
    const angle = (index: number) => Math.floor(index / grid.columns) * grid.longitudes[index % grid.columns] * DEGREE;
    const size = { length: this.#wavenumbers * grid.columns };
    this.#cosines = Float64Array.from(size, (_, index) => Math.cos(angle(index)));
    this.#sines = Float64Array.from(size, (_, index) => Math.sin(angle(index)));
  }

  /** The field itself at a time (hours), into `out` [latitude, longitude]. */
  values(time: number, out: Float64Array): void {
    this.#sum(time, this.#envelopes, 0, out);
  }

  /** The wind of a stream function: u = -1/a dF/dphi, v = 1/(a cos phi) dF/dlambda; [latitude, longitude] each. */
  wind(time: number, u: Float64Array, v: Float64Array): void {
    this.#sum(time, this.#slopes, 0, u);
    // d/dlambda of cos(m lambda + p) is m cos(m lambda + p + pi/2).
    this.#sum(time, this.#crossings, Math.PI / 2, v);
  }

  #sum(time: number, profiles: readonly Float64Array[], turn: number, out: Float64Array): void {
    const { rows, columns } = this.#grid;
    // This is where the time goes: plain loops over locals.
    const waves = this.#waves;
    const cosines = this.#cosines;
    const sines = this.#sines;
    const phasors = waves.map((wave) => phasor(wave, time, turn));
    const real = new Float64Array(this.#wavenumbers);
    const imaginary = new Float64Array(this.#wavenumbers);
    out.fill(0);
    for (let row = 0; row < rows; row++) {
      real.fill(0);
      imaginary.fill(0);
      for (let index = 0; index < waves.length; index++) {
        const profile = profiles[index][row];
        real[waves[index].wavenumber] += profile * phasors[index][0];
        imaginary[waves[index].wavenumber] += profile * phasors[index][1];
      }
      const start = row * columns;
      for (let m = 0; m < real.length; m++) {
        const a = real[m];
        const b = imaginary[m];
        if (a === 0 && b === 0) continue;
        for (let column = 0; column < columns; column++) {
          const angle = m * columns + column;
          out[start + column] += a * cosines[angle] - b * sines[angle];
        }
      }
    }
  }
}

/** s A(t) exp(i (turn - omega t)) as [real, imaginary]. */
function phasor({ amplitude, frequency, rotations }: Wave, time: number, turn: number): [number, number] {
  const scale = amplitude / Math.sqrt(rotations.length);
  let real = 0;
  let imaginary = 0;
  for (const { rate, phase } of rotations) {
    const angle = turn - frequency * time + rate * time + phase;
    real += scale * Math.cos(angle);
    imaginary += scale * Math.sin(angle);
  }
  return [real, imaginary];
}
