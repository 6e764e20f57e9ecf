/**
 * CorrFormer's decoder: multi-correlation with itself, then with what the encoder says, then a feed-forward part. The
 * trends that the decompositions take out are gathered beside it.
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../engine/parameters.ts';
import { inParts, type Pass } from '../engine/pass.ts';
import { linear } from '../layers/linear.ts';
import type { CorrFormerConfig } from './config.ts';
import { multiCorrelation, multiCorrelationSpecs } from './correlation/multi-correlation.ts';
import { circularConvolution } from './layers/circular-convolution.ts';
import { type Decomposition, decompose } from './layers/decomposition.ts';
import { feedForward, feedForwardSpecs } from './layers/feed-forward.ts';
import { seasonalNorm, seasonalNormSpecs } from './layers/seasonal-norm.ts';
import { fanInUniform, torchLinearSpecs, trained } from './layers/torch-init.ts';

export function decoderSpecs(config: CorrFormerConfig): ParameterSpec[] {
  const { dModel, dFeedForward, stationsPerNode } = config;
  const correlation = multiCorrelationSpecs(config, config.labelHours + config.leadHours);
  const layer = [
    ...nest('multi_correlation', correlation),
    ...nest('cross_multi_correlation', correlation),
    ...feedForwardSpecs(dModel, dFeedForward),
    trained('projection.weight', [stationsPerNode, dModel, 3], fanInUniform(3 * dModel)),
  ];
  return [
    ...Array.from({ length: config.decoderLayers }, (_, index) => nest(`layers.${index}`, layer)).flat(),
    ...nest('norm', seasonalNormSpecs(dModel)),
    ...nest('projection', torchLinearSpecs(dModel, stationsPerNode)),
  ];
}

/**
 * @param x [window * node, time, dModel]
 * @param cross what the encoder gives, [window * node, token, dModel]
 * @param trend [window * node, time, station]
 * @returns the seasonal part and the trend, both [window * node, time, station]
 */
export function decode<T>(
  ops: Ops<T>,
  x: T,
  cross: T,
  trend: T,
  parameters: Parameters<T>,
  config: CorrFormerConfig,
  pass: Pass<T>,
): Decomposition<T> {
  let seasonal = x;
  let trends = trend;
  for (let layer = 0; layer < config.decoderLayers; layer++) {
    const next = decoderLayer(ops, seasonal, cross, parameters.scope(`layers.${layer}`), config, pass);
    seasonal = next.seasonal;
    trends = ops.add(trends, next.trend);
  }
  const projected = inParts(pass, {
    inputs: [seasonal],
    unit: 1,
    parameters,
    scopes: ['norm', 'projection'],
    compute: ([x], parameters) =>
      linear(ops, seasonalNorm(ops, x, parameters.scope('norm')), parameters.scope('projection')),
  });
  return { seasonal: projected, trend: trends };
}

function decoderLayer<T>(
  ops: Ops<T>,
  x: T,
  cross: T,
  parameters: Parameters<T>,
  config: CorrFormerConfig,
  pass: Pass<T>,
): Decomposition<T> {
  const addAndDecompose = (base: T, addition: T) => decompose(ops, ops.add(base, addition), config.movingAverage);

  const own = addAndDecompose(x, multiCorrelation(ops, x, x, parameters.scope('multi_correlation'), config, pass));
  const crossed = addAndDecompose(
    own.seasonal,
    multiCorrelation(ops, own.seasonal, cross, parameters.scope('cross_multi_correlation'), config, pass),
  );
  const fed = addAndDecompose(
    crossed.seasonal,
    feedForward(ops, crossed.seasonal, parameters, config.dropoutRate, pass),
  );

  const trends = ops.add(ops.add(own.trend, crossed.trend), fed.trend);
  const projection = inParts(pass, {
    inputs: [trends],
    unit: 1,
    parameters: parameters.scope('projection'),
    compute: ([x], parameters) => circularConvolution(ops, x, parameters.get('weight')),
  });
  return { seasonal: fed.seasonal, trend: projection };
}
