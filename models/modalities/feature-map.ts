/**
 * What every sense becomes: a map of C x H x W, which one network reads. Values lie channel by channel, then row by row, as
 * in the public code: value (c, h, w) at (c * height + h) * width + w.
 */
import { KernelcastError } from '../../src/errors.ts';

export interface FeatureMap {
  channels: number;
  height: number;
  width: number;
  /** channels * height * width */
  values: Float32Array;
}

export interface Size {
  height: number;
  width: number;
}

export function emptyMap(channels: number, { height, width }: Size): FeatureMap {
  return { channels, height, width, values: new Float32Array(channels * height * width) };
}

/**
 * The maps of a batch, one after the other, channels-last as the networks read them: [maps, height, width, channels].
 * @throws KernelcastError `MODEL` when they differ in size.
 */
export function channelsLast(maps: readonly FeatureMap[]): { shape: number[]; values: Float32Array } {
  const [{ channels, height, width }] = maps;
  const pixels = height * width;
  const values = new Float32Array(maps.length * channels * pixels);
  for (const [i, map] of maps.entries()) {
    if (map.channels !== channels || map.height !== height || map.width !== width) {
      throw new KernelcastError(
        'MODEL',
        `maps of a batch must be of one size: ${shapeOf(map)} beside ${shapeOf(maps[0])}`,
      );
    }
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        values[(i * pixels + pixel) * channels + channel] = map.values[channel * pixels + pixel];
      }
    }
  }
  return { shape: [maps.length, height, width, channels], values };
}

/** `3 x 224 x 224` */
export function shapeOf({ channels, height, width }: FeatureMap): string {
  return `${channels} x ${height} x ${width}`;
}
