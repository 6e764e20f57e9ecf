/**
 * The default forecaster: stations of a node -> CorrFormer-style embedding -> single-channel image -> UniRepLKNet -> 24 hours.
 *
 *     series [n, 48, stations*4] --circular token convolution--+
 *     marks  [n, 48, 5] -----------------linear----------------+--> [n, 48, dModel] = image [n, 48, dModel, 1]
 *     places [n, stations*10] -----------linear (all hours)----+          |
 *                                                              UniRepLKNet (four stages)
 *                                                                         |
 *     own series --last hour, plus a linear map------------> + <--linear head--> [n, 24, own stations*4]
 *                  shared by all stations (skip)
 *
 * The embedding is CorrFormer's (Wu et al. 2023, equation 1), the reading of its output as an image is that of
 * UniRepLKNet's time-series model (Ding et al. 2024); the linear path beside the network is ours.
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import type { Form } from '../unireplknet/block.ts';
import { type ForecasterConfig, INPUT_CHANNELS, networkSizes } from './config.ts';
import { HOUR_FEATURES, STATION_FEATURES } from './features.ts';
import { imageBackboneSpecs, imageFeatureCount, imageFeatures, tokenSpecs, tokens } from './image.ts';

export interface ForecasterInputs<T> {
  /** [n, hour, station * channel] */
  series: T;
  /** [n, hour, HOUR_FEATURES] */
  marks: T;
  /** [n, station * STATION_FEATURES] */
  places: T;
}

/** All parameters by name; `form` says whether the backbone's branches are fused. */
export function forecasterSpecs(config: ForecasterConfig, form: Form): ParameterSpec[] {
  const { series, stations, hours, leads, targets } = networkSizes(config);
  const { dModel } = config;
  const features = imageFeatureCount(hours, dModel, config.backbone);
  return [
    ...nest('embedding.token', tokenSpecs(series, dModel)),
    ...nest('embedding.marks', linearSpecs(HOUR_FEATURES, dModel, { bias: false })),
    ...nest('embedding.places', linearSpecs(stations * STATION_FEATURES, dModel)),
    ...nest('backbone', imageBackboneSpecs(config.backbone, form)),
    ...nest('head', startAtZero(linearSpecs(features + stations * STATION_FEATURES, leads * targets))),
    ...nest('skip', startAtZero(linearSpecs(hours * INPUT_CHANNELS, leads * INPUT_CHANNELS))),
  ];
}

/** So that the fresh network forecasts persistence, and learns what to change of it. */
function startAtZero(specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.map((spec) => ({ ...spec, init: ZEROS }));
}

/** The shapes of the inputs for `images` images; -1 where the number is not fixed. */
export function forecasterInputShapes(config: ForecasterConfig, images: number) {
  const { hours, series, stations } = networkSizes(config);
  return {
    series: [images, hours, series],
    marks: [images, hours, HOUR_FEATURES],
    places: [images, stations * STATION_FEATURES],
  };
}

/** @returns [n, lead, own station * channel], normalised as the inputs are. */
export function forecasterForward<T>(
  ops: Ops<T>,
  inputs: ForecasterInputs<T>,
  parameters: Parameters<T>,
  config: ForecasterConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  const { leads, targets } = networkSizes(config);
  const embedded = embed(ops, inputs, parameters.scope('embedding'));
  const flat = imageFeatures(ops, embedded, parameters.scope('backbone'), config.backbone, form, pass);
  const head = linear(ops, ops.concat([flat, inputs.places], 1), parameters.scope('head'));
  return ops.add(ops.reshape(head, [-1, leads, targets]), skip(ops, inputs.series, parameters.scope('skip'), config));
}

/** [n, hour, dModel] */
function embed<T>(ops: Ops<T>, { series, marks, places }: ForecasterInputs<T>, parameters: Parameters<T>): T {
  const token = tokens(ops, series, parameters.scope('token'));
  const mark = linear(ops, marks, parameters.scope('marks'));
  const place = linear(ops, places, parameters.scope('places'));
  return ops.add(ops.add(token, mark), ops.reshape(place, [-1, 1, ops.shape(place)[1]]));
}

/** Persistence plus a linear path: all channels and hours of a station to all its channels and lead hours, the same for every station. */
function skip<T>(ops: Ops<T>, series: T, parameters: Parameters<T>, config: ForecasterConfig): T {
  const { hours, leads, targets } = networkSizes(config);
  const own = ops.reshape(ops.slice(series, 2, 0, targets), [-1, hours, config.stationsPerNode, INPUT_CHANNELS]);
  const rows = ops.reshape(ops.transpose(own, [0, 2, 1, 3]), [-1, hours * INPUT_CHANNELS]);
  const forecast = ops.reshape(linear(ops, rows, parameters), [-1, config.stationsPerNode, leads, INPUT_CHANNELS]);
  const last = ops.slice(ops.slice(series, 1, hours - 1, hours), 2, 0, targets);
  return ops.add(last, ops.reshape(ops.transpose(forecast, [0, 2, 1, 3]), [-1, leads, targets]));
}
