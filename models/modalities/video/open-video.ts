/** Frames of a video: of a folder of pictures in the order of their names, or of a file, through FFmpeg where it is installed. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KernelcastError } from '../../../src/errors.ts';
import { decodePicture, type Raster } from '../image/raster.ts';
import { chooseFrames } from './video.ts';

const run = promisify(execFile);
const PICTURE = /\.(png|jpe?g)$/i;
const MOST_BYTES = 2 ** 30;

/** @throws KernelcastError `NOT_FOUND` when there is no picture in the folder; `FORMAT` when one cannot be read. */
export async function framesOfFolder(folder: string): Promise<Raster[]> {
  const byNumber = new Intl.Collator('en', { numeric: true });
  const names = (await readdir(folder)).filter((name) => PICTURE.test(name)).sort(byNumber.compare);
  if (names.length === 0) {
    throw new KernelcastError('NOT_FOUND', 'the folder holds no pictures', {
      where: { folder },
      hint: 'A video is a folder of PNG or JPEG files, whose names give their order.',
    });
  }
  const frames: Raster[] = [];
  const read = new Map<number, Raster>();
  for (const index of chooseFrames(names.length)) {
    const path = join(folder, names[index]);
    const frame = read.get(index) ?? (await decodePicture(await readFile(path), path));
    read.set(index, frame);
    frames.push(frame);
  }
  return frames;
}

/** @throws KernelcastError `ENVIRONMENT` without FFmpeg; `FORMAT` when it finds no video in the file. */
export async function framesOfFile(file: string): Promise<Raster[]> {
  const { width, height, length } = await probe(file);
  const chosen = chooseFrames(length);
  const wanted = [...new Set(chosen)];
  const select = wanted.map((index) => `eq(n\\,${index})`).join('+');
  const bytes = await ffmpeg('ffmpeg', file, [
    ...['-v', 'error', '-nostdin', '-i', file, '-map', '0:v:0', '-vf', `select='${select}'`],
    ...['-vsync', '0', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
  ]);
  const each = width * height * 3;
  if (bytes.length < each) throw noVideo(file);
  // A damaged end gives fewer frames than were counted: the last one is seen on.
  const got = Math.floor(bytes.length / each);
  const frames = wanted.map((_, i) => {
    const from = Math.min(i, got - 1) * each;
    return { width, height, rgb: new Uint8Array(bytes.subarray(from, from + each)) };
  });
  return chosen.map((index) => frames[wanted.indexOf(index)]);
}

async function probe(file: string): Promise<{ width: number; height: number; length: number }> {
  const text = await ffmpeg('ffprobe', file, [
    ...['-v', 'error', '-select_streams', 'v:0', '-count_frames'],
    ...['-show_entries', 'stream=width,height,nb_read_frames', '-of', 'json', file],
  ]);
  const { streams = [] } = JSON.parse(text.toString('utf8')) as { streams?: Record<string, unknown>[] };
  const [width, height, length] = ['width', 'height', 'nb_read_frames'].map((name) => Number(streams[0]?.[name]));
  if (!(width > 0 && height > 0 && length > 0)) throw noVideo(file);
  return { width, height, length };
}

async function ffmpeg(program: string, file: string, args: readonly string[]): Promise<Buffer> {
  try {
    const { stdout } = await run(program, args, { encoding: 'buffer', maxBuffer: MOST_BYTES });
    return stdout;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ENOENT') throw noVideo(file, cause);
    throw new KernelcastError('ENVIRONMENT', `${program} is not installed, which reads video files`, {
      where: { file },
      hint: 'Install FFmpeg, or give a folder of the frames as PNG or JPEG files.',
      cause,
    });
  }
}

function noVideo(file: string, cause?: unknown): KernelcastError {
  return new KernelcastError('FORMAT', 'FFmpeg finds no video in the file', { where: { file }, cause });
}
