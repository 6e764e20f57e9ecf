/**
 * The layouts in which weights of UniRepLKNet are published, and which part of them is what:
 *
 * - of ImageNet-1K and 22K: the backbone's names as they are, with `norm` and `head` (1,000 or 21,841 classes);
 * - of OpenMMLab's detectors and segmenters: the backbone below `backbone.`, with a norm for each map; `decode_head.` is
 *   UPerNet; the rest (necks, detection heads, the head that helps in training) is not built here, and is told.
 *
 * Sizes and kernels are read off the tensors, so that every variant is known by itself, and the ones that the public video and
 * time-series code builds by hand (11 in the last stage) too.
 */
import { KernelcastError } from '../../src/errors.ts';
import { requireSpecs } from '../weights/checkpoint.ts';
import type { NamedTensor, Weights } from '../weights/safetensors.ts';
import type { NetworkConfig } from './network.ts';
import { type UpernetConfig, upernetSpecs } from './upernet.ts';
import { VARIANTS, type Variant, variantConfig } from './variants.ts';

export interface PublishedCheckpoint {
  backbone: Map<string, NamedTensor>;
  /** UPerNet, without `decode_head.`. */
  segmentation?: Map<string, NamedTensor>;
  /** By the first part of the name, the number of tensors that nothing here is built from. */
  leftOut: Readonly<Record<string, number>>;
}

const WRAPPERS = ['module.', 'model.', 'student.'] as const;
const STEM = 'downsample_layers.0.0.weight';

/** @throws KernelcastError `MODEL` when there is no UniRepLKNet in it. */
export function readPublished(tensors: Weights, file: string): PublishedCheckpoint {
  const wrapper = WRAPPERS.find((prefix) => [...tensors.keys()].every((name) => name.startsWith(prefix))) ?? '';
  const named = new Map([...tensors].map(([name, tensor]) => [name.slice(wrapper.length), tensor]));
  if (named.has(STEM)) return { backbone: named, leftOut: {} };
  if (!named.has(`backbone.${STEM}`)) {
    throw new KernelcastError('MODEL', 'there is no UniRepLKNet among these tensors', {
      where: { file, tensors: [...tensors.keys()].slice(0, 3).join(', ') },
      hint: `It would be known by '${STEM}', or the same below 'backbone.'.`,
    });
  }
  const parts = new Map<string, Map<string, NamedTensor>>();
  for (const [name, tensor] of named) {
    const [part] = name.split('.', 1);
    const own = parts.get(part) ?? new Map<string, NamedTensor>();
    parts.set(part, own.set(name.slice(part.length + 1), tensor));
  }
  const segmentation = parts.get('decode_head');
  const isUpernet = segmentation?.has('fpn_bottleneck.conv.weight') ?? false;
  const known = ['backbone', ...(isUpernet ? ['decode_head'] : [])];
  const rest = [...parts].filter(([part]) => !known.includes(part));
  return {
    backbone: parts.get('backbone')!,
    ...(isUpernet && { segmentation }),
    leftOut: Object.fromEntries(rest.map(([part, own]) => [part, own.size])),
  };
}

/** The published variant of these sizes, if it is one; kernels may differ. */
export function variantOf({ dims, depths }: NetworkConfig): Variant | undefined {
  return VARIANTS.find((variant) => {
    const published = variantConfig(variant);
    return String(published.dims) === String(dims) && String(published.depths) === String(depths);
  });
}

/** @throws KernelcastError `MODEL` when tensors of the head are missing or of another shape. */
export function upernetOf(
  segmentation: Weights,
  dims: readonly number[],
  file: string,
): { config: UpernetConfig; weights: Weights } {
  const shape = segmentation.get('conv_seg.weight')?.shape ?? [0, 0];
  const config = { dims, classes: shape[0], channels: shape[1] };
  return { config, weights: requireSpecs(segmentation, upernetSpecs(config), { file }) };
}
