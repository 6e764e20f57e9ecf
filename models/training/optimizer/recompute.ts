/**
 * Training in less memory: parts of the network (`engine/pass.ts`) are computed piece by piece, keep nothing but what
 * goes in and comes out, and are computed once more on the way back (Chen et al. 2016).
 *
 *     const pass = recomputing(tf, { training: true, random, onStatistic }, { rows: 10, trained });
 *     const { value, grads } = tf.variableGrads(() => loss(weights, pass), variables);
 *
 * Loss and gradients are those of the whole. That takes in batch norms in training, which look at the whole batch: their
 * statistics are gathered over all pieces first, with gradients of their own. Random draws differ from those of an undivided pass, but are the same on the
 * way back: each piece has a generator of its own, seeded by one draw of the pass for each part.
 */

import type * as TF from '@tensorflow/tfjs';
import { seededRandom } from '../../../src/domain/random.ts';
import type { BatchStatistics, Part, Pass } from '../../engine/pass.ts';
import { tensorFlowOps } from '../../engine/tensorflow.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import { batchNormName, batchStatistics, followStatistics, valuesPerChannel } from '../../layers/batch-norm.ts';

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
export function recomputing(tf: TensorFlowModule, pass: Pass<TF.Tensor>, options: RecomputeOptions): Pass<TF.Tensor> {
  const { rows, trained, generator = (seed) => seededRandom(seed).uniform } = options;
  const ops = tensorFlowOps(tf);

  return {
    ...pass,
    inParts(part) {
      const { inputs, unit, scopes, parameters, compute } = part;
      const bounds = boundsOf(part, rows);
      const seed = pass.training ? pass.random() : 0;
      const statistics = pass.training ? gather(part, bounds) : new Map();
      const reads = (name: string) =>
        trained.has(name) && (scopes?.some((scope) => name.startsWith(parameters.nameOf(scope))) ?? true);
      const names = [...parameters.entries()].map(([name]) => name).filter(reads);
      const tensors = new Map(parameters.entries());
      const shared = [
        ...names.map((name) => tensors.get(name)!),
        ...[...statistics.values()].flatMap(({ mean, variance }) => [mean, variance]),
      ];
      return inPieces(tf, inputs, shared, bounds, (own, common, piece, again) => {
        const given: Statistics = new Map(
          [...statistics.keys()].map((norm, i) => {
            const [mean, variance] = common.slice(names.length + 2 * i);
            return [norm, { mean, variance }];
          }),
        );
        const inner: Pass<TF.Tensor> = {
          training: pass.training,
          random: generator(`${seed}/${piece}`),
          onStatistic(name, value) {
            if (Number.isFinite(unit)) {
              throw new Error(`the batch norm of '${name}' is not among those that its part names`);
            }
            if (!again) pass.onStatistic(name, value);
          },
          statistics: (norm) => given.get(norm),
        };
        const replaced = new Map(names.map((name, i) => [name, common[i]]));
        return compute(
          own,
          parameters.replacing(replaced),
          Number.isFinite(unit) ? inner : recomputing(tf, inner, options),
        );
      });
    },
  };

  /** The statistics of a part's batch norms over the whole batch; the running ones follow. */
  function gather({ inputs, parameters, norms = [] }: Part<TF.Tensor>, bounds: readonly number[]): Statistics {
    return new Map(
      norms.map(({ scope, input }) => {
        const norm = parameters.scope(scope);
        const moments = inPieces(tf, [inputs[input]], [], bounds, ([x]) => momentsOf(x));
        const found = ofTheWhole(moments);
        followStatistics(ops, found, valuesPerChannel(ops, inputs[input]), norm, pass);
        return [batchNormName(norm), found];
      }),
    );
  }

  /** [1, 3, channel]: how many values a channel, their mean, their biased variance. */
  function momentsOf(x: TF.Tensor): TF.Tensor {
    const { mean, variance } = batchStatistics(ops, x);
    return tf.stack([tf.fill(mean.shape, valuesPerChannel(ops, x)), mean, variance]).expandDims(0);
  }

  /** From the moments of all pieces, [piece, 3, channel]. */
  function ofTheWhole(moments: TF.Tensor): BatchStatistics<TF.Tensor> {
    const [counts, means, variances] = tf.split(moments, 3, 1).map((each) => tf.squeeze(each, [1]));
    const share = tf.div(counts, tf.sum(counts, 0, true));
    const mean = tf.sum(tf.mul(share, means), 0);
    const variance = tf.sum(tf.mul(share, tf.add(variances, tf.square(tf.sub(means, mean)))), 0);
    return { mean, variance };
  }
}

/** Where the pieces of a part begin, and where the last one ends. */
function boundsOf({ inputs, unit }: Part<TF.Tensor>, rows: number): number[] {
  const total = inputs[0].shape[0]!;
  const size = Math.min(total, Math.max(1, Math.floor(rows / unit)) * unit);
  return [...Array.from({ length: Math.ceil(total / size) }, (_, i) => i * size), total];
}

/** `again`: on the way back. */
type Compute = (inputs: TF.Tensor[], shared: TF.Tensor[], piece: number, again: boolean) => TF.Tensor;

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
    const results = pieceNumbers.map((piece) => tf.tidy(() => compute(cut(whole, piece), common, piece, false)));
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
        const own = gradientsOn(tf, () => compute(parts, [...common], piece, true), [...parts, ...common], incoming);
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
  if (from === 0 && to === x.shape[0]) return x;
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
