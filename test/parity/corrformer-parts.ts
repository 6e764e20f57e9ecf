/**
 * The modules of CorrFormer by the names that they have in `*_parts` fixtures (`x/<module>/in*`, `y/<module>/out*`), so
 * that each can be compared with the reference by itself, in any engine.
 */

import type { CorrFormerConfig } from '../../models/corrformer/config.ts';
import { autoCorrelation } from '../../models/corrformer/correlation/auto-correlation.ts';
import { crossCorrelation } from '../../models/corrformer/correlation/cross-correlation.ts';
import { multiCorrelation } from '../../models/corrformer/correlation/multi-correlation.ts';
import { decode } from '../../models/corrformer/decoder.ts';
import { embed } from '../../models/corrformer/embedding/embedding.ts';
import { normaliseWindow } from '../../models/corrformer/embedding/window-normalisation.ts';
import { encode, encoderLayer } from '../../models/corrformer/encoder.ts';
import { causalConvolution } from '../../models/corrformer/layers/causal-convolution.ts';
import { decompose } from '../../models/corrformer/layers/decomposition.ts';
import { byNode, decoderStart, type Places } from '../../models/corrformer/network.ts';
import type { Ops } from '../../models/engine/ops.ts';
import type { Parameters } from '../../models/engine/parameters.ts';
import { EVALUATION, type Pass } from '../../models/engine/pass.ts';
import type { Weights } from '../../models/weights/safetensors.ts';

export interface PartContext<T> {
  ops: Ops<T>;
  /** The whole network's. */
  parameters: Parameters<T>;
  config: CorrFormerConfig;
  places: Places;
  /** The whole fixture, for what a module gets besides its recorded inputs. */
  fixture: Weights;
}

type Part = <T>(inputs: readonly T[], context: PartContext<T>) => T[];

const LAYER = 'encoder.attn_layers.0';
const CORRELATION = `${LAYER}.multi_correlation`;
const keep = <T>(x: T): T => x;
const evaluation = <T>(): Pass<T> => EVALUATION;

/** Each gives the module's outputs in order. Where the encoder has several of a module, the first layer's was recorded. */
export const CORRFORMER_PARTS: Readonly<Record<string, Part>> = {
  decomp([x], { ops, config }) {
    const { seasonal, trend } = decompose(ops, x, config.movingAverage);
    return [seasonal, trend];
  },
  enc_embedding([series, marksOfNodes], { ops, parameters, places, config }) {
    const nodes = places.mask.length / config.stationsPerNode;
    // The reference repeats a window's marks for each of its nodes; ours are given once.
    const shape = ops.shape(marksOfNodes).slice(1);
    const marks = ops.slice(ops.reshape(marksOfNodes, [-1, nodes, ...shape]), 1, 0, 1);
    const geography = ops.constant(places.geography, [nodes, places.geography.length / nodes]);
    const scope = parameters.scope('enc_embedding');
    return [embed(ops, series, ops.reshape(marks, [-1, ...shape]), geography, scope, 0, evaluation())];
  },
  auto([queries, keys], { ops, parameters, config }) {
    return [autoCorrelation(ops, queries, keys, parameters.scope(`${CORRELATION}.auto_correlation`), config)];
  },
  // Recorded at the last level of the tree.
  cross([queries, keys], { ops, parameters, config }) {
    const scope = parameters.scope(`${CORRELATION}.cross_correlation`);
    return [crossCorrelation(ops, queries, keys, config.branching.at(-1)!, scope, config, keep)];
  },
  // The reference has the channels before the order of nodes.
  causal([x], { ops, parameters, config }) {
    const scope = parameters.scope(`${CORRELATION}.cross_correlation.inner_correlation.causal_fusion`);
    const y = causalConvolution(ops, ops.transpose(x, [0, 2, 1]), scope, config.tcnLayers, keep);
    return [ops.transpose(y, [0, 2, 1])];
  },
  multi([x, cross], { ops, parameters, config }) {
    return [multiCorrelation(ops, x, cross, parameters.scope(CORRELATION), config, evaluation())];
  },
  enc_layer0([x], { ops, parameters, config }) {
    return [encoderLayer(ops, x, parameters.scope(LAYER), config, evaluation())];
  },
  encoder([x], { ops, parameters, config }) {
    if (config.encoder.kind !== 'corrformer') throw new Error('this fixture has another encoder');
    return [encode(ops, x, parameters.scope('encoder'), config, config.encoder.layers, evaluation())];
  },
  // Only the first of its three inputs was recorded: the others are the encoder's output and the trend of the window.
  decoder([x], { ops, parameters, config, fixture, places }) {
    const input = (name: string) => {
      const { values, shape } = fixture.get(name)!;
      return ops.constant(values, shape);
    };
    const nodes = places.mask.length / config.stationsPerNode;
    const { normalised } = normaliseWindow(ops, input('x'), parameters, nodes);
    const trend = byNode(ops, decoderStart(ops, normalised, config).trend, nodes, config.stationsPerNode);
    const scope = parameters.scope('decoder');
    const decoded = decode(ops, x, input('y/encoder/out0'), trend, scope, config, evaluation());
    return [decoded.seasonal, decoded.trend];
  },
};
