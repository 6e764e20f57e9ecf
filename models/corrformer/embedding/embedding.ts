/**
 * The embedding of a node: the sum of a circular convolution of its stations' series, a linear map of the time marks,
 * and a linear map of where its stations are, the same for all hours.
 * Source: CorrFormer (Wu et al. 2023), equation 1.
 */

import type { Ops } from '../../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../../engine/parameters.ts';
import type { Pass } from '../../engine/pass.ts';
import { dropout } from '../../layers/dropout.ts';
import { linear } from '../../layers/linear.ts';
import { circularConvolution } from '../layers/circular-convolution.ts';
import { torchLinearSpecs, trained } from '../layers/torch-init.ts';
import { GEOGRAPHIC_FEATURES } from './geography.ts';
import { TIME_MARKS } from './time-marks.ts';

export function embeddingSpecs(stationsPerNode: number, dModel: number): ParameterSpec[] {
  return [
    ...nest('national_embedding.location_embedding', torchLinearSpecs(GEOGRAPHIC_FEATURES * stationsPerNode, dModel)),
    ...nest('temporal_embedding.embed', torchLinearSpecs(TIME_MARKS, dModel, { bias: false })),
    trained('value_embedding.tokenConv.weight', [dModel, stationsPerNode, 3], {
      // Kaiming's normal for the fan in, gain sqrt(2).
      kind: 'normal',
      std: Math.sqrt(2 / (3 * stationsPerNode)),
    }),
  ];
}

/**
 * @param series [window * node, time, station]
 * @param marks [window, time, mark], the same for all nodes.
 * @param geography [node, station * feature], standardised.
 * @returns [window * node, time, dModel]
 */
export function embed<T>(
  ops: Ops<T>,
  series: T,
  marks: T,
  geography: T,
  parameters: Parameters<T>,
  dropoutRate: number,
  pass: Pass<T>,
): T {
  const values = circularConvolution(ops, series, parameters.get('value_embedding.tokenConv.weight'));
  const times = linear(ops, marks, parameters.scope('temporal_embedding.embed'));
  const places = linear(ops, geography, parameters.scope('national_embedding.location_embedding'));
  const [nodes, dModel] = ops.shape(places);
  const [, hours] = ops.shape(times);
  const sum = ops.add(
    ops.add(ops.reshape(values, [-1, nodes, hours, dModel]), ops.reshape(times, [-1, 1, hours, dModel])),
    ops.reshape(places, [nodes, 1, dModel]),
  );
  return dropout(ops, ops.reshape(sum, [-1, hours, dModel]), dropoutRate, pass);
}
