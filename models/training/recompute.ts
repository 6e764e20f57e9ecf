/**
 * Training in less memory: parts of the network (`engine/parts.ts`) are computed piece by piece, keep nothing but what
 * goes in and comes out, and are computed once more on the way back (Chen et al. 2016).
 *
 *     const pass = recomputing(tf, { training: true, random, onStatistic }, { rows: 10, trained });
 *     const { value, grads } = tf.variableGrads(() => loss(weights, pass), variables);
 *
 * Loss and gradients are those of the whole. That takes in batch norms in training, which look at the whole batch: their
 * statistics are gathered over all pieces first, with gradients of their own, at the price of computing what lies before
 * them once more for each stage of norms. Random draws differ from those of an undivided pass, but are the same on the
 * way back: each piece has a generator of its own, seeded by one draw of the pass for each part.
 */
import type * as TF from '@tensorflow/tfjs';
import { seededRandom } from '../../src/domain/random.ts';
import type { BatchStatistics, Parameters, Pass } from '../engine/parameters.ts';
import type { NormStage, Part } from '../engine/parts.ts';
import { tensorFlowOps } from '../engine/tensorflow.ts';
import type { TensorFlowModule } from '../engine/tensorflow-backend.ts';
import { batchNormName, batchStatistics, followStatistics, valuesPerChannel } from '../layers/batch-norm.ts';

export interface RecomputeOptions {
  /** Rows (nodes, images) of a piece; more where more belong together. */
  rows: number;
  /** The parameters that gradients are wanted for, by full name. */
  trained: ReadonlySet<string>;
  /** Makes the generator of a piece, uniform in [0, 1), from its seed. */
  generator?: (seed: string) => () => number;
}

type Statistics = Map<string, BatchStatistics<TF.Tensor>>;

/** The same pass, but it computes parts of the network in pieces. To be used inside one gradient and `tf.tidy`. */
export function recomputing(
  tf: TensorFlowModule,
  pass: Pass<TF.Tensor>,
  { rows, trained, generator = (seed) => seededRandom(seed).uniform }: RecomputeOptions,
): Pass<TF.Tensor> {
  const ops = tensorFlowOps(tf);

  /** `compute` on each piece of a part, the results one after the other. */
  const compute = (
    part: Part<TF.Tensor>,
    seed: number,
    statistics: Statistics,
    compute: Part<TF.Tensor>['compute'],
  ): TF.Tensor => {
    const reads = (name: string) =>
      trained.has(name) && (part.scopes?.some((scope) => name.startsWith(part.parameters.nameOf(`${scope}.`))) ?? true);
    const parameters = [...part.parameters.entries()].filter(([name]) => reads(name));
    const norms = [...statistics];
    const shared = [
      ...parameters.map(([, tensor]) => tensor),
      ...norms.flatMap(([, { mean, variance }]) => [mean, variance]),
    ];
    return inPieces(tf, part.inputs, shared, pieces(part, rows), (inputs, tensors, piece) => {
      const replaced = new Map(parameters.map(([name], i) => [name, tensors[i]]));
      const given = new Map(
        norms.map(([name], i) => {
          const [mean, variance] = tensors.slice(parameters.length + 2 * i);
          return [name, { mean, variance }];
        }),
      );
      return compute(inputs, part.parameters.replacing(replaced), {
        training: pass.training,
        random: generator(`${seed}/${piece}`),
        onStatistic: (name) => {
          throw new Error(`the batch norm of '${name}' is not among those that its part names`);
        },
        statistics: (norm) => given.get(norm),
      });
    });
  };

  return {
    ...pass,
    inParts(part) {
      const seed = pass.training ? pass.random() : 0;
      const statistics: Statistics = new Map();
      for (const stage of pass.training ? (part.norms ?? []) : []) {
        const moments = compute(part, seed, statistics, (inputs, parameters, inner) =>
          momentsOf(tf, stage.seen(inputs, parameters, inner)),
        );
        gather(moments, stage, part.parameters).forEach(([name, found]) => {
          statistics.set(name, found);
        });
      }
      return compute(part, seed, statistics, (...given) => part.compute(...given));
    },
  };

  /** From the moments of all pieces to the statistics of the whole; the running ones follow. */
  function gather(
    moments: TF.Tensor,
    { scopes }: NormStage<TF.Tensor>,
    parameters: Parameters<TF.Tensor>,
  ): [string, BatchStatistics<TF.Tensor>][] {
    const [counts, means, variances] = tf.split(moments, 3, 1);
    const count = tf.sum(counts, 0, true);
    const share = tf.div(counts, count);
    const mean = tf.sum(tf.mul(share, means), 0, true);
    const spread = tf.square(tf.sub(means, mean));
    const variance = tf.sum(tf.mul(share, tf.add(variances, spread)), 0, true);
    const values = count.dataSync()[0];
    return scopes.map((scope, i) => {
      const channels = mean.shape[2]! / scopes.length;
      const own = (all: TF.Tensor) => tf.slice(all, [0, 0, i * channels], [1, 1, channels]).reshape([channels]);
      const found = { mean: own(mean), variance: own(variance) };
      const norm = parameters.scope(scope);
      followStatistics(ops, found, values, norm, pass);
      return [batchNormName(norm), found];
    });
  }

  /** [1, 3, norm * channel]: how many values a channel, their mean, their biased variance. */
  function momentsOf(tf: TensorFlowModule, seen: readonly TF.Tensor[]): TF.Tensor {
    const found = seen.map((x) => batchStatistics(ops, x));
    const means = tf.concat(found.map(({ mean }) => mean));
    const variances = tf.concat(found.map(({ variance }) => variance));
    return tf.stack([tf.fill(means.shape, valuesPerChannel(ops, seen[0])), means, variances]).expandDims(0);
  }
}

/** Where the pieces of a part begin, and where the last one ends. */
function pieces({ inputs, unit }: Part<TF.Tensor>, rows: number): number[] {
  const total = inputs[0].shape[0]!;
  const size = Math.max(1, Math.floor(rows / unit)) * unit;
  return [...Array.from({ length: Math.ceil(total / size) }, (_, i) => i * size), total];
}

type Compute = (inputs: TF.Tensor[], shared: TF.Tensor[], piece: number) => TF.Tensor;

/**
 * One operation to TensorFlow's tape: `compute` on each piece of the inputs, the results joined along the first axis. On
 * the way back each piece is computed again, with a tape of its own.
 */
function inPieces(
  tf: TensorFlowModule,
  inputs: readonly TF.Tensor[],
  shared: readonly TF.Tensor[],
  bounds: readonly number[],
  compute: Compute,
): TF.Tensor {
  const pieceNumbers = [...bounds.slice(1).keys()];
  const cut = (tensors: readonly TF.Tensor[], piece: number) =>
    tensors.map((tensor) => rowsOf(tf, tensor, bounds[piece], bounds[piece + 1]));
  const operation = tf.customGrad((...given: (TF.Tensor | TF.GradSaveFunc)[]) => {
    const save = given.pop() as TF.GradSaveFunc;
    const tensors = given as TF.Tensor[];
    save(tensors);
    const [whole, common] = [tensors.slice(0, inputs.length), tensors.slice(inputs.length)];
    const results = pieceNumbers.map((piece) => tf.tidy(() => compute(cut(whole, piece), common, piece)));
    const lengths = results.map(({ shape }) => shape[0]!);
    return {
      value: results.length === 1 ? results[0] : tf.concat(results, 0),
      gradFunc: (dy: TF.Tensor, saved: TF.Tensor[]) => {
        const gradients = tf.tidy(() => backward(dy, lengths, saved));
        // TensorFlow.js keeps both to the end of the whole way back, where nothing needs them any more.
        tf.dispose([dy, ...saved]);
        return gradients;
      },
    };
  });
  return operation(...inputs, ...shared);

  function backward(dy: TF.Tensor, lengths: readonly number[], saved: readonly TF.Tensor[]): TF.Tensor[] {
    const [whole, common] = [saved.slice(0, inputs.length), saved.slice(inputs.length)];
    const ofInputs: TF.Tensor[][] = inputs.map(() => []);
    let ofShared: TF.Tensor[] = [];
    let from = 0;
    for (const piece of pieceNumbers) {
      const to = from + lengths[piece];
      const gradients = tf.tidy(() => {
        const parts = cut(whole, piece);
        const incoming = rowsOf(tf, dy, from, to);
        const own = gradientsOn(tf, () => compute(parts, [...common], piece), [...parts, ...common], incoming);
        const add = (gradient: TF.Tensor, i: number) =>
          i < inputs.length || piece === 0 ? gradient : tf.add(gradient, ofShared[i - inputs.length]);
        return own.map(add);
      });
      from = to;
      tf.dispose(ofShared);
      ofShared = gradients.slice(inputs.length);
      ofInputs.forEach((list, i) => {
        list.push(gradients[i]);
      });
    }
    return [...ofInputs.map((list) => (list.length === 1 ? list[0] : tf.concat(list, 0))), ...ofShared];
  }
}

function rowsOf(tf: TensorFlowModule, x: TF.Tensor, from: number, to: number): TF.Tensor {
  return tf.slice(x, [from, ...x.shape.slice(1).map(() => 0)], [to - from, ...x.shape.slice(1)]);
}

/** Gradients on a tape of their own, also on the way back of another, which TensorFlow.js by itself would lose. */
function gradientsOn(tf: TensorFlowModule, compute: () => TF.Tensor, xs: TF.Tensor[], dy: TF.Tensor): TF.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    const { value, grads } = tf.engine().gradients(compute, xs, dy, true);
    value.dispose();
    return grads.map((gradient, i) => gradient ?? tf.zerosLike(xs[i]));
  } finally {
    state.activeTape = outer;
  }
}
