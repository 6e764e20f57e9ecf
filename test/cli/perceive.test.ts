/** What a person sees: a picture named by a network, and what is said when file and network do not fit. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialise } from '../../models/engine/initialise.ts';
import { Parameters } from '../../models/engine/parameters.ts';
import { EVALUATION } from '../../models/engine/pass.ts';
import { tensorFlowOps } from '../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../models/engine/tensorflow-backend.ts';
import { channelsLast } from '../../models/modalities/feature-map.ts';
import { likeliest } from '../../models/modalities/likeliest.ts';
import { perceiveFile, perceptionSchema } from '../../models/modalities/sense.ts';
import { type NetworkConfig, networkLogits, networkSpecs } from '../../models/unireplknet/network.ts';
import { encodeSafetensors } from '../../models/weights/safetensors.ts';
import { registerModel } from '../../src/cli/model.ts';
import { registerPerceive } from '../../src/cli/perceive.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { printed } from './support.ts';

const FIXTURES = new URL('../fixtures/modalities', import.meta.url).pathname;
const LABELS = ['sea', 'sand', 'sky', 'stone'];
const network: NetworkConfig = {
  inChannels: 3,
  classes: LABELS.length,
  depths: [1, 1, 1, 1],
  dims: [4, 8, 8, 16],
  kernels: [[3], [7], [13], [3]],
  dropPathRate: 0,
  layerScaleInit: 0.5,
};

const kernelcast = (...args: string[]) =>
  printed(
    (program) => {
      registerModel(program);
      registerPerceive(program);
    },
    ...args,
  );

let root: string;
let checkpoint: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-perceive-'));
  checkpoint = join(root, 'weights.safetensors');
  folder = join(root, 'model');
  await writeFile(checkpoint, encodeSafetensors(weights()));
  await writeFile(join(root, 'labels.txt'), LABELS.map((label, i) => `${i}\t${label}\n`).join(''));
  const labels = ['--labels', join(root, 'labels.txt'), '--sense', 'image', '--size', '64'];
  await kernelcast('model', 'import', checkpoint, '--out', folder, ...labels);
});
afterAll(() => rm(root, { recursive: true }));

function weights() {
  const all = initialise(networkSpecs(network, 'training'), seededRandom('perceive'));
  // A head that tells classes apart.
  const random = seededRandom('head');
  const head = all.get('head.weight')!;
  for (let i = 0; i < head.values.length; i++) head.values[i] = random.normal();
  return all;
}

describe('perceive', () => {
  it('names what TensorFlow says of the same map, the likeliest first, with the labels that the model keeps', async () => {
    const file = join(FIXTURES, 'photo.png');
    const map = await perceiveFile(file, perceptionSchema.parse({ sense: 'image', size: 64 }));
    const { tf } = await openTensorFlow();
    const { shape, values } = channelsLast([map]);
    const tensors = new Map([...weights()].map(([name, each]) => [name, tf.tensor(each.values, [...each.shape])]));
    const ops = tensorFlowOps(tf);
    const logits = tf.tidy(() =>
      networkLogits(ops, tf.tensor(values, shape), new Parameters(tensors), network, 'training', EVALUATION).dataSync(),
    );
    const said = JSON.parse(await kernelcast('perceive', file, '--model', folder, '--json', '--top', '3'));
    expect(said).toMatchObject({ sense: 'image', map: [3, 64, 64] });
    const wanted = likeliest(logits, 3);
    expect(said.classes.map(({ index }: { index: number }) => index)).toEqual(wanted.map(([index]) => index));
    for (const [i, [index, share]] of wanted.entries()) {
      expect(said.classes[i].label).toBe(LABELS[index]);
      expect(said.classes[i].probability).toBeCloseTo(share, 4);
    }
    const lines = (await kernelcast('perceive', file, '--model', folder)).trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(new RegExp(`%  ${LABELS[wanted[0][0]]}$`));
  });

  it('takes a bare checkpoint for any sense of as many channels, with the published settings', async () => {
    const said = JSON.parse(await kernelcast('perceive', join(FIXTURES, 'ring.ply'), '--model', checkpoint, '--json'));
    expect(said).toMatchObject({ sense: 'points', map: [3, 224, 224] });
  });

  it('says what does not fit: sense, channels, labels, series', async () => {
    const sound = join(FIXTURES, 'word.wav');
    await expect(kernelcast('perceive', sound, '--model', folder)).rejects.toMatchObject({
      code: 'USAGE',
      message: /sense 'audio'/,
    });
    await expect(kernelcast('perceive', sound, '--model', checkpoint)).rejects.toMatchObject({
      code: 'MODEL',
      message: /3 channels/,
    });
    const wrong = ['--labels', join(FIXTURES, 'ring.xyz')];
    await expect(kernelcast('perceive', join(FIXTURES, 'photo.png'), '--model', folder, ...wrong)).rejects.toThrow(
      /40 labels for 4/,
    );
    const table = join(root, 'table.csv');
    await writeFile(table, 'time,t\n2024-01-01T00:00Z,3\n');
    await expect(kernelcast('perceive', table, '--model', folder)).rejects.toMatchObject({
      code: 'USAGE',
      hint: /forecast/,
    });
  });
});
