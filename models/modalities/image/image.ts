/**
 * The sense of sight: a picture of any size to [3, size, size], as the reference evaluates on ImageNet (`datasets.py`):
 *
 * - below 384: the shorter side to size * 256 / 224, bicubic, then the middle;
 * - from 384 on: both sides to `size`, warped, nothing cropped;
 * - bytes to 0..1, then ImageNet's mean and standard deviation of each channel.
 *
 *     const map = imageMap(await decodePicture(bytes, file));
 */
import { emptyMap, type FeatureMap } from '../feature-map.ts';
import type { Raster } from './raster.ts';
import { resize } from './resample.ts';

export const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
export const IMAGENET_STD = [0.229, 0.224, 0.225] as const;
/** The published share of the resized picture that is kept. */
const CROP_SHARE = 224 / 256;
const WARPED_FROM = 384;

export interface ImageOptions {
  /** Height and width of the map in pixels. */
  size?: number;
}

export function imageMap(picture: Raster, { size = 224 }: ImageOptions = {}): FeatureMap {
  if (size >= WARPED_FROM) return normalised(resize(picture, size, size, 'bicubic'));
  const { width, height } = shorterSideTo(picture, Math.trunc(size / CROP_SHARE));
  return normalised(cropMiddle(resize(picture, width, height, 'bicubic'), size));
}

/** The size of a picture whose shorter side becomes `side`; the longer one is cut to whole pixels. */
export function shorterSideTo({ width, height }: Pick<Raster, 'width' | 'height'>, side: number) {
  return width <= height
    ? { width: side, height: Math.trunc((side * height) / width) }
    : { width: Math.trunc((side * width) / height), height: side };
}

/** The picture must be as large as the middle that is wanted. */
export function cropMiddle({ width, height, rgb }: Raster, size: number): Raster {
  const [left, top] = [halfEven(width - size), halfEven(height - size)];
  const middle = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const from = ((top + y) * width + left) * 3;
    middle.set(rgb.subarray(from, from + size * 3), y * size * 3);
  }
  return { width: size, height: size, rgb: middle };
}

/** Half of a whole number, rounded as Python's `round` does: a half goes to the even side. */
function halfEven(whole: number): number {
  const half = Math.floor(whole / 2);
  return whole % 2 === 0 ? half : half + (half % 2);
}

/** Bytes to what networks of ImageNet expect. */
export function normalised({ width, height, rgb }: Raster): FeatureMap {
  const map = emptyMap(3, { height, width });
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < width * height; pixel++) {
      const share = rgb[pixel * 3 + channel] / 255;
      map.values[channel * width * height + pixel] = (share - IMAGENET_MEAN[channel]) / IMAGENET_STD[channel];
    }
  }
  return map;
}
