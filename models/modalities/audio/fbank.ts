/**
 * Kaldi's log-mel filterbank, as `torchaudio.compliance.kaldi.fbank` computes it with the settings of the reference's
 * `Audio/src/dataloader.py`: windows of 25 ms every 10 ms that lie wholly inside, each freed of its mean, pre-emphasised
 * (0.97), under a Hann window, padded to a power of two; the power spectrum through triangles that are evenly wide on the
 * mel scale from 20 Hz to half the sampling rate; the logarithm, not below that of 2^-23.
 */
import { KernelcastError } from '../../../src/errors.ts';

export interface FbankOptions {
  /** Samples a second. */
  rate: number;
  bins?: number;
}

export interface Fbank {
  frames: number;
  bins: number;
  /** [frame, bin] */
  values: Float64Array;
}

const WINDOW_SECONDS = 0.025;
const HOP_SECONDS = 0.01;
const PRE_EMPHASIS = 0.97;
const LOWEST_HERTZ = 20;
const FLOOR = 2 ** -23;

/** @throws KernelcastError `TOO_LITTLE_DATA` when the sound is shorter than a window. */
export function fbank(samples: Float64Array, { rate, bins = 128 }: FbankOptions): Fbank {
  const window = Math.trunc(rate * WINDOW_SECONDS);
  const hop = Math.trunc(rate * HOP_SECONDS);
  if (samples.length < window || window < 2 || hop < 1) {
    throw new KernelcastError(
      'TOO_LITTLE_DATA',
      `the sound is shorter than one window of ${WINDOW_SECONDS * 1000} ms`,
      {
        where: { samples: samples.length, rate },
      },
    );
  }
  const size = 2 ** Math.ceil(Math.log2(window));
  const frames = 1 + Math.floor((samples.length - window) / hop);
  const hann = Float64Array.from({ length: window }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (window - 1)));
  const triangles = melTriangles(bins, size, rate);
  const values = new Float64Array(frames * bins);
  const transform = fourier(size);
  for (let frame = 0; frame < frames; frame++) {
    const power = transform(prepared(samples.subarray(frame * hop, frame * hop + window), hann));
    for (const [bin, { first, weights }] of triangles.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * power[first + i];
      values[frame * bins + bin] = Math.log(Math.max(sum, FLOOR));
    }
  }
  return { frames, bins, values };
}

function prepared(window: Float64Array, hann: Float64Array): Float64Array {
  let mean = 0;
  for (const value of window) mean += value / window.length;
  return Float64Array.from(window, (value, i) => {
    const before = window[Math.max(0, i - 1)] - mean;
    return (value - mean - PRE_EMPHASIS * before) * hann[i];
  });
}

function mel(hertz: number): number {
  return 1127 * Math.log(1 + hertz / 700);
}

/** By bin: the weights of the frequencies from `first` on, without the zeros around them. */
function melTriangles(bins: number, size: number, rate: number): { first: number; weights: number[] }[] {
  const low = mel(LOWEST_HERTZ);
  const step = (mel(rate / 2) - low) / (bins + 1);
  const frequencies = Array.from({ length: size / 2 }, (_, i) => mel((rate / size) * i));
  return Array.from({ length: bins }, (_, bin) => {
    const left = low + bin * step;
    const all = frequencies.map((frequency) => {
      const rising = (frequency - left) / step;
      return Math.max(0, Math.min(rising, 2 - rising));
    });
    const first = Math.max(
      0,
      all.findIndex((weight) => weight > 0),
    );
    return { first, weights: all.slice(first, all.findLastIndex((weight) => weight > 0) + 1) };
  });
}

/** The power of the lower half of the frequencies of a real signal, padded with zeros: radix 2, in place. */
function fourier(size: number): (signal: Float64Array) => Float64Array {
  const bits = Math.log2(size);
  const places = Uint32Array.from({ length: size }, (_, i) => reversed(i, bits));
  const cosines = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));
  return (signal) => {
    const real = new Float64Array(size);
    const imaginary = new Float64Array(size);
    for (let i = 0; i < signal.length; i++) real[places[i]] = signal[i];
    for (let half = 1; half < size; half *= 2) {
      for (let i = 0; i < size; i++) {
        if (i & half) continue;
        const turn = (i & (half - 1)) * (size / (2 * half));
        const j = i + half;
        const x = real[j] * cosines[turn] - imaginary[j] * sines[turn];
        const y = real[j] * sines[turn] + imaginary[j] * cosines[turn];
        [real[j], imaginary[j]] = [real[i] - x, imaginary[i] - y];
        real[i] += x;
        imaginary[i] += y;
      }
    }
    return Float64Array.from({ length: size / 2 }, (_, i) => real[i] ** 2 + imaginary[i] ** 2);
  };
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((value >> bit) & 1) << (bits - 1 - bit);
  return result >>> 0;
}
