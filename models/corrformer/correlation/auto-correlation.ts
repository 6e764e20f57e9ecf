/**
 * Auto-correlation along time at each leaf node: the lags at which queries and keys agree most, and the values
 * shifted by those lags, weighted by how well they agree.
 *
 *     c[tau] = mean over the head's channels of sum_t q[t + tau] k[t]   (circular)
 *     out[t] = sum_i softmax(c[tau_i]) v[t + tau_i],  tau_1..tau_k the strongest lags, k = int(factor ln L)
 *
 * The lags are shared by the channels of a head, but each head of each node has its own.
 * Source: Autoformer (Wu et al. 2021), as CorrFormer (Wu et al. 2023) uses it.
 */
import type { Ops } from '../../engine/ops.ts';
import type { Parameters } from '../../engine/parameters.ts';
import type { CorrelationConfig } from '../config.ts';
import { projectFromHeads, projectToHeads } from './heads.ts';
import { strongestLags } from './lags.ts';
import { correlate, mapSpectrum, seriesOf, spectrum } from './spectrum.ts';

/**
 * @param x the queries, [n, L, dModel].
 * @param cross the keys and values, [n, S, dModel]; followed by zeros, or cut, to L.
 * @returns [n, L, dModel]
 */
export function autoCorrelation<T>(
  ops: Ops<T>,
  x: T,
  cross: T,
  parameters: Parameters<T>,
  { heads, lagFactor }: CorrelationConfig,
): T {
  const length = ops.shape(x)[1];
  const queries = spectrum(ops, projectToHeads(ops, x, parameters.scope('query_projection'), heads), length);
  const keys = spectrum(ops, projectToHeads(ops, cross, parameters.scope('key_projection'), heads), length);
  const values = spectrum(ops, projectToHeads(ops, cross, parameters.scope('value_projection'), heads), length);

  const meanProduct = mapSpectrum(correlate(ops, queries, keys), (part) => ops.mean(part, [2]));
  const correlation = seriesOf(ops, meanProduct, length);
  const { weights, oneHot } = strongestLags(ops, correlation, Math.floor(lagFactor * Math.log(length)));

  const shares = ops.softmax(weights, 2);
  const [, , k] = ops.shape(shares);
  const shareOfLag = ops.sum(ops.mul(ops.reshape(shares, [-1, heads, k, 1]), oneHot), [2], true);
  const shifted = seriesOf(ops, correlate(ops, values, spectrum(ops, shareOfLag, length)), length);
  return projectFromHeads(ops, shifted, parameters.scope('out_projection'));
}
