/**
 * Multi-correlation: auto-correlation at the leaves and cross-correlation among siblings at every level of the station
 * tree, with one set of weights for all levels. At a level, a group of nodes stands for the mean of the leaves below it,
 * and its result goes back to all of them; the levels are averaged.
 * Source: CorrFormer (Wu et al. 2023).
 */

import type { Ops } from '../../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../../engine/parameters.ts';
import { inParts, type Pass } from '../../engine/pass.ts';
import { dropout } from '../../layers/dropout.ts';
import type { CorrelationConfig } from '../config.ts';
import { causalConvolutionSpecs } from '../layers/causal-convolution.ts';
import { autoCorrelation } from './auto-correlation.ts';
import { crossCorrelation } from './cross-correlation.ts';
import { projectionSpecs } from './heads.ts';

/** @param length of the queries. */
export function multiCorrelationSpecs(
  { dModel, heads, tcnLayers }: CorrelationConfig,
  length: number,
): ParameterSpec[] {
  const channels = (dModel / heads) * length;
  return [
    ...nest('auto_correlation', projectionSpecs(dModel)),
    ...nest('cross_correlation.inner_correlation.causal_fusion', causalConvolutionSpecs(channels, tcnLayers)),
    ...nest('cross_correlation', projectionSpecs(dModel)),
  ];
}

/**
 * @param x the queries, [window * node, L, dModel].
 * @param cross the keys and values, [window * node, S, dModel].
 * @returns [window * node, L, dModel]
 */
export function multiCorrelation<T>(
  ops: Ops<T>,
  x: T,
  cross: T,
  parameters: Parameters<T>,
  config: CorrelationConfig,
  pass: Pass<T>,
): T {
  const [, length, dModel] = ops.shape(x);
  const drop = (tensor: T, rate: number) => dropout(ops, tensor, rate, pass);
  const leaf = inParts(pass, {
    inputs: [x, cross],
    unit: 1,
    parameters: parameters.scope('auto_correlation'),
    compute: ([x, cross], parameters) => autoCorrelation(ops, x, cross, parameters, config),
  });

  let levels: T | undefined;
  let leaves = 1;
  for (const siblings of [...config.branching].reverse()) {
    const level = inParts(pass, {
      inputs: [meanOfLeaves(ops, x, leaves), meanOfLeaves(ops, cross, leaves)],
      unit: siblings,
      parameters: parameters.scope('cross_correlation'),
      compute: ([x, cross], parameters, pass) =>
        crossCorrelation(ops, x, cross, siblings, parameters, config, (y, rate) => dropout(ops, y, rate, pass)),
    });
    levels = levels === undefined ? level : addToLeaves(ops, levels, level, leaves);
    leaves *= siblings;
  }
  const mean = ops.div(levels!, ops.constant([config.branching.length], [1]));
  // Dropped out twice, as in the reference.
  const leafPart = drop(drop(leaf, config.dropoutRate), config.dropoutRate);
  return ops.reshape(ops.add(leafPart, drop(mean, config.dropoutRate)), [-1, length, dModel]);
}

function meanOfLeaves<T>(ops: Ops<T>, x: T, leaves: number): T {
  return leaves === 1 ? x : ops.mean(ops.reshape(x, [-1, leaves, ...ops.shape(x).slice(1)]), [1]);
}

function addToLeaves<T>(ops: Ops<T>, atLeaves: T, atGroups: T, leaves: number): T {
  const shape = ops.shape(atLeaves).slice(1);
  const grouped = ops.add(ops.reshape(atLeaves, [-1, leaves, ...shape]), ops.reshape(atGroups, [-1, 1, ...shape]));
  return ops.reshape(grouped, [-1, ...shape]);
}
