/**
 * `npm run bench -- train-step [--model default|reference-s] [--nodes 350] [--rows 10] [--steps 2]`: training steps of the
 * forecaster that the service runs, or of the published one (UniRepLKNet-S on 192 x 192, dModel 768, 11 stations a
 * node), over so many nodes, computed in pieces of `rows` nodes; 0 for at once. Peak memory is that of the whole process.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type * as TF from '@tensorflow/tfjs';
import { likelyBranching } from '../../models/corrformer/artefact/infer-architecture.ts';
import { type CorrFormerConfig, REFERENCE_SIZES } from '../../models/corrformer/config.ts';
import { GEOGRAPHIC_FEATURES } from '../../models/corrformer/embedding/geography.ts';
import { TIME_MARKS } from '../../models/corrformer/embedding/time-marks.ts';
import { corrFormerSpecs } from '../../models/corrformer/network.ts';
import { initialise } from '../../models/engine/initialise.ts';
import { countParameters, type ParameterSpec } from '../../models/engine/parameters.ts';
import { openTensorFlow, type TensorFlowModule } from '../../models/engine/tensorflow-backend.ts';
import { corrFormerLoss } from '../../models/training/kinds/corrformer-loss.ts';
import { trainableForecaster } from '../../models/training/kinds/universal.ts';
import { AdamW } from '../../models/training/optimizer/adamw.ts';
import { type Loss, trainStep } from '../../models/training/optimizer/train-step.ts';
import { parseTrainingConfig } from '../../models/training/training-config.ts';
import { variantConfig } from '../../models/unireplknet/variants.ts';
import { forecasterConfigSchema, TARGETS } from '../../models/universal/config.ts';
import { createNodeBatch } from '../../models/universal/node-batch.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { KernelcastError } from '../../src/errors.ts';
import { report } from './measure.ts';

interface Subject {
  specs: readonly ParameterSpec[];
  stations: number;
  loss: Loss;
}

const { normal, uniform } = seededRandom('bench train-step');
const draw = (shape: readonly number[], mean = 0, deviation = 1) =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => mean + deviation * normal());

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: 'default' },
      nodes: { type: 'string', default: '350' },
      rows: { type: 'string', default: '10' },
      steps: { type: 'string', default: '2' },
    },
  });
  const [nodes, rows, steps] = [values.nodes, values.rows, values.steps].map(Number);
  const { tf, name, version } = await openTensorFlow();
  const { specs, stations, loss } = subject(tf, values.model, nodes);
  const variables = new Map<string, TF.Variable>();
  for (const spec of specs) {
    const { values: start } = initialise([spec], seededRandom(spec.name)).get(spec.name)!;
    const create = () => tf.variable(tf.tensor(start, [...spec.shape]), spec.role === 'trained');
    variables.set(spec.name, tf.tidy(create));
  }
  const optimizer = new AdamW(tf, { clipNorm: Number.POSITIVE_INFINITY });
  const common = { bench: 'train-step', model: values.model, nodes, stations, rows };
  for (let step = 1; step <= steps; step++) {
    const start = performance.now();
    const pieces = rows > 0 ? { rows } : undefined;
    const { loss: value } = trainStep(tf, variables, [loss], {
      optimizer,
      learningRate: 1e-4,
      random: uniform,
      pieces,
    });
    report({
      ...common,
      parameters: countParameters(specs),
      engine: `${name} ${version}`,
      step,
      seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
      // Given in KiB.
      peakRssGB: Number(((process.resourceUsage().maxRSS * 1024) / 1e9).toFixed(2)),
      loss: value,
      numTensors: tf.memory().numTensors,
    });
  }
}

function subject(tf: TensorFlowModule, model: string, nodes: number): Subject {
  if (model === 'default') return defaultForecaster(tf, nodes);
  if (model === 'reference-s') return published(tf, nodes);
  throw new KernelcastError('USAGE', `there is no model '${model}'`, { hint: 'One of default, reference-s.' });
}

function defaultForecaster(tf: TensorFlowModule, nodes: number): Subject {
  const file = 'models/pretrained/unireplknet.config.json';
  const { architecture: given } = parseTrainingConfig(JSON.parse(readFileSync(file, 'utf8')), file);
  const architecture = forecasterConfigSchema.parse(given);
  const network = trainableForecaster(tf, architecture);
  const { inputs } = createNodeBatch(nodes);
  const batch = {
    size: nodes,
    inputs: inputs(nodes),
    targets: draw([nodes, TARGETS]),
    weights: new Float32Array(nodes * TARGETS).fill(1),
  };
  for (const { values } of Object.values(batch.inputs)) values.set(draw([values.length]));
  return {
    specs: network.specs,
    stations: nodes,
    loss: (weights, pass) => network.loss(weights, batch, pass),
  };
}

function published(tf: TensorFlowModule, nodes: number): Subject {
  const s = variantConfig('s', { inChannels: 1, classes: undefined, dropPathRate: 0.4 });
  const config: CorrFormerConfig = {
    ...REFERENCE_SIZES,
    branching: likelyBranching(nodes),
    encoder: {
      kind: 'unireplknet',
      // The released kernels.
      network: { ...s, kernels: [...s.kernels.slice(0, 3), [11, 11, 11]] },
      image: [192, 192],
      tokenOrder: 'tokens',
    },
  };
  const { inputHours, labelHours, leadHours, stationsPerNode } = config;
  const slots = nodes * stationsPerNode;
  const tensor = (shape: number[], mean?: number, deviation?: number) => ({
    shape,
    values: draw(shape, mean, deviation),
  });
  const places = { geography: draw([slots, GEOGRAPHIC_FEATURES]), mask: new Float32Array(slots).fill(1) };
  const inputs = {
    series: tensor([1, inputHours, slots], 10, 10),
    marks: tensor([1, inputHours, TIME_MARKS]),
    decoderMarks: tensor([1, labelHours + leadHours, TIME_MARKS]),
  };
  const targets = tensor([1, leadHours, slots], 10, 10);
  return {
    specs: corrFormerSpecs(config, 'training'),
    stations: slots,
    loss: corrFormerLoss(tf, config, places, { inputs, targets }),
  };
}
