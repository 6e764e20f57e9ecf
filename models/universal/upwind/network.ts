/**
 * The universal forecaster that turns its image into the wind:
 *
 *     own   [n, features] --perceptrons (members), last anomaly, linear map------------------> mean, log scale of a station alone
 *     rows  [n, 24 neighbours, features] --linear, plus own--> image [n, 24, dModel, 1]               |
 *                          |                                       UniRepLKNet (four stages)          |
 *                          |                                             |                            |
 *                          +--linear map of a few hours--> + <--linear head                           |
 *                                                          | x gate (how many, how near, how alike)   |
 *                                                          v                                          v
 *                                        change, turned back from the wind ---------------------------> +
 *
 * A station alone is forecast by the first line only. What its neighbours change is learnt as what the first line leaves, and
 * does not reach back into it: a forecast without neighbours is as good as if there had never been any.
 */

import type { Ops } from '../../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters, ZEROS } from '../../engine/parameters.ts';
import type { Pass } from '../../engine/pass.ts';
import { dropout } from '../../layers/dropout.ts';
import { imageBackboneSpecs, imageFeatureCount, imageFeatures } from '../../layers/image-embedding.ts';
import { linear, linearSpecs } from '../../layers/linear.ts';
import type { Form } from '../../unireplknet/block.ts';
import { CHANNELS, type ImageConfig, LEAD_HOURS, ROW_HOURS, ROWS, TARGETS, type UpwindConfig } from './config.ts';
import { GATE_FEATURES, ROW_FEATURES, ROW_PRESENT } from './neighbour-features.ts';
import { OWN_FEATURES, OWN_SERIES } from './own-features.ts';

/** [n, lead * channel], in units of the channels' scales. */
export interface Distribution<T> {
  /** From the recent climate. */
  mean: T;
  /** Logarithm of the expected absolute error. */
  logScale: T;
}

export interface UpwindInputs<T> {
  /** [n, OWN_FEATURES] */
  own: T;
  /** [n, ROWS, ROW_FEATURES] */
  rows: T;
  /** [n, GATE_FEATURES] */
  gate: T;
  /** [n, 2] */
  flow: T;
}

/** Hours before the last that the linear map of the neighbours sees. */
const LAGS = [0, 1, 2, 3, 6, 12];
const OWN_SUMMARY = 64;
const GATE_HIDDEN = 16;

const atZero = (specs: readonly ParameterSpec[]): ParameterSpec[] => specs.map((spec) => ({ ...spec, init: ZEROS }));

export function upwindSpecs({ own, image }: UpwindConfig, form: Form): ParameterSpec[] {
  const { hidden } = own;
  const member = [
    ...nest('skip', atZero(linearSpecs(OWN_SERIES, TARGETS))),
    ...(hidden === 0
      ? []
      : [...nest('first', linearSpecs(OWN_FEATURES, hidden)), ...nest('second', linearSpecs(hidden, hidden))]),
    ...(hidden === 0 ? [] : nest('mean', atZero(linearSpecs(hidden, TARGETS)))),
    ...nest('scale', atZero(linearSpecs(hidden === 0 ? OWN_FEATURES : hidden, TARGETS))),
  ];
  const members = Array.from({ length: own.members }, (_, index) => nest(`own.${index}`, member)).flat();
  return image ? [...members, ...nest('image', imageSpecs(image, form))] : members;
}

function imageSpecs({ dModel, backbone }: ImageConfig, form: Form): ParameterSpec[] {
  const seen = backbone && imageFeatureCount(ROWS, dModel, backbone) + OWN_SUMMARY;
  return [
    ...nest('straight', atZero(linearSpecs(ROWS * LAGS.length * CHANNELS, TARGETS, { bias: false }))),
    ...nest('gate.0', linearSpecs(GATE_FEATURES, GATE_HIDDEN)),
    ...nest('gate.1', linearSpecs(GATE_HIDDEN, TARGETS)),
    ...nest('scale', atZero(linearSpecs(GATE_FEATURES, TARGETS))),
    ...(backbone === null
      ? []
      : [
          ...nest('embedding.row', linearSpecs(ROW_FEATURES, dModel)),
          ...nest('embedding.own', linearSpecs(OWN_FEATURES, dModel, { bias: false })),
          ...nest('backbone', imageBackboneSpecs(backbone, form)),
          ...nest('summary', linearSpecs(OWN_FEATURES, OWN_SUMMARY)),
          ...nest('head', atZero(linearSpecs(seen!, TARGETS))),
          ...nest('headScale', atZero(linearSpecs(seen!, TARGETS))),
        ]),
  ];
}

/** The shapes of the inputs for `images` images; -1 where the number is not fixed. */
export function upwindInputShapes(images: number) {
  return {
    own: [images, OWN_FEATURES],
    rows: [images, ROWS, ROW_FEATURES],
    gate: [images, GATE_FEATURES],
    flow: [images, 2],
  };
}

/** Each member's forecast of stations alone. */
export function ownForecasts<T>(
  ops: Ops<T>,
  own: T,
  parameters: Parameters<T>,
  config: UpwindConfig,
  pass: Pass<NoInfer<T>>,
): Distribution<T>[] {
  const { members, hidden, dropout: rate } = config.own;
  const series = ops.slice(own, 1, 0, OWN_SERIES);
  const last = ops.slice(series, 1, OWN_SERIES - CHANNELS, OWN_SERIES);
  const held = ops.tile(last, 1, LEAD_HOURS);
  return Array.from({ length: members }, (_, index) => {
    const of = parameters.scope(`own.${index}`);
    const straight = ops.add(held, linear(ops, series, of.scope('skip')));
    if (hidden === 0) return { mean: straight, logScale: linear(ops, own, of.scope('scale')) };
    const first = dropout(ops, ops.gelu(linear(ops, own, of.scope('first'))), rate, pass);
    const second = dropout(ops, ops.gelu(linear(ops, first, of.scope('second'))), rate, pass);
    return {
      mean: ops.add(straight, linear(ops, second, of.scope('mean'))),
      logScale: linear(ops, second, of.scope('scale')),
    };
  });
}

export function meanOf<T>(ops: Ops<T>, members: readonly Distribution<T>[]): Distribution<T> {
  const mean = (values: readonly T[]) =>
    ops.mul(
      values.reduce((sum, value) => ops.add(sum, value)),
      ops.constant([1 / values.length], [1]),
    );
  return { mean: mean(members.map((one) => one.mean)), logScale: mean(members.map((one) => one.logScale)) };
}

/** What neighbours change; nothing where there are none. */
export function neighbourChange<T>(
  ops: Ops<T>,
  inputs: UpwindInputs<T>,
  parameters: Parameters<T>,
  image: ImageConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): Distribution<T> {
  const { rows, gate } = inputs;
  const of = parameters.scope('image');
  const present = ops.slice(rows, 2, ROW_PRESENT, ROW_PRESENT + 1);
  const some = ops.reshape(ops.sum(present, [1, 2]), [-1, 1]);
  const any = ops.div(some, ops.maximum(some, ops.constant([1], [1, 1])));
  const recent = LAGS.flatMap((lag) =>
    Array.from({ length: CHANNELS }, (_, channel) => (ROW_HOURS - 1 - lag) * CHANNELS + channel),
  );
  const straight = ops.reshape(ops.gather(rows, recent, 2), [-1, ROWS * recent.length]);
  let change = linear(ops, straight, of.scope('straight'));
  let scale = linear(ops, gate, of.scope('scale'));
  if (image.backbone) {
    const seen = lookAt(ops, inputs, present, of, image, form, pass);
    change = ops.add(change, linear(ops, seen, of.scope('head')));
    scale = ops.add(scale, linear(ops, seen, of.scope('headScale')));
  }
  const hidden = ops.gelu(linear(ops, gate, of.scope('gate.0')));
  const open = ops.sigmoid(linear(ops, hidden, of.scope('gate.1')));
  const turned = turnBack(ops, ops.mul(change, open), inputs.flow);
  return { mean: ops.mul(turned, any), logScale: ops.mul(scale, any) };
}

function lookAt<T>(
  ops: Ops<T>,
  { rows, own }: UpwindInputs<T>,
  present: T,
  of: Parameters<T>,
  { backbone, dModel, headDropout }: ImageConfig,
  form: Form,
  pass: Pass<T>,
): T {
  const self = ops.reshape(linear(ops, own, of.scope('embedding.own')), [-1, 1, dModel]);
  const embedded = ops.mul(ops.add(linear(ops, rows, of.scope('embedding.row')), self), present);
  const flat = imageFeatures(ops, embedded, of.scope('backbone'), backbone!, form, pass);
  const summary = ops.gelu(linear(ops, own, of.scope('summary')));
  return dropout(ops, ops.concat([flat, summary], 1), headDropout, pass);
}

/** Along and across the steering wind to east and north: [n, lead * channel]. */
function turnBack<T>(ops: Ops<T>, change: T, flow: T): T {
  const byLead = ops.reshape(change, [-1, LEAD_HOURS, CHANNELS]);
  const channel = (index: number) => ops.slice(byLead, 2, index, index + 1);
  const [east, north] = [0, 1].map((index) => ops.reshape(ops.slice(flow, 1, index, index + 1), [-1, 1, 1]));
  const [temperature, along, across, speed] = [0, 1, 2, 3].map(channel);
  const u = ops.sub(ops.mul(along, east), ops.mul(across, north));
  const v = ops.add(ops.mul(along, north), ops.mul(across, east));
  return ops.reshape(ops.concat([temperature, u, v, speed], 2), [-1, TARGETS]);
}

/** The forecast: that of the station alone, and what its neighbours change. */
export function upwindForward<T>(
  ops: Ops<T>,
  inputs: UpwindInputs<T>,
  parameters: Parameters<T>,
  config: UpwindConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): Distribution<T> {
  const alone = meanOf(ops, ownForecasts(ops, inputs.own, parameters, config, pass));
  if (!config.image) return alone;
  const change = neighbourChange(ops, inputs, parameters, config.image, form, pass);
  return { mean: ops.add(alone.mean, change.mean), logScale: ops.add(alone.logScale, change.logScale) };
}
