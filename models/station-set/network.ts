/**
 * The forecaster of a set of stations, all of which share one image.
 *
 *     series [n, 48, stations*4] --circular token convolution--> [n, 48, dModel] = image [n, 48, dModel, 1]
 *     marks  [n, 48, 5] ---------linear--------------------------+        |
 *                                                                  UniRepLKNet (four stages)
 *                                                                         |
 *     own series --shared linear map of its last, one before, day-before and mean--> + <--linear head, patterns--> mean, log scale
 *
 *     forecast = (1 - share) * (mean of the members) + share * (a linear map of all stations at a few lags, patterns)
 *
 * Embedding: CorrFormer's (Wu et al. 2023, equation 1). Series as an image: UniRepLKNet's time-series model (Ding et al. 2024).
 * The linear path is ridge regression in closed form (`linear-path.ts`); it is not trained with the networks, since the
 * two err in different ways only as long as each is fitted by itself.
 */

import { TIME_FEATURES } from '../baselines/fitted/time-features.ts';
import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, ZEROS } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import { INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { dropout } from '../layers/dropout.ts';
import { imageBackboneSpecs, imageFeatureCount, imageFeatures, tokenSpecs, tokens } from '../layers/image-embedding.ts';
import { linear, linearSpecs } from '../layers/linear.ts';
import type { Form } from '../unireplknet/block.ts';
import { CHANNELS } from '../universal/config.ts';
import { HOUR_FEATURES } from '../universal/features.ts';
import type { StationSetConfig } from './config.ts';

export interface StationSetInputs<T> {
  /** [n, hour, station * channel] */
  series: T;
  /** [n, hour, HOUR_FEATURES] */
  marks: T;
  /** [n, TIME_FEATURES] */
  time: T;
}

/** [n, lead * station * channel], in units of the scales, from the climatology. */
export interface Distribution<T> {
  mean: T;
  /** Logarithm of the expected absolute error. */
  logScale: T;
}

/** Hours of a station itself that the shared map sees, beside the mean of all: the last, the one before, the day before. */
const OWN_HOURS = [INPUT_HOURS - 1, INPUT_HOURS - 2, INPUT_HOURS - 24];
const OWN_FEATURES = (OWN_HOURS.length + 1) * CHANNELS;

const atZero = (specs: readonly ParameterSpec[]): ParameterSpec[] => specs.map((spec) => ({ ...spec, init: ZEROS }));

/** What is trained. */
export function memberSpecs(config: StationSetConfig, stations: number, form: Form): ParameterSpec[] {
  const outputs = LEAD_HOURS * stations * CHANNELS;
  const width = config.image === 'series' ? stations * CHANNELS : config.dModel;
  const features = imageFeatureCount(INPUT_HOURS, width, config.backbone);
  const embedding = [
    ...nest('token', tokenSpecs(stations * CHANNELS, config.dModel)),
    ...nest('marks', linearSpecs(HOUR_FEATURES, config.dModel)),
  ];
  const specs = [
    ...(config.image === 'series' ? [] : embedding),
    ...nest('backbone', imageBackboneSpecs(config.backbone, form)),
    ...nest('head', atZero(linearSpecs(features, config.patterns))),
    ...nest('scale', atZero(linearSpecs(features, outputs))),
    ...nest('own', atZero(linearSpecs(OWN_FEATURES, LEAD_HOURS * CHANNELS))),
  ];
  return memberNames(config).flatMap((name) => nest(name, specs));
}

function memberNames({ members }: StationSetConfig): string[] {
  return Array.from({ length: members }, (_, member) => `members.${member}`);
}

/** What is fitted in closed form (`linear-path.ts`), before the networks are trained. */
export const LINEAR_MAP = 'linear.map';
export const PATTERNS = 'linear.patterns';

/** Inputs and outputs of the linear path: [lag * station * channel + TIME_FEATURES, lead * station * channel]. */
export function linearSizes({ linear: { lags } }: StationSetConfig, stations: number): [number, number] {
  return [lags.length * stations * CHANNELS + TIME_FEATURES, LEAD_HOURS * stations * CHANNELS];
}

export function linearPathShapes(config: StationSetConfig, stations: number) {
  const [features, outputs] = linearSizes(config, stations);
  return [
    { name: LINEAR_MAP, shape: [features, config.patterns] },
    { name: PATTERNS, shape: [config.patterns, outputs] },
  ];
}

/** Each member's own forecast: what training looks at. */
export function memberForecasts<T>(
  ops: Ops<T>,
  inputs: StationSetInputs<T>,
  parameters: Parameters<T>,
  config: StationSetConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): Distribution<T>[] {
  const patterns = parameters.get(PATTERNS);
  return memberNames(config).map((name) => member(ops, inputs, parameters.scope(name), patterns, config, form, pass));
}

function member<T>(
  ops: Ops<T>,
  { series, marks }: StationSetInputs<T>,
  parameters: Parameters<T>,
  patterns: T,
  { image, backbone, headDropout }: StationSetConfig,
  form: Form,
  pass: Pass<T>,
): Distribution<T> {
  const embed = () =>
    ops.add(tokens(ops, series, parameters.scope('token')), linear(ops, marks, parameters.scope('marks')));
  const all = imageFeatures(
    ops,
    image === 'series' ? series : embed(),
    parameters.scope('backbone'),
    backbone,
    form,
    pass,
  );
  const seen = dropout(ops, all, headDropout, pass);
  const own = ownPath(ops, series, parameters.scope('own'));
  return {
    mean: ops.add(own, ops.matMul(linear(ops, seen, parameters.scope('head')), patterns)),
    logScale: linear(ops, seen, parameters.scope('scale')),
  };
}

/** The same for every station: [n, lead * station * channel] */
function ownPath<T>(ops: Ops<T>, series: T, parameters: Parameters<T>): T {
  const [, hours, width] = ops.shape(series);
  const stations = width / CHANNELS;
  const seen = ops.concat([ops.gather(series, OWN_HOURS, 1), ops.mean(series, [1], true)], 1);
  const byStation = ops.transpose(ops.reshape(seen, [-1, OWN_HOURS.length + 1, stations, CHANNELS]), [0, 2, 1, 3]);
  const mapped = linear(ops, ops.reshape(byStation, [-1, stations, OWN_FEATURES]), parameters);
  const byLead = ops.transpose(ops.reshape(mapped, [-1, stations, LEAD_HOURS, CHANNELS]), [0, 2, 1, 3]);
  if (hours !== INPUT_HOURS) throw new Error(`a window has ${INPUT_HOURS} hours, not ${hours}`);
  return ops.reshape(byLead, [-1, LEAD_HOURS * stations * CHANNELS]);
}

/** [n, lag * station * channel + TIME_FEATURES] -> [n, lead * station * channel] */
function linearPath<T>(
  ops: Ops<T>,
  { series, time }: StationSetInputs<T>,
  parameters: Parameters<T>,
  { linear: { lags } }: StationSetConfig,
): T {
  const width = ops.shape(series)[2];
  const hours = lags.map((lag) => INPUT_HOURS - 1 - lag);
  const seen = ops.reshape(ops.gather(series, hours, 1), [-1, lags.length * width]);
  const amounts = ops.matMul(ops.concat([seen, time], 1), parameters.get(LINEAR_MAP));
  return ops.matMul(amounts, parameters.get(PATTERNS));
}

/** The forecast: the members' mean and the linear path, each with its share. */
export function stationSetForward<T>(
  ops: Ops<T>,
  inputs: StationSetInputs<T>,
  parameters: Parameters<T>,
  config: StationSetConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): Distribution<T> {
  const { share } = config.linear;
  const members = memberForecasts(ops, inputs, parameters, config, form, pass);
  const sum = (values: readonly T[]) => values.reduce((total, value) => ops.add(total, value));
  const scaled = (value: T, factor: number) => ops.mul(value, ops.constant([factor], [1]));
  const network = scaled(sum(members.map(({ mean }) => mean)), (1 - share) / members.length);
  const straight = scaled(linearPath(ops, inputs, parameters, config), share);
  return {
    mean: ops.add(network, straight),
    logScale: scaled(sum(members.map(({ logScale }) => logScale)), 1 / members.length),
  };
}
