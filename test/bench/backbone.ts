/**
 * `npm run bench -- backbone [--variant a,s] [--size 192] [--batch 4] [--threads 2] [--runs 10] [--engine onnx,tensorflow]
 * [--torch PYTHON]`: milliseconds an image of UniRepLKNet on one channel, fused and in training form; ONNX Runtime gets as
 * many images of the batch at once as it gets in service. With `--torch`, the same fused network with the same weights in
 * PyTorch, run after run in turn with ours, and both must agree.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { initialise } from '../../models/engine/initialise.ts';
import { emitOnnx } from '../../models/engine/onnx/emit.ts';
import { openOnnxLanes } from '../../models/engine/onnx/lanes.ts';
import { Parameters } from '../../models/engine/parameters.ts';
import { EVALUATION } from '../../models/engine/pass.ts';
import { tensorFlowOps } from '../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../models/engine/tensorflow-backend.ts';
import type { Form } from '../../models/unireplknet/block.ts';
import { imagesAtOnce, type NetworkConfig, networkFeatures, networkSpecs } from '../../models/unireplknet/network.ts';
import { reparameterize } from '../../models/unireplknet/reparameterize.ts';
import { parseVariant, variantConfig } from '../../models/unireplknet/variants.ts';
import { encodeSafetensors, type NamedTensor, type Weights } from '../../models/weights/safetensors.ts';
import { type Random, seededRandom } from '../../src/domain/random.ts';
import { difference } from '../parity/fixture.ts';
import { report, summarise } from './measure.ts';

interface Subject {
  config: NetworkConfig;
  weights: Weights;
  form: Form;
  images: NamedTensor;
}

interface Runner {
  name: string;
  /** Gives the last feature map, [n, c, h, w]. */
  compute(): Promise<{ y: NamedTensor; milliseconds: number }>;
  close(): Promise<void>;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      variant: { type: 'string', default: 'a,s' },
      size: { type: 'string', default: '192' },
      batch: { type: 'string', default: '4' },
      threads: { type: 'string', default: '2' },
      runs: { type: 'string', default: '10' },
      engine: { type: 'string', default: 'onnx' },
      torch: { type: 'string' },
    },
  });
  const [size, batch, threads, runs] = [values.size, values.batch, values.threads, values.runs].map(Number);
  const random = seededRandom('bench backbone');
  for (const variant of values.variant.split(',').map(parseVariant)) {
    const config = variantConfig(variant, { inChannels: 1, classes: undefined });
    const trained = lively(initialise(networkSpecs(config, 'training'), random), random);
    const images = {
      shape: [batch, size, size, 1],
      values: Float32Array.from({ length: batch * size * size }, random.normal),
    };
    const fused = { config, weights: reparameterize(trained), form: 'fused', images } as const;
    const training = { config, weights: trained, form: 'training', images } as const;
    const common = { bench: 'backbone', variant, size, batch, threads };
    const perImage = (milliseconds: number) => Number((milliseconds / batch).toFixed(2));

    for (const engine of values.engine.split(',')) {
      for (const subject of [fused, training]) {
        const runner = engine === 'onnx' ? await onOnnx(subject, threads) : await onTensorFlow(subject);
        const { median, min } = (await timesInTurn([runner], runs)).times[0];
        const result = { form: subject.form, msPerImage: perImage(median), fastest: perImage(min), runs };
        report({ ...common, engine: runner.name, ...result });
        await runner.close();
      }
    }
    if (!values.torch) continue;
    const [ours, theirs] = [await onOnnx(fused, threads), await onTorch(fused, threads, values.torch)];
    const { times, worst } = await timesInTurn([ours, theirs], runs);
    if (!(worst < 1e-4)) throw new Error(`PyTorch and ONNX Runtime disagree: ${worst}`);
    const [own, other] = times;
    const results = {
      msPerImage: perImage(own.median),
      torchMsPerImage: perImage(other.median),
      ratio: Number((own.median / other.median).toFixed(3)),
      ratioOfFastest: Number((own.min / other.min).toFixed(3)),
    };
    report({ ...common, engine: ours.name, against: theirs.name, form: 'fused', ...results, difference: worst, runs });
    await Promise.all([ours.close(), theirs.close()]);
  }
}

/** Weights far from where training starts, at which a block does next to nothing: so that an error in one would show. */
function lively(weights: Weights, { normal, uniform }: Random): Weights {
  const values = (name: string, { shape, values }: NamedTensor) => {
    if (name.endsWith('running_var')) return values.map(() => 0.5 + uniform());
    const isKernel = shape.length > 1 && !name.includes('act.1');
    const [size, start] = isKernel ? [Math.sqrt(shape[0] / values.length), 0] : [0.3, 1];
    return values.map((value) => start * value + size * normal());
  };
  return new Map([...weights].map(([name, tensor]) => [name, { ...tensor, values: values(name, tensor) }]));
}

/** Lets the runners compute one after the other, so that what else the machine does hits all alike; once to warm up. */
async function timesInTurn(runners: readonly Runner[], runs: number) {
  const milliseconds: number[][] = runners.map(() => []);
  let worst = 0;
  for (let i = 0; i <= runs; i++) {
    const results = [];
    for (const runner of runners) results.push(await runner.compute());
    for (const [which, result] of results.entries()) {
      worst = Math.max(worst, difference(result.y, results[0].y).relative);
      if (i > 0) milliseconds[which].push(result.milliseconds);
    }
  }
  return { times: milliseconds.map(summarise), worst };
}

async function timed(call: () => Promise<NamedTensor>) {
  const start = performance.now();
  const y = await call();
  return { y, milliseconds: performance.now() - start };
}

async function onOnnx({ config, weights, form, images }: Subject, threads: number): Promise<Runner> {
  const file = emitOnnx('bench', { x: [-1, ...images.shape.slice(1)] }, weights, (ops, parameters, { x }) => ({
    y: ops.transpose(networkFeatures(ops, x, parameters, config, form, EVALUATION)[3], [0, 3, 1, 2]),
  }));
  const session = await openOnnxLanes(file, { threads });
  const [batch, height, width] = images.shape;
  const atOnce = session.lanes * imagesAtOnce(config, height, width);
  return {
    name: 'onnx',
    compute: () =>
      timed(async () => {
        const maps: NamedTensor[] = [];
        for (let from = 0; from < batch; from += atOnce) {
          maps.push((await session.run({ x: rows(images, from, Math.min(batch, from + atOnce)) })).y);
        }
        const values = new Float32Array(maps.reduce((total, map) => total + map.values.length, 0));
        let filled = 0;
        for (const map of maps) {
          values.set(map.values, filled);
          filled += map.values.length;
        }
        return { shape: [batch, ...maps[0].shape.slice(1)], values };
      }),
    close: () => session.close(),
  };
}

function rows({ shape: [total, ...sizes], values }: NamedTensor, from: number, to: number): NamedTensor {
  const size = values.length / total;
  return { shape: [to - from, ...sizes], values: values.subarray(from * size, to * size) };
}

async function onTensorFlow({ config, weights, form, images }: Subject): Promise<Runner> {
  const { tf, name, version } = await openTensorFlow();
  const place = ({ values, shape }: NamedTensor) => tf.tensor(values, [...shape]);
  const tensors = new Map([...weights].map(([key, tensor]) => [key, place(tensor)]));
  const x = place(images);
  return {
    name: `${name} ${version}`,
    compute: () =>
      timed(async () => {
        const y = tf.tidy(() => {
          const last = networkFeatures(tensorFlowOps(tf), x, new Parameters(tensors), config, form, EVALUATION)[3];
          return tf.transpose(last, [0, 3, 1, 2]);
        });
        const values = Float32Array.from(await y.data());
        y.dispose();
        return { shape: y.shape, values };
      }),
    close: async () => tf.dispose([x, ...tensors.values()]),
  };
}

/** A Python process that computes and answers once a line; it also says how long the computation itself took. */
async function onTorch({ weights, images }: Subject, threads: number, python: string): Promise<Runner> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-torch-'));
  const file = join(folder, 'subject.safetensors');
  writeFileSync(file, encodeSafetensors(new Map([...weights, ['images', images]])));
  const script = join(import.meta.dirname, 'backbone-torch.py');
  const child = spawn(python, [script, file, String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} ended: is torch installed there?`);
    return JSON.parse(value);
  };
  const { version } = await answer();
  return {
    name: `PyTorch ${version}`,
    async compute() {
      child.stdin.write('run\n');
      const { shape, values, milliseconds } = await answer();
      return { y: { shape, values: Float32Array.from(values) }, milliseconds };
    },
    async close() {
      child.stdin.end();
      rmSync(folder, { recursive: true });
    },
  };
}
