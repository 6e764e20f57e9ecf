import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { initialise } from '../../models/engine/initialise.ts';
import { openOnnxSession } from '../../models/engine/onnx/session.ts';
import { networkSpecs } from '../../models/unireplknet/network.ts';
import { variantConfig } from '../../models/unireplknet/variants.ts';
import { writeArtefact } from '../../models/weights/artefact.ts';
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../models/weights/safetensors.ts';
import { registerInspect } from '../../src/cli/inspect.ts';
import { registerModel } from '../../src/cli/model.ts';
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { testSeries, testStations } from '../models/synthetic-series.ts';
import { difference } from '../parity/fixture.ts';

const CLASSES = 3;

/** Runs a command line; gives what it prints. */
async function kernelcast(...args: string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerModel(program);
  registerInspect(program);
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  const printed: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return printed.join('');
}

let root: string;
let checkpoint: string;
let weights: Map<string, NamedTensor>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'model-command-'));
  checkpoint = join(root, 'a.safetensors');
  const config = variantConfig('a', { inChannels: 1, classes: CLASSES });
  const random = seededRandom('a checkpoint');
  weights = initialise(networkSpecs(config, 'training'), random);
  // Fresh weights leave most of a block out of play; trained ones do not.
  for (const [name, { values }] of weights) {
    if (/gamma|beta|bias|running_mean/.test(name))
      for (let i = 0; i < values.length; i++) values[i] = random.normal() / 5;
    if (/running_var/.test(name)) for (let i = 0; i < values.length; i++) values[i] = 0.5 + random.uniform();
  }
  await writeFile(checkpoint, encodeSafetensors(weights));
});
afterAll(() => rm(root, { recursive: true }));

const FLAGS = ['--variant', 'a', '--classes', String(CLASSES), '--in-channels', '1'];

describe('model import', () => {
  let out: string;
  let count = 0;
  beforeEach(() => {
    out = join(root, `model-${count++}`);
  });

  it('keeps a checkpoint as it is, or fused', async () => {
    expect(await kernelcast('model', 'import', checkpoint, ...FLAGS, '--out', out)).toMatch(
      /UniRepLKNet-A, in training/,
    );
    const kept = decodeSafetensors(await readFile(join(out, 'weights.safetensors')), out).tensors;
    expectWeights(kept);

    const fused = `${out}-fused`;
    expect(await kernelcast('model', 'import', checkpoint, ...FLAGS, '--fuse', '--out', fused)).toMatch(/fused/);
    // Variant A has 4,437,300 fused parameters with 3 channels and 1000 classes.
    const parameters = 4_437_300 - 2 * 20 * 9 - (1000 - CLASSES) * 321;
    const inspection = JSON.parse(await kernelcast('inspect', fused, '--json'));
    expect(inspection).toMatchObject({
      parameters,
      backbone: { variant: 'a', form: 'fused' },
      artefact: { id: 'unireplknet-a' },
    });
    expect(await kernelcast('inspect', fused)).toContain('UniRepLKNet-A, fused');
  });

  it('does not write over anything', async () => {
    await kernelcast('model', 'import', checkpoint, ...FLAGS, '--out', out);
    await expect(kernelcast('model', 'import', checkpoint, ...FLAGS, '--out', out)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  /** Each checkpoint is wrong in one way; the error must say which. */
  const wrong: Record<string, { bytes: () => Uint8Array; flags?: string[]; message: RegExp; tensor?: string }> = {
    'lacks a tensor': {
      bytes: () => altered((tensors) => tensors.delete('stages.1.0.norm.bias')),
      message: /1 missing: stages\.1\.0\.norm\.bias/,
      tensor: 'stages.1.0.norm.bias',
    },
    'has a tensor too many': {
      bytes: () => altered((tensors) => tensors.set('stages.9.gamma', { shape: [1], values: new Float32Array(1) })),
      message: /1 not known: stages\.9\.gamma/,
      tensor: 'stages.9.gamma',
    },
    'has a tensor of another shape': {
      bytes: () => altered((tensors) => tensors.set('head.bias', { shape: [5], values: new Float32Array(5) })),
      message: /head\.bias \(expected \[3\], found \[5\]\)/,
      tensor: 'head.bias',
    },
    'is of another variant': {
      bytes: () => encodeSafetensors(weights),
      flags: ['--variant', 's', '--classes', '3', '--in-channels', '1'],
      message: /downsample_layers\.0\.0\.weight \(expected \[48,1,3,3\], found \[20,1,3,3\]\)/,
      tensor: 'downsample_layers.0.0.weight',
    },
    'has another number of classes': {
      bytes: () => encodeSafetensors(weights),
      flags: ['--variant', 'a', '--classes', '1000', '--in-channels', '1'],
      message: /head\.weight \(expected \[1000,320\], found \[3,320\]\)/,
    },
    'is truncated': {
      bytes: () => encodeSafetensors(weights).subarray(0, 1_000_000),
      message: /the file ends inside the tensor '/,
    },
    'is truncated in its header': {
      bytes: () => encodeSafetensors(weights).subarray(0, 500),
      message: /the file ends inside its header/,
    },
    'has a header that lies about a length': {
      bytes: () =>
        withHeader((header) => {
          header['head.bias'].data_offsets[1] += 4;
        }),
      message: /'head\.bias' of shape \[3\] takes 12 bytes, the header gives it 16/,
      tensor: 'head.bias',
    },
    'has a header that lies about its own length': {
      bytes: () => {
        const bytes = encodeSafetensors(weights);
        bytes.fill(0xff, 0, 8);
        return bytes;
      },
      message: /header has 18446744073709551615 bytes/,
    },
    'has a header that gives a tensor the place of another': {
      bytes: () =>
        withHeader((header) => {
          header['head.bias'].data_offsets = [0, 12];
        }),
      message: /tensor '.*' overlaps with another|follows \d+ bytes that belong to none/,
    },
    'is a PyTorch file': {
      bytes: () => new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0]),
      message: /PyTorch/,
    },
  };

  it.each(Object.keys(wrong))('refuses a checkpoint that %s, in one error that says so', async (what) => {
    const { bytes, flags = FLAGS, message, tensor } = wrong[what];
    const file = join(root, 'wrong.safetensors');
    await writeFile(file, bytes());
    const expected = { code: 'MODEL', message, where: tensor ? { file, tensor } : { file } };
    await expect(kernelcast('model', 'import', file, ...flags, '--out', out)).rejects.toMatchObject(expected);
    expect(await readdir(root)).not.toContain(out.slice(root.length + 1));
  });

  it('says what variants there are, and that a number is a number', async () => {
    const args = ['model', 'import', checkpoint, '--out', out];
    await expect(kernelcast(...args, '--variant', 'z')).rejects.toMatchObject({ code: 'USAGE', hint: /a, f, p/ });
    await expect(kernelcast(...args, ...FLAGS, '--classes', 'ten')).rejects.toThrow(/whole number/);
    await expect(kernelcast('model', 'import', join(root, 'none'), ...FLAGS, '--out', out)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('model export', () => {
  it('writes the fused network as ONNX, the same from a checkpoint and from a fused artefact', async () => {
    const folder = join(root, 'fused-for-export');
    await kernelcast('model', 'import', checkpoint, ...FLAGS, '--fuse', '--out', folder);
    const files = [join(root, 'one.onnx'), join(root, 'other.onnx')];
    await kernelcast('model', 'export', checkpoint, '--format', 'onnx', '--size', '64', '--out', files[0]);
    await kernelcast('model', 'export', folder, '--format', 'onnx', '--size', '64', '--out', files[1]);
    expect((await readFile(files[0])).equals(await readFile(files[1]))).toBe(true);

    const session = await openOnnxSession(files[0], { threads: 1, warm: { image: [1, 1, 64, 64] } });
    expect(session.inputs).toEqual([{ name: 'image', shape: [-1, 1, 64, 64] }]);
    const image = { shape: [2, 1, 64, 64], values: Float32Array.from({ length: 2 * 64 * 64 }, (_, i) => Math.sin(i)) };
    const { logits } = await session.run({ image });
    expect(logits.shape).toEqual([2, CLASSES]);
    expect(logits.values.every(Number.isFinite)).toBe(true);
    await expect(session.run({ image: { ...image, shape: [2, 64, 64, 1] } })).rejects.toMatchObject({
      code: 'MODEL',
      message: /'image' is \[-1,1,64,64\], it was given \[2,64,64,1\]/,
    });
    await expect(session.run({})).rejects.toMatchObject({ code: 'MODEL', message: /'image' is missing/ });
    await expect(session.run({ image, mask: image })).rejects.toMatchObject({
      code: 'MODEL',
      message: /no input 'mask'/,
    });
    await session.close();
  });

  it('writes the feature maps where there is no head', async () => {
    const headless = join(root, 'headless.safetensors');
    await writeFile(
      headless,
      altered((tensors) =>
        ['norm.weight', 'norm.bias', 'head.weight', 'head.bias'].map((name) => tensors.delete(name)),
      ),
    );
    const file = join(root, 'features.onnx');
    await kernelcast('model', 'export', headless, '--format', 'onnx', '--size', '32', '--out', file);
    const session = await openOnnxSession(file, { threads: 1 });
    const maps = await session.run({ image: { shape: [1, 1, 32, 32], values: new Float32Array(1024).fill(1) } });
    expect(Object.values(maps).map(({ shape }) => shape)).toEqual([
      [1, 40, 8, 8],
      [1, 80, 4, 4],
      [1, 160, 2, 2],
      [1, 320, 1, 1],
    ]);
    await session.close();
  });

  it('gives the weights back as safetensors', async () => {
    const folder = join(root, 'for-safetensors');
    await kernelcast('model', 'import', checkpoint, ...FLAGS, '--out', folder);
    const file = join(root, 'back.safetensors');
    await kernelcast('model', 'export', folder, '--format', 'safetensors', '--out', file);
    const { tensors } = decodeSafetensors(await readFile(file), file);
    expectWeights(tensors);
  });

  it('names what is no model', async () => {
    const notes = join(root, 'notes.txt');
    await writeFile(notes, 'these are notes, not weights');
    const args = ['--format', 'onnx', '--out', join(root, 'x.onnx')];
    await expect(kernelcast('model', 'export', notes, ...args)).rejects.toMatchObject({
      code: 'MODEL',
      where: { file: notes },
    });
    await expect(kernelcast('model', 'export', root, ...args)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(openOnnxSession(notes)).rejects.toMatchObject({ code: 'MODEL', message: /ONNX Runtime refuses/ });
  });
});

describe('inspect', () => {
  const stations = testStations(5);

  beforeAll(async () => {
    await new ObservationStore(root).merge(
      'small',
      testSeries({ stations, from: 480_000, hours: 2, values: { temperature_2m: () => 1 } }),
      { source: 'test' },
    );
    const forecaster = {
      kind: 'forecaster',
      id: 'toy',
      name: 'A toy',
      createdAt: '2025-01-01T00:00:00Z',
      architecture: { stationsPerNode: 2 },
    } as const;
    await writeArtefact(
      join(root, 'toy'),
      forecaster,
      new Map([
        ['weights.safetensors', encodeSafetensors(new Map([['w', { shape: [2, 3], values: new Float32Array(6) }]]))],
      ]),
    );
  });

  it('shows the station tree that a forecaster makes of a dataset', async () => {
    const args = ['inspect', join(root, 'toy'), '--dataset', 'small', '--data', root];
    const { stationTree, parameters } = JSON.parse(await kernelcast(...args, '--json'));
    expect(parameters).toBe(6);
    expect(stationTree).toMatchObject({ dataset: 'small', stationsPerNode: 2, branching: [3] });
    expect(stationTree.nodes.flat().filter(Boolean).sort()).toEqual(stations.map(({ id }) => id));
    const text = await kernelcast(...args);
    expect(text).toMatch(/A toy \(toy\), a forecaster/);
    expect(text).toMatch(/'small': 3 nodes of 2 stations\n {2}stations: {3}5, and 1 empty places/);
    for (const { id } of stations) expect(text).toMatch(new RegExp(`node .*\\b${id}\\b`));
  });

  it('shows the station tree that the shipped model carries', async () => {
    const shipped = join(packageRoot(), 'models', 'pretrained', 'unireplknet');
    const text = await kernelcast('inspect', shipped);
    expect(text).toMatch(/station tree of 'knmi30': \d nodes of 8 stations\n {2}stations: {3}30,/);
    const { stationTree } = JSON.parse(await kernelcast('inspect', shipped, '--json'));
    expect(new Set(stationTree.nodes.flat().filter((id: string | null) => id !== null)).size).toBe(30);
  });

  it('says that a backbone makes no station tree', async () => {
    await expect(kernelcast('inspect', checkpoint, '--dataset', 'small', '--data', root)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('believes no file that its manifest does not vouch for', async () => {
    await writeFile(join(root, 'toy', 'weights.safetensors'), 'changed');
    await expect(kernelcast('inspect', join(root, 'toy'))).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

function expectWeights(found: ReadonlyMap<string, NamedTensor>): void {
  expect([...found.keys()].sort()).toEqual([...weights.keys()].sort());
  for (const [name, tensor] of weights) expect(difference(found.get(name)!, tensor).absolute).toBe(0);
}

function altered(alter: (tensors: Map<string, NamedTensor>) => unknown): Uint8Array {
  const copy = new Map(weights);
  alter(copy);
  return encodeSafetensors(copy);
}

/** The checkpoint with another header; its length stays, and so do the tensors. */
function withHeader(alter: (header: Record<string, { data_offsets: number[] }>) => void): Uint8Array {
  const bytes = encodeSafetensors(weights);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  alter(header);
  const text = JSON.stringify(header);
  // The spaces at the end of a header give room for a digit more.
  bytes.set(new TextEncoder().encode(text.padEnd(length)).subarray(0, length), 8);
  return bytes;
}

afterEach(() => vi.restoreAllMocks());
