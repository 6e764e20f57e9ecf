/** The nine published sizes of UniRepLKNet, by name. */
import { KernelcastError } from '../../src/errors.ts';
import type { NetworkConfig } from './network.ts';

export const VARIANTS = ['a', 'f', 'p', 'n', 't', 's', 'b', 'l', 'xl'] as const;
export type Variant = (typeof VARIANTS)[number];

interface Size {
  depths: readonly [number, number, number, number];
  /** Channels of the first stage; each stage after it doubles them. */
  channels: number;
  /** Kernel sizes of the third stage, repeated; the first stage has 3, the second and fourth 13. */
  third: readonly number[];
}

const SIZES: Readonly<Record<Variant, Size>> = {
  a: { depths: [2, 2, 6, 2], channels: 40, third: [13] },
  f: { depths: [2, 2, 6, 2], channels: 48, third: [13] },
  p: { depths: [2, 2, 6, 2], channels: 64, third: [13] },
  n: { depths: [2, 2, 8, 2], channels: 80, third: [13] },
  t: { depths: [3, 3, 18, 3], channels: 80, third: [13, 3] },
  s: { depths: [3, 3, 27, 3], channels: 96, third: [13, 3, 3] },
  b: { depths: [3, 3, 27, 3], channels: 128, third: [13, 3, 3] },
  l: { depths: [3, 3, 27, 3], channels: 192, third: [13, 3, 3] },
  xl: { depths: [3, 3, 27, 3], channels: 256, third: [13, 3, 3] },
};

/** @throws KernelcastError `USAGE` when there is no such variant. */
export function parseVariant(name: string): Variant {
  const variant = VARIANTS.find((each) => each === name.toLowerCase());
  if (variant) return variant;
  throw new KernelcastError('USAGE', `there is no UniRepLKNet variant '${name}'`, {
    hint: `The variants are ${VARIANTS.join(', ')}.`,
  });
}

/** A published size; by default for photographs, with ImageNet's thousand classes and no drop path. */
export function variantConfig(
  variant: Variant,
  options: Partial<Pick<NetworkConfig, 'inChannels' | 'classes' | 'featureNorms' | 'dropPathRate'>> = {},
): NetworkConfig {
  const { depths, channels, third } = SIZES[variant];
  const stages = [[3], [13], third, [13]];
  return {
    inChannels: 3,
    classes: 1000,
    dropPathRate: 0,
    layerScaleInit: 1e-6,
    ...options,
    depths,
    dims: [channels, 2 * channels, 4 * channels, 8 * channels],
    kernels: depths.map((depth, stage) =>
      Array.from({ length: depth }, (_, i) => stages[stage][i % stages[stage].length]),
    ),
  };
}
