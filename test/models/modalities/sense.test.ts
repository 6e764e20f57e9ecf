import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeWav } from '../../../models/modalities/audio/wav.ts';
import { channelsLast } from '../../../models/modalities/feature-map.ts';
import { decodePicture } from '../../../models/modalities/image/raster.ts';
import { pointMap } from '../../../models/modalities/points/projections.ts';
import { readPoints } from '../../../models/modalities/points/read-points.ts';
import { perceiveFile, perceptionSchema, senseOf } from '../../../models/modalities/sense.ts';
import { chooseFrames, joinFrames } from '../../../models/modalities/video/video.ts';

const FIXTURES = new URL('../../fixtures/modalities', import.meta.url).pathname;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-senses-'));
});
afterAll(() => rm(root, { recursive: true }));

async function fileOf(content: string | Uint8Array): Promise<string> {
  const file = join(root, 'file-without-an-ending');
  await writeFile(file, content);
  return file;
}

describe('which sense a file is for', () => {
  test.each([
    ['photo.png', 'image'],
    ['photo.jpg', 'image'],
    ['word.wav', 'audio'],
    ['ring.ply', 'points'],
    ['ring-text.ply', 'points'],
    ['ring.xyz', 'points'],
    ['ring.off', 'points'],
  ])('%s is known by its content: %s', async (file, sense) => {
    expect(await senseOf(join(FIXTURES, file))).toBe(sense);
  });

  test('a folder is a film, and so is what begins as one', async () => {
    expect(await senseOf(FIXTURES)).toBe('video');
    expect(await senseOf(await fileOf('\0\0\0\u0018ftypisom'))).toBe('video');
  });

  test('tables with times and gridded files are series', async () => {
    expect(await senseOf(await fileOf('time,temperature\n2024-01-01T00:00,3.5\n2024-01-01T01:00,3.4\n'))).toBe(
      'series',
    );
    expect(await senseOf(await fileOf('CDF\u0002 and more'))).toBe('series');
  });

  test('what no sense knows is refused with what there is; what is not there is not found', async () => {
    await expect(senseOf(await fileOf('Dear reader,\n'))).rejects.toMatchObject({
      code: 'FORMAT',
      hint: /PNG or JPEG/,
    });
    await expect(senseOf(join(root, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('damaged files give one error each', () => {
  test('a picture that is cut off', async () => {
    const whole = await import('node:fs/promises').then(({ readFile }) => readFile(join(FIXTURES, 'photo.png')));
    await expect(decodePicture(whole.subarray(0, 200), 'p')).rejects.toMatchObject({
      code: 'FORMAT',
      where: { file: 'p' },
    });
    const huge = Uint8Array.from(whole);
    huge.set([0x7f, 0xff, 0xff, 0xff], 16);
    await expect(decodePicture(huge, 'p')).rejects.toThrow(/pixels/);
  });

  test.each([
    ['is compressed', wav({ code: 0x11, bits: 4 }), /format 17, 4 bits/],
    ['has no samples', wav({}).subarray(0, 36), /no samples/],
    ['is none', new Uint8Array(64), /no WAV/],
  ])('a sound that %s', (_, bytes, message) => {
    expect(() => decodeWav(bytes, 'w')).toThrow(message);
  });

  test('points that are fewer than promised, or no numbers', () => {
    const read = (text: string) => () => readPoints(new TextEncoder().encode(text), 'p');
    expect(read('OFF\n5 0 0\n0 0 0\n')).toThrow(/fewer points/);
    expect(read('1 2 3\n1 x 3\n')).toThrow(/no number/);
    expect(
      read(
        'ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nend_header\n0 0 0\n',
      ),
    ).toThrow(/ends before/);
    expect(read('ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n0\n')).toThrow(
      /lack x, y or z/,
    );
  });
});

describe('sounds of every width of a sample', () => {
  test.each([
    [1, 8, 1 / 128],
    [1, 16, 2 ** -15],
    [1, 24, 2 ** -23],
    [1, 32, 2 ** -31],
    [3, 32, 2 ** -24],
    [3, 64, 2 ** -52],
  ])('format %i with %i bits', (code, bits, step) => {
    const { rate, channels } = decodeWav(wav({ code, bits, samples: [0, 0.5, -0.25] }), 'w');
    expect(rate).toBe(8000);
    for (const [i, value] of [0, 0.5, -0.25].entries())
      expect(Math.abs(channels[0][i] - value)).toBeLessThanOrEqual(step);
  });
});

describe('points and frames', () => {
  test('a point alone stands in the middle of each view', () => {
    const { values } = pointMap(new Float64Array([5, 6, 7]), { height: 9, width: 9 });
    expect([...values.subarray(0, 81)].flatMap((value, i) => (value > 0 ? [i] : []))).toEqual([
      30, 31, 32, 39, 40, 41, 48, 49, 50,
    ]);
  });

  test('the middle of a long film is looked at, one frame in four; a short one to its end', () => {
    expect(chooseFrames(200)).toEqual([68, 72, 76, 80, 85, 89, 93, 97, 102, 106, 110, 114, 119, 123, 127, 131]);
    expect(chooseFrames(20)).toEqual([0, 5, 10, 15, ...Array(12).fill(19)]);
    expect(chooseFrames(1)).toEqual(Array(16).fill(0));
  });

  test('tiles lie side by side, memory as it lies', () => {
    const frames = [1, 2, 3, 4].map((value) => ({
      channels: 1,
      height: 1,
      width: 2,
      values: Float32Array.of(value, value + 0.5),
    }));
    expect([...joinFrames(frames, 'tiles').values]).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]);
    const tall = frames.map((frame) => ({ ...frame, height: 2, width: 1 }));
    expect([...joinFrames(tall, 'tiles').values]).toEqual([1, 2, 1.5, 2.5, 3, 4, 3.5, 4.5]);
    expect([...joinFrames(tall, 'memory').values]).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]);
  });

  test('maps become a batch with the channels last, and maps of two sizes do not', () => {
    const map = { channels: 2, height: 1, width: 2, values: Float32Array.of(1, 2, 3, 4) };
    expect(channelsLast([map])).toEqual({ shape: [1, 1, 2, 2], values: Float32Array.of(1, 3, 2, 4) });
    expect(() => channelsLast([map, { ...map, width: 1, height: 2 }])).toThrow(/one size/);
  });

  test.skipIf(!hasFfmpeg())('a film file gives the frames that its pictures were (FFmpeg)', async () => {
    const film = join(root, 'film.mkv');
    const frames = join(FIXTURES, 'frame-%d.png');
    execFileSync('ffmpeg', [
      '-v',
      'error',
      '-y',
      '-framerate',
      '5',
      '-i',
      frames,
      '-c:v',
      'ffv1',
      '-pix_fmt',
      'bgr0',
      film,
    ]);
    const perception = perceptionSchema.parse({ sense: 'video', size: 32 });
    const { values, height } = await perceiveFile(film, perception);
    const folder = join(root, 'frames');
    execFileSync('bash', ['-c', `mkdir -p ${folder} && cp ${FIXTURES}/frame-*.png ${folder}`]);
    const ofFolder = await perceiveFile(folder, perception);
    expect(height).toBe(128);
    expect(values).toEqual(ofFolder.values);
  });
});

function hasFfmpeg(): boolean {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function wav({ code = 1, bits = 16, samples = [0] }: { code?: number; bits?: number; samples?: number[] }): Uint8Array {
  const width = Math.max(1, bits / 8);
  const bytes = new Uint8Array(44 + samples.length * width);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, 'RIFF');
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, code, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true);
  view.setUint16(34, bits, true);
  text(36, 'data');
  view.setUint32(40, samples.length * width, true);
  for (const [i, value] of samples.entries()) {
    const at = 44 + i * width;
    if (code === 3 && bits === 32) view.setFloat32(at, value, true);
    else if (code === 3) view.setFloat64(at, value, true);
    else if (bits === 8) view.setUint8(at, 128 + value * 128);
    else if (bits === 16) view.setInt16(at, value * 2 ** 15, true);
    else if (bits === 24)
      [view.setUint16(at, (value * 2 ** 23) & 0xffff, true), view.setInt8(at + 2, (value * 2 ** 23) >> 16)];
    else if (bits === 32) view.setInt32(at, value * 2 ** 31, true);
  }
  return bytes;
}
