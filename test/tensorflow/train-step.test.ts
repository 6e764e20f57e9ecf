/** Training in pieces on the native TensorFlow: the same gradients, no tensor left behind, and less memory. */
import type * as TF from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { type CorrFormerConfig, REFERENCE_SIZES } from '../../models/corrformer/config.ts';
import { corrFormerSpecs } from '../../models/corrformer/network.ts';
import { initialise } from '../../models/engine/initialise.ts';
import { openTensorFlow } from '../../models/engine/tensorflow-backend.ts';
import { corrFormerLoss } from '../../models/training/kinds/corrformer-loss.ts';
import { AdamW } from '../../models/training/optimizer/adamw.ts';
import { gradientsOf, trainStep } from '../../models/training/optimizer/train-step.ts';
import { variantConfig } from '../../models/unireplknet/variants.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { toyOf } from '../models/corrformer/toys.ts';

const { tf, native } = await openTensorFlow();

/** UniRepLKNet-A on images of 48 x 32, 24 nodes. */
const CONFIG: CorrFormerConfig = {
  ...REFERENCE_SIZES,
  branching: [4, 6],
  dModel: 32,
  heads: 4,
  dFeedForward: 64,
  dropoutRate: 0,
  encoder: {
    kind: 'unireplknet',
    network: {
      ...variantConfig('a', { inChannels: 1, classes: undefined }),
      dims: [16, 32, 32, 32],
      layerScaleInit: 0.5,
    },
    image: [48, 32],
    tokenOrder: 'tokens',
  },
};

const KEEP = () => 0.999;

function start() {
  const specs = corrFormerSpecs(CONFIG, 'training');
  const weights = initialise(specs, seededRandom('native'));
  return new Map(
    specs.map(({ name, role, shape }): [string, TF.Variable] => [
      name,
      tf.tidy(() => tf.variable(tf.tensor(weights.get(name)!.values, [...shape]), role === 'trained')),
    ]),
  );
}

const { places, inputs } = toyOf(CONFIG, 1);
const { normal } = seededRandom('targets');
const shape = [1, CONFIG.leadHours, places.mask.length];
const values = Float32Array.from({ length: shape[1] * shape[2] }, () => 280 + 10 * normal());
const loss = corrFormerLoss(tf, CONFIG, places, { inputs, targets: { shape, values } });

describe.skipIf(!native)('native TensorFlow', () => {
  test('pieces have the loss and the gradients of the whole', () => {
    const outcome = (rows?: number) => {
      const variables = start();
      const pieces = rows ? { rows, generator: () => KEEP } : undefined;
      const { loss: value, gradients } = gradientsOf(tf, variables, loss, { random: KEEP, pieces });
      const read = new Map(Object.entries(gradients).map(([name, gradient]) => [name, gradient.dataSync().slice()]));
      tf.dispose([...variables.values(), ...Object.values(gradients)]);
      return { value, read };
    };
    const [whole, pieces] = [outcome(), outcome(5)];
    expect(Math.abs(pieces.value / whole.value - 1)).toBeLessThan(1e-5);
    let [error, size] = [0, 0];
    for (const [name, gradient] of whole.read) {
      const other = pieces.read.get(name)!;
      for (let i = 0; i < gradient.length; i++) {
        error += (other[i] - gradient[i]) ** 2;
        size += gradient[i] ** 2;
      }
    }
    expect(Math.sqrt(error / size)).toBeLessThan(1e-3);
  });

  test('the number of tensors is level from the first step on', () => {
    const variables = start();
    const optimizer = new AdamW(tf);
    const counts = [1, 2, 3].map(() => {
      trainStep(tf, variables, [loss], { optimizer, learningRate: 1e-4, random: KEEP, pieces: { rows: 6 } });
      return tf.memory().numTensors;
    });
    expect(counts).toEqual(Array(3).fill(counts[0]));
  });
});
