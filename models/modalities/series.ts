/**
 * The sense of the forecaster: series to a one-channel image, through the same door as the other senses. CorrFormer's token
 * convolution (Wu et al. 2023, equation 1) gives each hour a row of `dModel` values, [hour, dModel], which is read as the
 * image [1, hour, dModel]. The others are settled beforehand; this one is learnt, so it is a part of the network: its weights
 * are `embedding.weight`, and its input here is [n, hour, series].
 */
import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../engine/parameters.ts';
import { tokenSpecs, tokens } from '../layers/image-embedding.ts';

export interface SeriesSense {
  /** How many series run side by side. */
  series: number;
  /** Columns of the image. */
  dModel: number;
}

const SCOPE = 'embedding';

export function seriesSpecs({ series, dModel }: SeriesSense): ParameterSpec[] {
  return nest(SCOPE, tokenSpecs(series, dModel));
}

/** series [n, hour, series] to the image [n, hour, dModel, 1]. */
export function seriesImage<T>(ops: Ops<T>, series: T, parameters: Parameters<T>): T {
  const rows = tokens(ops, series, parameters.scope(SCOPE));
  const [, hours, dModel] = ops.shape(rows);
  return ops.reshape(rows, [-1, hours, dModel, 1]);
}
