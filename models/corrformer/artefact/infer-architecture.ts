/**
 * The architecture of a CorrFormer from its weights: most sizes follow from the shapes, and what they leave open from
 * the lengths of the inputs or from the published configuration.
 */
import { KernelcastError } from '../../../src/errors.ts';
import { inferForm, inferNetworkConfig } from '../../unireplknet/infer-architecture.ts';
import { requireSpecs, type Shapes } from '../../weights/checkpoint.ts';
import { type CorrFormerConfig, type EncoderConfig, REFERENCE_SIZES } from '../config.ts';
import { corrFormerSpecs } from '../network.ts';

/** What shapes of weights do not tell. */
export interface KnownSizes {
  /** Nodes of the tree; or its branching, where that is known. */
  nodes: number | readonly number[];
  inputHours: number;
  /** Hours of the decoder: the label's and the forecast ones. */
  decoderHours: number;
  leadHours: number;
  tokenOrder: 'tokens' | 'raw';
}

/** Trees that are no near-square grid, by their number of nodes. */
const KNOWN_BRANCHINGS: Readonly<Record<number, readonly number[]>> = { 350: [7, 50] };

/** @throws KernelcastError `MODEL` naming the tensor that is missing, too much, or of another shape. */
export function inferCorrFormerConfig(weights: Shapes, known: KnownSizes): CorrFormerConfig {
  const { inputHours, decoderHours, leadHours, nodes } = known;
  const [dModel, stationsPerNode] = shapeOf(weights, 'enc_embedding.value_embedding.tokenConv.weight');
  const [dFeedForward] = shapeOf(weights, 'decoder.layers.0.conv1.weight');
  const fusion = 'decoder.layers.0.multi_correlation.cross_correlation.inner_correlation.causal_fusion';
  const [channels] = shapeOf(weights, `${fusion}.network.0.conv1.weight_v`);
  const heads = (dModel * decoderHours) / channels;
  if (!Number.isInteger(heads)) {
    throw new KernelcastError('MODEL', `${channels} channels of the causal convolution fit no number of heads`, {
      where: { tensor: `${fusion}.network.0.conv1.weight_v`, dModel, decoderHours },
    });
  }
  const config: CorrFormerConfig = {
    ...REFERENCE_SIZES,
    stationsPerNode,
    branching: typeof nodes === 'number' ? likelyBranching(nodes) : nodes,
    inputHours,
    labelHours: decoderHours - leadHours,
    leadHours,
    dModel,
    heads,
    dFeedForward,
    tcnLayers: countLayers(weights, `${fusion}.network.`, '.conv1.bias'),
    decoderLayers: countLayers(weights, 'decoder.layers.', '.conv1.weight'),
    encoder: inferEncoder(weights, inputHours * dModel, known.tokenOrder),
  };
  requireSpecs(weights, corrFormerSpecs(config, inferForm(weights)));
  return config;
}

function inferEncoder(weights: Shapes, pixels: number, tokenOrder: 'tokens' | 'raw'): EncoderConfig {
  const layers = countLayers(weights, 'encoder.attn_layers.', '.conv1.weight');
  if (layers > 0) return { kind: 'corrformer', layers };
  const side = Math.sqrt(pixels);
  if (!Number.isInteger(side)) {
    throw new KernelcastError('MODEL', `the embedding of a node has ${pixels} values, which is no square image`);
  }
  const network = inferNetworkConfig(scoped(weights, 'encoder.net.'));
  return { kind: 'unireplknet', network, image: [side, side], tokenOrder };
}

function scoped(weights: Shapes, prefix: string): Shapes {
  const entries = [...weights].filter(([name]) => name.startsWith(prefix));
  return new Map(entries.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function shapeOf(weights: Shapes, name: string): readonly number[] {
  const tensor = weights.get(name);
  if (!tensor) throw new KernelcastError('MODEL', `the weights lack the tensor '${name}'`);
  return tensor.shape;
}

/** How many of `<prefix>0<suffix>`, `<prefix>1<suffix>`, ... there are. */
function countLayers(weights: Shapes, prefix: string, suffix: string): number {
  let layers = 0;
  while (weights.has(`${prefix}${layers}${suffix}`)) layers++;
  return layers;
}

/** Two levels as near to a square as can be, fewer groups than siblings; one level for a prime number of nodes. */
export function likelyBranching(nodes: number): readonly number[] {
  const known = KNOWN_BRANCHINGS[nodes];
  if (known) return known;
  for (let groups = Math.floor(Math.sqrt(nodes)); groups > 1; groups--) {
    if (nodes % groups === 0) return [groups, nodes / groups];
  }
  return [nodes];
}
