import type * as TF from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { CorrFormerConfig } from '../../../../models/corrformer/config.ts';
import { corrFormerSpecs } from '../../../../models/corrformer/network.ts';
import { Parameters } from '../../../../models/engine/parameters.ts';
import { inParts, type Pass } from '../../../../models/engine/pass.ts';
import { batchNorm } from '../../../../models/layers/batch-norm.ts';
import { corrFormerLoss } from '../../../../models/training/kinds/corrformer-loss.ts';
import { AdamW } from '../../../../models/training/optimizer/adamw.ts';
import { recomputing } from '../../../../models/training/optimizer/recompute.ts';
import {
  type GradientOptions,
  gradientsOf,
  type Loss,
  trainStep,
} from '../../../../models/training/optimizer/train-step.ts';
import type { NamedTensor, Weights } from '../../../../models/weights/safetensors.ts';
import { seededRandom } from '../../../../src/domain/random.ts';
import { difference } from '../../../parity/fixture.ts';
import { freshWeights, IMAGE_ENCODER, SMALL, toyOf } from '../../corrformer/toys.ts';
import { ops, read, tf } from '../../unireplknet/on-tensorflow.ts';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** Without random draws, which differ between pieces and the whole; with every kind of block. */
const CONFIG: CorrFormerConfig = {
  ...SMALL,
  branching: [2, 3],
  dropoutRate: 0,
  encoder: { ...IMAGE_ENCODER, network: { ...IMAGE_ENCODER.network, kernels: [[3], [7], [0], [3]], dropPathRate: 0 } },
};

/** For the causal convolutions' dropout of 0.2, which no configuration turns off: keeps everything. */
const NEVER = () => 0.999;

/** Weights far from where they start, at which a block does next to nothing. */
function lively(config: CorrFormerConfig): Weights {
  const { normal, uniform } = seededRandom('lively');
  return new Map(
    [...freshWeights(config)].map(([name, { shape, values }]) => {
      if (name.endsWith('running_var')) return [name, { shape, values: values.map(() => 0.5 + uniform()) }];
      const size = shape.length > 1 && !name.includes('act.1') ? 0.1 : 0.5;
      return [name, { shape, values: values.map((value) => value + size * normal()) }];
    }),
  );
}

function variablesOf(config: CorrFormerConfig, weights: Weights): Map<string, TF.Variable> {
  return new Map(
    corrFormerSpecs(config, 'training').map(({ name, role }) => {
      const { values, shape } = weights.get(name)!;
      return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), role === 'trained'))];
    }),
  );
}

function lossFor(config: CorrFormerConfig, windows: number) {
  const { places, inputs } = toyOf(config, windows);
  const { normal } = seededRandom('targets');
  const shape = [windows, config.leadHours, places.mask.length];
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 280 + 10 * normal());
  return corrFormerLoss(tf, config, places, { inputs, targets: { shape, values } });
}

/** Of the typical gradient: what is smaller is rounding. */
const VANISHING = 1e-4;

type Outcome = ReturnType<typeof outcome>;

/** Loss, gradients and running statistics. */
function outcome(config: CorrFormerConfig, windows: number, options: GradientOptions) {
  const variables = variablesOf(config, lively(config));
  const { loss, gradients } = gradientsOf(tf, variables, lossFor(config, windows), options);
  const statistics = [...variables].filter(([, variable]) => !variable.trainable);
  const tensors = new Map(
    [...Object.entries(gradients), ...statistics].map(([name, tensor]): [string, NamedTensor] => [name, read(tensor)]),
  );
  tf.dispose([...Object.values(gradients), ...variables.values()]);
  return { loss, tensors };
}

function expectEqual(found: Outcome, expected: Outcome): void {
  expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(1e-5);
  expect([...found.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
  const scale = (tensor: NamedTensor) => tensor.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const typical = [...expected.tensors.values()].map(scale).sort((a, b) => a - b)[expected.tensors.size >> 1];
  for (const [name, tensor] of expected.tensors) {
    const other = found.tensors.get(name)!;
    // Some gradients are zero but for rounding, as those of offsets in front of a norm or a softmax: no two ways of
    // computing agree on what is left of them, but it must be as good as nothing in both.
    if (scale(tensor) < VANISHING * typical) {
      expect(scale(other), name).toBeLessThan(VANISHING * typical);
      continue;
    }
    const error = other.values.reduce((most, value, i) => Math.max(most, Math.abs(value - tensor.values[i])), 0);
    expect(error / Math.max(scale(tensor), 0.05 * typical), name).toBeLessThan(2e-4);
  }
}

describe('in pieces, loss, gradients and running statistics are those of the whole', () => {
  const whole = outcome(CONFIG, 2, { random: NEVER });
  const inPieces = (config: CorrFormerConfig, rows: number) =>
    outcome(config, 2, { random: NEVER, pieces: { rows, generator: () => NEVER } });

  it.each([1, 2, 5, 100])('of %i rows', (rows) => expectEqual(inPieces(CONFIG, rows), whole));

  it('with its own encoder', () => {
    const config = { ...CONFIG, encoder: SMALL.encoder };
    expectEqual(inPieces(config, 2), outcome(config, 2, { random: NEVER }));
  });

  it('which are not those of half the batch', () => {
    const half = outcome(CONFIG, 1, { random: NEVER });
    const name = 'encoder.net.stages.1.0.dwconv.dil_conv_k5_1.weight';
    expect(difference(half.tensors.get(name)!, whole.tensors.get(name)!).relative).toBeGreaterThan(0.01);
  });
});

test('random draws are the same on the way back', () => {
  const config = { ...CONFIG, dropoutRate: 0.3, encoder: IMAGE_ENCODER };
  const options = (seed: string) => ({ random: seededRandom(seed).uniform });
  const atOnce = (seed: string): Outcome => {
    // What a single piece draws, on the one tape of an undivided pass.
    const loss = lossFor(config, 2);
    const variables = variablesOf(config, lively(config));
    const undivided = (pass: Pass<TF.Tensor>): Pass<TF.Tensor> => ({
      ...pass,
      inParts: ({ inputs, parameters, compute }) => {
        const random = seededRandom(`${pass.random()}/0`).uniform;
        return compute(inputs, parameters, undivided({ ...pass, random }));
      },
    });
    const { loss: value, gradients } = gradientsOf(
      tf,
      variables,
      (weights, pass) => loss(weights, undivided(pass)),
      options(seed),
    );
    const statistics = [...variables].filter(([, variable]) => !variable.trainable);
    const all = [...Object.entries(gradients), ...statistics];
    return { loss: value, tensors: new Map(all.map(([name, tensor]) => [name, read(tensor)])) };
  };
  const pieces = { rows: 100 };
  expectEqual(outcome(config, 2, { ...options('a'), pieces }), atOnce('a'));
  expect(outcome(config, 2, { ...options('b'), pieces }).loss).not.toBe(atOnce('a').loss);
});

test('a batch norm that its part does not name is an error, not a norm over a piece', () => {
  const pass = recomputing(
    tf,
    { training: true, random: NEVER, onStatistic: () => {} },
    { rows: 1, trained: new Set() },
  );
  const parameters = new Parameters<TF.Tensor>(
    new Map(['weight', 'bias', 'running_mean', 'running_var'].map((name) => [`norm.${name}`, tf.ones([2])])),
  );
  const part = {
    inputs: [tf.ones([3, 4, 2])],
    unit: 1,
    parameters,
    compute: ([x]: readonly TF.Tensor[], given: Parameters<TF.Tensor>, inner: Pass<TF.Tensor>) =>
      batchNorm(ops, x, given.scope('norm'), inner),
  };
  expect(() => inParts(pass, part)).toThrow("'norm.running_mean'");
});

describe('steps', () => {
  const train = (losses: readonly Loss[], steps: number, pieces?: { rows: number }) => {
    const variables = variablesOf(CONFIG, lively(CONFIG));
    const optimizer = new AdamW(tf);
    const reports = Array.from({ length: steps }, () => {
      const { loss } = trainStep(tf, variables, losses, { optimizer, learningRate: 1e-3, random: NEVER, pieces });
      return { loss, tensors: tf.memory().numTensors };
    });
    const weight = read(variables.get('decoder.layers.0.conv1.weight')!);
    tf.dispose([...variables.values()]);
    return { reports, weight };
  };

  it('lower the loss and leave no tensor behind', () => {
    const before = tf.memory().numTensors;
    const { reports } = train([lossFor(CONFIG, 1)], 4, { rows: 2 });
    expect(reports[3].loss).toBeLessThan(reports[0].loss);
    expect(reports.slice(1).map(({ tensors }) => tensors)).toEqual(Array(3).fill(reports[0].tensors));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('average the gradients of their windows', () => {
    const loss = lossFor(CONFIG, 1);
    const [once, twice] = [train([loss], 1), train([loss, loss], 1)];
    expect(twice.reports[0].loss).toBeCloseTo(once.reports[0].loss, 2);
    expect(difference(twice.weight, once.weight).relative).toBeLessThan(1e-4);
    expect(twice.reports[0].tensors).toBe(once.reports[0].tensors);
  });
});
