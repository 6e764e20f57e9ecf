/**
 * The sense of motion: frames to one big image (UniRepLKNet, section 4.2). Of a video sixteen frames are taken, one in four
 * around its middle; each is resized to 224 at its shorter side, cropped to its middle and normalised; the sixteen of
 * [3, 224, 224] become [3, 896, 896].
 *
 * How, the paper and the code say differently:
 *
 * - `tiles`: frames side by side, four in each of four rows. What the paper's text says, and a picture that one can look at.
 * - `memory`: what the public code's `reshape(B, C, H*4, W*4)` does, which takes [C, T, H, W] memory as it lies: a row of the big
 *   image holds four rows of a frame, one after the other. Weights of that code need it.
 */
import { KernelcastError } from '../../../src/errors.ts';
import type { FeatureMap } from '../feature-map.ts';
import { cropMiddle, normalised, shorterSideTo } from '../image/image.ts';
import type { Raster } from '../image/raster.ts';
import { resizeAsOpenCv } from './resize-opencv.ts';

export interface VideoOptions {
  /** A square number of them. */
  frames?: number;
  /** Height and width of each frame in pixels. */
  size?: number;
  layout?: 'tiles' | 'memory';
}

export const FRAMES = 16;
const RATE = 4;

/**
 * Which frames of a video are looked at, as the reference's validation chooses them (`Video/dataset/datasets.py`): one in
 * `rate`, in the middle of a long video; all in a row from the start of a short one, whose last frame is then repeated.
 */
export function chooseFrames(length: number, frames = FRAMES, rate = RATE): number[] {
  if (length < 1) throw new KernelcastError('TOO_LITTLE_DATA', 'the video has no frames');
  const span = frames * rate;
  if (length <= span) {
    const inside = Math.floor(length / rate);
    const step = inside > 1 ? length / (inside - 1) : 0;
    return Array.from({ length: frames }, (_, i) => Math.min(length - 1, i < inside ? Math.trunc(i * step) : length));
  }
  const end = Math.floor((span + length) / 2);
  const start = end - span;
  return Array.from({ length: frames }, (_, i) => Math.min(end - 1, Math.trunc(start + (i * span) / (frames - 1))));
}

/** @throws KernelcastError `MODEL` when the number of frames is no square. */
export function videoMap(frames: readonly Raster[], { size = 224, layout = 'tiles' }: VideoOptions = {}): FeatureMap {
  const side = Math.sqrt(frames.length);
  if (!Number.isInteger(side) || side === 0) {
    throw new KernelcastError('MODEL', `${frames.length} frames do not fill a square image`, {
      hint: 'Take 4, 9 or 16 of them.',
    });
  }
  return joinFrames(
    frames.map((frame) => frameMap(frame, size)),
    layout,
  );
}

/** One frame, [3, size, size]. */
export function frameMap(frame: Raster, size: number): FeatureMap {
  const { width, height } = shorterSideTo(frame, size);
  const isThere = Math.min(frame.width, frame.height) === size;
  return normalised(cropMiddle(isThere ? frame : resizeAsOpenCv(frame, width, height), size));
}

/** Maps of one size, a square number of them, to one image. */
export function joinFrames(frames: readonly FeatureMap[], layout: 'tiles' | 'memory'): FeatureMap {
  const side = Math.sqrt(frames.length);
  const [{ channels, height, width }] = frames;
  const [tall, wide] = [side * height, side * width];
  const values = new Float32Array(channels * tall * wide);
  for (const [t, frame] of frames.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        const from = (channel * height + row) * width;
        const to =
          layout === 'memory'
            ? ((channel * frames.length + t) * height + row) * width
            : (channel * tall + Math.floor(t / side) * height + row) * wide + (t % side) * width;
        values.set(frame.values.subarray(from, from + width), to);
      }
    }
  }
  return { channels, height: tall, width: wide, values };
}
