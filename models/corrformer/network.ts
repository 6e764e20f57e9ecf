/**
 * The published time-series forecaster, 48 hours of all stations to the next 24:
 *
 *     series [window, 48, node * station] --normalise--> nodes [window * node, 48, station]
 *       --embed--> [window * node, 48, dModel]
 *       --encode: CorrFormer's own layers, or read as a single-channel image through UniRepLKNet--> tokens
 *     seasonal part and trend of the last 24 hours, and 24 hours to fill --embed--> decode with the tokens
 *       --> [window, 24, node * station], in units
 *
 * Stations are in the order of the station tree's slots (`gatherSlots`). Padding is silent: it is zero wherever the
 * network looks, and what comes out there means nothing.
 * Source: CorrFormer (Wu et al. 2023); with the image encoder, UniRepLKNet's time-series model (Ding et al. 2024).
 */

import type { Ops } from '../engine/ops.ts';
import { nest, type ParameterSpec, type Parameters } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import type { Form } from '../unireplknet/block.ts';
import type { CorrFormerConfig } from './config.ts';
import { decode, decoderSpecs } from './decoder.ts';
import { embed, embeddingSpecs } from './embedding/embedding.ts';
import { normaliseWindow, windowNormalisationSpecs } from './embedding/window-normalisation.ts';
import { encode, encoderSpecs } from './encoder.ts';
import { encodeImage, imageEncoderSpecs } from './image-encoder.ts';
import { type Decomposition, decompose } from './layers/decomposition.ts';

/** What does not change from window to window. */
export interface Places {
  /** [node, slot * feature], see `geographicFeatures`. */
  geography: Float32Array;
  /** [node * slot]: 1 for a station, 0 for padding, see `slotMask`. */
  mask: Float32Array;
}

export interface CorrFormerInputs<T> {
  /** [window, inputHours, node * slot], in units; 0 in padding. */
  series: T;
  /** Time marks of those hours, [window, inputHours, mark]. */
  marks: T;
  /** Time marks of the decoder's hours: the last `labelHours` seen, then the forecast ones. */
  decoderMarks: T;
}

/** All parameters by the checkpoints' names; `form` says whether the image encoder's branches are fused. */
export function corrFormerSpecs(config: CorrFormerConfig, form: Form): ParameterSpec[] {
  const { encoder, stationsPerNode, dModel } = config;
  return [
    ...windowNormalisationSpecs(stationsPerNode),
    ...nest('enc_embedding', embeddingSpecs(stationsPerNode, dModel)),
    ...nest('dec_embedding', embeddingSpecs(stationsPerNode, dModel)),
    ...nest(
      'encoder',
      encoder.kind === 'corrformer' ? encoderSpecs(config, encoder.layers) : imageEncoderSpecs(encoder, form),
    ),
    ...nest('decoder', decoderSpecs(config)),
  ];
}

/** @returns [window, leadHours, node * slot], in units. */
export function corrFormer<T>(
  ops: Ops<T>,
  { series, marks, decoderMarks }: CorrFormerInputs<T>,
  places: Places,
  parameters: Parameters<T>,
  config: CorrFormerConfig,
  form: Form,
  pass: Pass<T>,
): T {
  const { labelHours, leadHours, stationsPerNode, dropoutRate, encoder } = config;
  const nodes = config.branching.reduce((product, children) => product * children, 1);
  const geography = ops.constant(places.geography, [nodes, places.geography.length / nodes]);

  const window = normaliseWindow(ops, series, parameters, nodes);
  const x = silencePadding(ops, window.normalised, places.mask);
  const embedded = embed(
    ops,
    byNode(ops, x, nodes, stationsPerNode),
    marks,
    geography,
    parameters.scope('enc_embedding'),
    dropoutRate,
    pass,
  );
  const encoderParameters = parameters.scope('encoder');
  const tokens =
    encoder.kind === 'corrformer'
      ? encode(ops, embedded, encoderParameters, config, encoder.layers, pass)
      : encodeImage(ops, embedded, encoderParameters, encoder, form, pass);

  const start = decoderStart(ops, x, config);
  const decoderInput = embed(
    ops,
    byNode(ops, start.seasonal, nodes, stationsPerNode),
    decoderMarks,
    geography,
    parameters.scope('dec_embedding'),
    dropoutRate,
    pass,
  );
  const decoded = decode(
    ops,
    decoderInput,
    tokens,
    byNode(ops, start.trend, nodes, stationsPerNode),
    parameters.scope('decoder'),
    config,
    pass,
  );
  const lead = ops.slice(ops.add(decoded.trend, decoded.seasonal), 1, labelHours, labelHours + leadHours);
  return window.restore(byWindow(ops, lead, nodes, stationsPerNode));
}

/**
 * What the decoder starts from: the last hours seen, then zeros for the seasonal part and the window's mean for the trend.
 *
 * @param x normalised, [window, inputHours, ...]
 */
export function decoderStart<T>(
  ops: Ops<T>,
  x: T,
  { inputHours, labelHours, leadHours, movingAverage }: CorrFormerConfig,
): Decomposition<T> {
  const { seasonal, trend } = decompose(ops, x, movingAverage);
  const label = (part: T) => ops.slice(part, 1, inputHours - labelHours, inputHours);
  const zeros = ops.shape(x).map((_, axis): [number, number] => [0, axis === 1 ? leadHours : 0]);
  return {
    seasonal: ops.pad(label(seasonal), zeros),
    trend: ops.concat([label(trend), ops.tile(ops.mean(x, [1], true), 1, leadHours)], 1),
  };
}

function silencePadding<T>(ops: Ops<T>, x: T, mask: Float32Array): T {
  return mask.every((real) => real === 1) ? x : ops.mul(x, ops.constant(mask, [1, 1, mask.length]));
}

/** [window, time, node * station] to [window * node, time, station] */
export function byNode<T>(ops: Ops<T>, x: T, nodes: number, stationsPerNode: number): T {
  const hours = ops.shape(x)[1];
  const split = ops.reshape(x, [-1, hours, nodes, stationsPerNode]);
  return ops.reshape(ops.transpose(split, [0, 2, 1, 3]), [-1, hours, stationsPerNode]);
}

/** [window * node, time, station] to [window, time, node * station] */
function byWindow<T>(ops: Ops<T>, x: T, nodes: number, stationsPerNode: number): T {
  const hours = ops.shape(x)[1];
  const split = ops.reshape(x, [-1, nodes, hours, stationsPerNode]);
  return ops.reshape(ops.transpose(split, [0, 2, 1, 3]), [-1, hours, nodes * stationsPerNode]);
}
