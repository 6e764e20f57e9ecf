/**
 * CorrFormer's own encoder: layers of multi-correlation and a feed-forward part, each followed by a decomposition of
 * which only the seasonal part goes on.
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import type { CorrFormerConfig } from './config.ts';
import { multiCorrelation, multiCorrelationSpecs } from './correlation/multi-correlation.ts';
import { decompose } from './layers/decomposition.ts';
import { feedForward, feedForwardSpecs } from './layers/feed-forward.ts';
import { seasonalNorm, seasonalNormSpecs } from './layers/seasonal-norm.ts';

export function encoderSpecs(config: CorrFormerConfig, layers: number): ParameterSpec[] {
  const layer = [
    ...nest('multi_correlation', multiCorrelationSpecs(config, config.inputHours)),
    ...feedForwardSpecs(config.dModel, config.dFeedForward),
  ];
  return [
    ...Array.from({ length: layers }, (_, index) => nest(`attn_layers.${index}`, layer)).flat(),
    ...nest('norm', seasonalNormSpecs(config.dModel)),
  ];
}

/** x [window * node, time, dModel] to the same shape. */
export function encode<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: CorrFormerConfig,
  layers: number,
  pass: Pass<T>,
): T {
  let result = x;
  for (let layer = 0; layer < layers; layer++) {
    result = encoderLayer(ops, result, parameters.scope(`attn_layers.${layer}`), config, pass);
  }
  return seasonalNorm(ops, result, parameters.scope('norm'));
}

export function encoderLayer<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  config: CorrFormerConfig,
  pass: Pass<T>,
): T {
  const correlated = ops.add(x, multiCorrelation(ops, x, x, parameters.scope('multi_correlation'), config, pass));
  const { seasonal } = decompose(ops, correlated, config.movingAverage);
  const fed = ops.add(seasonal, feedForward(ops, seasonal, parameters, config.dropoutRate, pass));
  return decompose(ops, fed, config.movingAverage).seasonal;
}
