/** Compares our maps with what the reference tools made of the same files (`oracle.py`). */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { audioMap } from '../../../models/modalities/audio/audio.ts';
import { decodeWav } from '../../../models/modalities/audio/wav.ts';
import type { FeatureMap } from '../../../models/modalities/feature-map.ts';
import { imageMap } from '../../../models/modalities/image/image.ts';
import { decodePicture } from '../../../models/modalities/image/raster.ts';
import { pointMap } from '../../../models/modalities/points/projections.ts';
import { readPoints } from '../../../models/modalities/points/read-points.ts';
import { videoMap } from '../../../models/modalities/video/video.ts';

interface Sampled {
  shape: number[];
  at: number[];
  values: number[];
  mean: number;
}

interface Expected {
  tools: { pictures: string; sounds: string; frames: string | null };
  images: (Sampled & { file: string; size: number })[];
  sounds: (Sampled & { file: string })[];
  points: (Sampled & { file: string; size: number })[];
  frames: (Sampled & { size: number; layout: 'tiles' | 'memory' })[];
}

export const TOLERANCE = 1e-4;

export function readExpected(folder: string): Expected {
  return JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
}

/** Every case of a folder, by a name for people. */
export function oracleCases(folder: string): [name: string, check: () => Promise<void>][] {
  const { tools, images, sounds, points, frames } = readExpected(folder);
  const read = async (file: string): Promise<[Uint8Array, string]> => [await readFile(join(folder, file)), file];
  return [
    ...images.map((each): [string, () => Promise<void>] => [
      `${each.file} at ${each.size}, by ${tools.pictures}`,
      async () => expectMap(imageMap(await decodePicture(...(await read(each.file))), { size: each.size }), each),
    ]),
    ...sounds.map((each): [string, () => Promise<void>] => [
      `${each.file}, by ${tools.sounds}`,
      async () => expectMap(audioMap(decodeWav(...(await read(each.file)))), each),
    ]),
    ...points.map((each): [string, () => Promise<void>] => [
      `${each.file} at ${each.size}, by numpy`,
      async () => {
        const cloud = readPoints(...(await read(each.file)));
        expectMap(pointMap(cloud, { height: each.size, width: each.size }), each);
      },
    ]),
    ...frames.map((each): [string, () => Promise<void>] => [
      `four frames at ${each.size} as ${each.layout}, by ${tools.frames}`,
      async () => {
        const names = [1, 2, 3, 4].map((i) => `frame-${i}.png`);
        const pictures = await Promise.all(names.map(async (name) => decodePicture(...(await read(name)))));
        expectMap(videoMap(pictures, { size: each.size, layout: each.layout }), each);
      },
    ]),
  ];
}

function expectMap(
  { channels, height, width, values }: FeatureMap,
  { shape, at, values: wanted, mean }: Sampled,
): void {
  expect([channels, height, width]).toEqual(shape);
  const worst = Math.max(...at.map((index, i) => Math.abs(values[index] - wanted[i])));
  expect(worst).toBeLessThan(TOLERANCE);
  const sum = values.reduce((total, value) => total + value, 0);
  expect(Math.abs(sum / values.length - mean)).toBeLessThan(TOLERANCE);
}
