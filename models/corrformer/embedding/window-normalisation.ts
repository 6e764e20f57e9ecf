/**
 * Every station's window is normalised by its own mean and deviation before the network and scaled back after it, with
 * a learned affine map per place in a node between.
 * Source: RevIN (Kim et al. 2022), as CorrFormer uses it.
 */
import type { Ops } from '../../engine/ops.ts';
import { ONES, type ParameterSpec, type Parameters, ZEROS } from '../../engine/parameters.ts';
import { trained } from '../layers/torch-init.ts';

const VARIANCE_EPSILON = 1e-5;
const AFFINE_EPSILON = 1e-10;

export function windowNormalisationSpecs(stationsPerNode: number): ParameterSpec[] {
  return [
    trained('affine_bias', [1, 1, stationsPerNode], ZEROS),
    trained('affine_weight', [1, 1, stationsPerNode], ONES),
  ];
}

export interface NormalisedWindow<T> {
  /** [window, time, node * station] */
  normalised: T;
  /** Undoes the normalisation of [window, time, node * station], of any number of hours. */
  restore: (y: T) => T;
}

/** @param x [window, time, node * station], in units. */
export function normaliseWindow<T>(ops: Ops<T>, x: T, parameters: Parameters<T>, nodes: number): NormalisedWindow<T> {
  const mean = ops.mean(x, [1], true);
  const centred = ops.sub(x, mean);
  const variance = ops.mean(ops.mul(centred, centred), [1], true);
  const deviation = ops.sqrt(ops.add(variance, ops.constant([VARIANCE_EPSILON], [1])));
  const weight = ops.tile(parameters.get('affine_weight'), 2, nodes);
  const bias = ops.tile(parameters.get('affine_bias'), 2, nodes);
  return {
    normalised: ops.add(ops.mul(ops.div(centred, deviation), weight), bias),
    restore(y) {
      const divisor = ops.add(weight, ops.constant([AFFINE_EPSILON], [1]));
      return ops.add(ops.mul(ops.div(ops.sub(y, bias), divisor), deviation), mean);
    },
  };
}
