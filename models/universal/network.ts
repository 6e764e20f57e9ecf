/**
 * The default forecaster: 48 hours of a station and its neighbours to its next 24, as one image.
 *
 *     series  [n, 48, places*4] --circular token convolution--> [n, 48, dModel] = image [n, 48, dModel, 1]
 *     marks   [n, 48, 5] --------linear------------------------+          |
 *     context [n, ...] ----------linear (all hours)------------+    UniRepLKNet (four stages)
 *        |                                                                |
 *        +------------------------------------------------> concatenated --linear heads--> mean, log scale [n, 24*4]
 *                                                                                           |
 *     own series --last anomaly, plus a linear map (skip)---------------------------------> +
 *
 * Everything counts from the station's recent climate (`station-windows.ts`), which is the path beside the network: a fresh
 * network forecasts that climate and the last anomaly. The embedding is CorrFormer's (Wu et al. 2023, equation 1), the reading
 * of its output as an image is that of UniRepLKNet's time-series model (Ding et al. 2024).
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import { dropout } from '../layers/dropout.ts';
import { imageBackboneSpecs, imageFeatureCount, imageFeatures, tokenSpecs, tokens } from '../layers/image-embedding.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import type { Form } from '../unireplknet/block.ts';
import { CHANNELS, type ForecasterConfig, INPUT_HOURS, LEAD_HOURS, SERIES, TARGETS } from './config.ts';
import { CONTEXT, HOUR_FEATURES } from './features.ts';

export interface ForecasterInputs<T> {
  /** [n, hour, place * channel] */
  series: T;
  /** [n, hour, HOUR_FEATURES] */
  marks: T;
  /** [n, CONTEXT] */
  context: T;
}

/** [n, lead * channel], in units of the channels' scales. */
export interface ForecasterOutputs<T> {
  /** From the recent climate. */
  mean: T;
  /** Logarithm of the expected absolute error. */
  logScale: T;
}

/** All parameters by name; `form` says whether the backbone's branches are fused. */
export function forecasterSpecs(config: ForecasterConfig, form: Form): ParameterSpec[] {
  const { dModel } = config;
  const features = imageFeatureCount(INPUT_HOURS, dModel, config.backbone) + CONTEXT;
  return [
    ...nest('embedding.token', tokenSpecs(SERIES, dModel)),
    ...nest('embedding.marks', linearSpecs(HOUR_FEATURES, dModel, { bias: false })),
    ...nest('embedding.context', linearSpecs(CONTEXT, dModel)),
    ...nest('backbone', imageBackboneSpecs(config.backbone, form)),
    ...nest('head', startAtZero(linearSpecs(features, TARGETS))),
    ...nest('scale', startAtZero(linearSpecs(features, TARGETS))),
    ...nest('skip', startAtZero(linearSpecs(INPUT_HOURS * CHANNELS, TARGETS))),
  ];
}

/** So that the fresh network forecasts persistence, and learns what to change of it. */
function startAtZero(specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.map((spec) => ({ ...spec, init: ZEROS }));
}

/** The shapes of the inputs for `images` images; -1 where the number is not fixed. */
export function forecasterInputShapes(images: number) {
  return {
    series: [images, INPUT_HOURS, SERIES],
    marks: [images, INPUT_HOURS, HOUR_FEATURES],
    context: [images, CONTEXT],
  };
}

export function forecasterForward<T>(
  ops: Ops<T>,
  inputs: ForecasterInputs<T>,
  parameters: Parameters<T>,
  config: ForecasterConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): ForecasterOutputs<T> {
  const embedded = embed(ops, inputs, parameters.scope('embedding'));
  const flat = imageFeatures(ops, embedded, parameters.scope('backbone'), config.backbone, form, pass);
  const seen = ops.concat([dropout(ops, flat, config.headDropout, pass), inputs.context], 1);
  return {
    mean: ops.add(linear(ops, seen, parameters.scope('head')), skip(ops, inputs.series, parameters.scope('skip'))),
    logScale: linear(ops, seen, parameters.scope('scale')),
  };
}

/** [n, hour, dModel] */
function embed<T>(ops: Ops<T>, { series, marks, context }: ForecasterInputs<T>, parameters: Parameters<T>): T {
  const token = tokens(ops, series, parameters.scope('token'));
  const mark = linear(ops, marks, parameters.scope('marks'));
  const place = linear(ops, context, parameters.scope('context'));
  return ops.add(ops.add(token, mark), ops.reshape(place, [-1, 1, ops.shape(place)[1]]));
}

/** The last anomaly, plus a linear map of all channels and hours of the station to all its channels and lead hours. */
function skip<T>(ops: Ops<T>, series: T, parameters: Parameters<T>): T {
  const own = ops.slice(series, 2, 0, CHANNELS);
  const last = ops.slice(own, 1, INPUT_HOURS - 1, INPUT_HOURS);
  const held = ops.reshape(ops.tile(last, 1, LEAD_HOURS), [-1, TARGETS]);
  return ops.add(held, linear(ops, ops.reshape(own, [-1, INPUT_HOURS * CHANNELS]), parameters));
}
