/** Which sense a file is for, told by its content and never by its name; and its map, as that sense's settings want it. */
import { open, readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { KernelcastError } from '../../src/errors.ts';
import { systemCode } from '../../src/store/disk/files.ts';
import type { FeatureMap } from './feature-map.ts';

/** By sense, what its map is made with; what is left out is as published. */
export const perceptionSchema = z.discriminatedUnion('sense', [
  z.strictObject({ sense: z.literal('image'), size: z.int().positive().default(224) }),
  z.strictObject({
    sense: z.literal('audio'),
    frames: z.int().positive().default(128),
    bins: z.int().positive().default(128),
    mean: z.number().default(-6.845978),
    std: z.number().positive().default(5.5654526),
    rows: z.enum(['time', 'frequency']).default('time'),
  }),
  z.strictObject({
    sense: z.literal('points'),
    height: z.int().positive().default(224),
    width: z.int().positive().default(224),
  }),
  z.strictObject({
    sense: z.literal('video'),
    size: z.int().positive().default(224),
    layout: z.enum(['tiles', 'memory']).default('tiles'),
  }),
]);

export type Perception = z.infer<typeof perceptionSchema>;
/** `series` are for the forecasters, which learn their map themselves. */
export type FileSense = Perception['sense'] | 'series';

const HEAD_BYTES = 4096;
/** How video files begin: at a place, these letters. MPEG's streams have none, and count as one where a packet follows another. */
const VIDEO_MARKS = [
  [4, 'ftyp'],
  [0, '\u001aEß£'],
  [8, 'AVI '],
  [0, 'FLV\u0001'],
  [0, 'OggS'],
  [0, '\u0000\u0000\u0001º'],
  [0, 'GIF8'],
] as const;
/** NetCDF, HDF5, GRIB, a compressed table, a table with times. */
const SERIES_MARKS = [/^CDF/, /^.HDF\r\n/, /^GRIB/, /^PAR1/, /\d{4}-\d\d-\d\d[T ]?/];

/**
 * @throws KernelcastError `NOT_FOUND` without such a file, `FORMAT` when no sense knows its content.
 */
export async function senseOf(file: string): Promise<FileSense> {
  const [{ isPicture }, { isWav }, { isPointCloud }] = await Promise.all([
    import('./image/raster.ts'),
    import('./audio/wav.ts'),
    import('./points/read-points.ts'),
  ]);
  const head = await headOf(file);
  if (head === undefined) return 'video';
  const text = String.fromCharCode(...head);
  if (isPicture(head)) return 'image';
  if (isWav(head)) return 'audio';
  if (VIDEO_MARKS.some(([at, mark]) => text.startsWith(mark, at))) return 'video';
  if (isPointCloud(head)) return 'points';
  if (SERIES_MARKS.some((mark) => mark.test(text))) return 'series';
  throw new KernelcastError('FORMAT', 'it is not seen what this file holds', {
    where: { file },
    hint: 'Pictures are PNG or JPEG, sounds WAV, points PLY, OFF or XYZ, films a folder of pictures or what FFmpeg reads.',
  });
}

/** Nothing of a folder. */
async function headOf(file: string): Promise<Uint8Array | undefined> {
  try {
    if ((await stat(file)).isDirectory()) return undefined;
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const absent = systemCode(cause) === 'ENOENT';
    throw new KernelcastError('NOT_FOUND', absent ? 'there is no such file' : 'the file cannot be read', {
      where: { file },
      cause,
    });
  }
}

/**
 * The map of a file.
 * @throws KernelcastError `FORMAT` when the file is damaged; `TOO_LITTLE_DATA` when there is too little in it.
 */
export async function perceiveFile(file: string, perception: Perception): Promise<FeatureMap> {
  switch (perception.sense) {
    case 'image': {
      const [{ imageMap }, { decodePicture }] = await Promise.all([
        import('./image/image.ts'),
        import('./image/raster.ts'),
      ]);
      return imageMap(await decodePicture(await readFile(file), file), perception);
    }
    case 'audio': {
      const [{ audioMap }, { decodeWav }] = await Promise.all([import('./audio/audio.ts'), import('./audio/wav.ts')]);
      return audioMap(decodeWav(await readFile(file), file), perception);
    }
    case 'points': {
      const [{ pointMap }, { readPoints }] = await Promise.all([
        import('./points/projections.ts'),
        import('./points/read-points.ts'),
      ]);
      return pointMap(readPoints(await readFile(file), file), perception);
    }
    case 'video': {
      const [{ framesOfFile, framesOfFolder }, { videoMap }] = await Promise.all([
        import('./video/open-video.ts'),
        import('./video/video.ts'),
      ]);
      const isFolder = (await stat(file)).isDirectory();
      return videoMap(await (isFolder ? framesOfFolder(file) : framesOfFile(file)), perception);
    }
  }
}
