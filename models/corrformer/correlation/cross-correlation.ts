/**
 * Cross-correlation among sibling nodes: weather passes them one after another. Each sibling's lag behind their mean
 * (the pivot) says when; aligned by its lag and put in the order of the lags, each takes over what those before it have
 * seen, through a causal convolution along that order; then all goes back to its own time and place.
 *
 * Equal delays are ordered by node, so that the result is the same everywhere.
 * Source: CorrFormer (Wu et al. 2023).
 */
import type { Ops } from '../../engine/ops.ts';
import type { Parameters } from '../../engine/parameters.ts';
import type { CorrelationConfig } from '../config.ts';
import { causalConvolution } from '../layers/causal-convolution.ts';
import { projectFromHeads, projectToHeads } from './heads.ts';
import { oneHot, strongestLags } from './lags.ts';
import { convolve, correlate, mapSpectrum, seriesOf, spectrum } from './spectrum.ts';

/**
 * @param x the queries, [group * sibling, L, dModel].
 * @param cross the keys and values, [group * sibling, S, dModel]; followed by zeros, or cut, to L.
 * @param siblings nodes in a group.
 * @returns [group * sibling, L, dModel]
 */
export function crossCorrelation<T>(
  ops: Ops<T>,
  x: T,
  cross: T,
  siblings: number,
  parameters: Parameters<T>,
  { heads, tcnLayers }: CorrelationConfig,
  dropout: (x: T, rate: number) => T,
): T {
  const [, length, dModel] = ops.shape(x);
  const width = dModel / heads;
  const bySibling = (part: T) => ops.reshape(part, [-1, siblings, ...ops.shape(part).slice(1)]);

  const queries = projectToHeads(ops, x, parameters.scope('query_projection'), heads);
  const pivot = spectrum(ops, ops.mean(bySibling(queries), [1], true), length);
  const keys = spectrum(ops, bySibling(projectToHeads(ops, cross, parameters.scope('key_projection'), heads)), length);
  const values = spectrum(
    ops,
    bySibling(projectToHeads(ops, cross, parameters.scope('value_projection'), heads)),
    length,
  );

  // [group, sibling, heads, lag]
  const correlation = seriesOf(
    ops,
    mapSpectrum(correlate(ops, pivot, keys), (part) => ops.mean(part, [3])),
    length,
  );
  const strongest = strongestLags(ops, correlation, 1);
  const shift = spectrum(ops, strongest.oneHot, length);
  const aligned = seriesOf(ops, convolve(ops, values, shift), length);
  const confidence = ops.reshape(ops.sigmoid(strongest.weights), [-1, siblings, heads, 1, 1]);

  const order = orderOfDelays(ops, strongest.lags);
  const sequence = ops.reshape(ops.transpose(ops.mul(aligned, confidence), [0, 2, 1, 3, 4]), [
    -1,
    siblings,
    width * length,
  ]);
  const fused = causalConvolution(
    ops,
    ops.matMul(order, sequence),
    parameters.scope('inner_correlation.causal_fusion'),
    tcnLayers,
    dropout,
  );
  const inPlace = ops.reshape(ops.matMul(ops.transpose(order, [0, 2, 1]), fused), [-1, heads, siblings, width, length]);
  const back = correlate(ops, spectrum(ops, ops.transpose(inPlace, [0, 2, 1, 3, 4]), length), shift);
  const output = ops.reshape(seriesOf(ops, back, length), [-1, heads, width, length]);
  return projectFromHeads(ops, output, parameters.scope('out_projection'));
}

/**
 * The permutation that sorts siblings by (delay, node), where the delay is L - lag: a matrix [group * head, place, node] of zeros
 * and ones, so that sorting, and by its transpose un-sorting, are exact products that pass gradients on.
 *
 * @param lags [group, sibling, head, 1]
 */
function orderOfDelays<T>(ops: Ops<T>, lags: T): T {
  const [, siblings] = ops.shape(lags);
  const rows = ops.reshape(ops.transpose(lags, [0, 2, 1, 3]), [-1, siblings]);
  const nodes = Float32Array.from({ length: siblings }, (_, node) => node);
  // The largest of lag * siblings - node comes first: the smallest delay, then the smallest node. These are whole numbers
  // far below 2^24, so that no two are equal in float32.
  const key = ops.sub(ops.mul(rows, ops.constant([siblings], [1])), ops.constant(nodes, [siblings]));
  return oneHot(ops, ops.indexToFloat(ops.topK(key, siblings).indices), siblings);
}
