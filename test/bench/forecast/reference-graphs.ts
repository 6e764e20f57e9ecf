/**
 * The published forecaster with random weights, as two ONNX graphs: the encoder over a few nodes at a time, since nodes do not
 * see each other there and its images take most of the memory, and the decoder over all nodes.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { likelyBranching } from '../../../models/corrformer/artefact/infer-architecture.ts';
import { type CorrFormerConfig, REFERENCE_SIZES } from '../../../models/corrformer/config.ts';
import { decode } from '../../../models/corrformer/decoder.ts';
import { embed } from '../../../models/corrformer/embedding/embedding.ts';
import { GEOGRAPHIC_FEATURES } from '../../../models/corrformer/embedding/geography.ts';
import { TIME_MARKS } from '../../../models/corrformer/embedding/time-marks.ts';
import { normaliseWindow } from '../../../models/corrformer/embedding/window-normalisation.ts';
import { encodeImage } from '../../../models/corrformer/image-encoder.ts';
import { byNode, corrFormerSpecs, decoderStart } from '../../../models/corrformer/network.ts';
import { initialise } from '../../../models/engine/initialise.ts';
import { emitOnnx } from '../../../models/engine/onnx/emit.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { imagesAtOnce } from '../../../models/unireplknet/network.ts';
import { reparameterize } from '../../../models/unireplknet/reparameterize.ts';
import { variantConfig } from '../../../models/unireplknet/variants.ts';
import type { Weights } from '../../../models/weights/safetensors.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { KernelcastError } from '../../../src/errors.ts';

export type ImageEncoder = Extract<CorrFormerConfig['encoder'], { kind: 'unireplknet' }>;
export type ReferenceConfig = CorrFormerConfig & { encoder: ImageEncoder };

export const ENCODER_FILE = 'encoder.onnx';
export const DECODER_FILE = 'decoder.onnx';

/** The published sizes for so many stations, which must fill their nodes. */
export function referenceConfig(stations: number): ReferenceConfig {
  const nodes = stations / REFERENCE_SIZES.stationsPerNode;
  if (!Number.isInteger(nodes)) {
    throw new KernelcastError('USAGE', `${stations} stations do not fill nodes of ${REFERENCE_SIZES.stationsPerNode}`);
  }
  const s = variantConfig('s', { inChannels: 1, classes: undefined });
  // The released kernels.
  const network = { ...s, kernels: [...s.kernels.slice(0, 3), [11, 11, 11]] };
  const encoder: ImageEncoder = { kind: 'unireplknet', network, image: [192, 192], tokenOrder: 'tokens' };
  return { ...REFERENCE_SIZES, branching: [...likelyBranching(nodes)], encoder };
}

/** The most nodes at once that divide the nodes. */
export function nodesAtOnce({ encoder }: ReferenceConfig, nodes: number): number {
  const most = imagesAtOnce(encoder.network, ...encoder.image);
  for (let count = Math.min(most, nodes); count > 1; count--) if (nodes % count === 0) return count;
  return 1;
}

export async function writeReferenceGraphs(folder: string, config: ReferenceConfig): Promise<void> {
  await mkdir(folder, { recursive: true });
  const weights = reparameterize(initialise(corrFormerSpecs(config, 'training'), seededRandom('bench reference-s')));
  const nodes = config.branching.reduce((product, children) => product * children, 1);
  await writeFile(join(folder, ENCODER_FILE), emitEncoder(config, weights, nodesAtOnce(config, nodes)));
  await writeFile(join(folder, DECODER_FILE), emitDecoder(config, weights, nodes));
}

/** Series of a few nodes, in units, to their tokens. */
export function emitEncoder(config: ReferenceConfig, weights: Weights, nodes: number): Uint8Array {
  const { stationsPerNode, inputHours, encoder } = config;
  const shapes = {
    series: [1, inputHours, nodes * stationsPerNode],
    marks: [1, inputHours, TIME_MARKS],
    geography: [nodes, stationsPerNode * GEOGRAPHIC_FEATURES],
  };
  return emitOnnx('encoder', shapes, weights, (ops, parameters, { series, marks, geography }) => {
    const { normalised } = normaliseWindow(ops, series, parameters, nodes);
    const x = byNode(ops, normalised, nodes, stationsPerNode);
    const image = embed(ops, x, marks, geography, parameters.scope('enc_embedding'), 0, EVALUATION);
    return { tokens: encodeImage(ops, image, parameters.scope('encoder'), encoder, 'fused', EVALUATION) };
  });
}

/** Series of all nodes, in units, and their tokens to the forecast, [window * node, lead hour, station]. */
export function emitDecoder(config: ReferenceConfig, weights: Weights, nodes: number): Uint8Array {
  const { stationsPerNode, inputHours, labelHours, leadHours, encoder, dModel } = config;
  const shapes = {
    series: [1, inputHours, nodes * stationsPerNode],
    marks: [1, labelHours + leadHours, TIME_MARKS],
    geography: [nodes, stationsPerNode * GEOGRAPHIC_FEATURES],
    tokens: [nodes, tokensPerNode(encoder), dModel],
  };
  return emitOnnx('decoder', shapes, weights, (ops, parameters, { series, marks, geography, tokens }) => {
    const window = normaliseWindow(ops, series, parameters, nodes);
    const start = decoderStart(ops, window.normalised, config);
    const nodesOf = (part: typeof series) => byNode(ops, part, nodes, stationsPerNode);
    const scope = parameters.scope('dec_embedding');
    const x = embed(ops, nodesOf(start.seasonal), marks, geography, scope, 0, EVALUATION);
    const decoded = decode(ops, x, tokens, nodesOf(start.trend), parameters.scope('decoder'), config, EVALUATION);
    const lead = ops.slice(ops.add(decoded.trend, decoded.seasonal), 1, labelHours, labelHours + leadHours);
    const byHour = ops.transpose(ops.reshape(lead, [-1, nodes, leadHours, stationsPerNode]), [0, 2, 1, 3]);
    return { forecast: window.restore(ops.reshape(byHour, [-1, leadHours, nodes * stationsPerNode])) };
  });
}

/** Five halvings of the image. */
export function tokensPerNode({ image: [height, width] }: ImageEncoder): number {
  return Math.ceil(height / 32) * Math.ceil(width / 32);
}
