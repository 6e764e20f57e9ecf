/** The sizes of a CorrFormer, under the reference's names where it has plain ones. */
import type { NetworkConfig } from '../unireplknet/network.ts';

/** What multi-correlation needs to know. */
export interface CorrelationConfig {
  /** Of the station tree, from the root down; the product is the number of nodes. */
  branching: readonly number[];
  dModel: number;
  heads: number;
  /** k = int(lagFactor ln L) lags are kept by auto-correlation. */
  lagFactor: number;
  /** Blocks of the causal convolution. */
  tcnLayers: number;
  dropoutRate: number;
}

export interface CorrFormerConfig extends CorrelationConfig {
  stationsPerNode: number;
  /** Hours seen. */
  inputHours: number;
  /** The last hours seen, which the decoder starts from. */
  labelHours: number;
  /** Hours forecast. */
  leadHours: number;
  /** Width of the feed-forward part. */
  dFeedForward: number;
  /** Hours of the moving average that makes the trend; odd. */
  movingAverage: number;
  decoderLayers: number;
  encoder: EncoderConfig;
}

export type EncoderConfig =
  | { kind: 'corrformer'; layers: number }
  | {
      kind: 'unireplknet';
      network: NetworkConfig;
      /** Height and width that the embedding [inputHours, dModel] of a node is read as; the same number of values. */
      image: readonly [number, number];
      /** How the last feature map becomes tokens: one a pixel, or the public code's reshape of channels-first memory. */
      tokenOrder: 'tokens' | 'raw';
    };

/** The published sizes (Global Temp and Global Wind); what stands in a configuration replaces them. */
export const REFERENCE_SIZES = {
  stationsPerNode: 11,
  branching: [7, 50],
  inputHours: 48,
  labelHours: 24,
  leadHours: 24,
  dModel: 768,
  heads: 16,
  dFeedForward: 2048,
  movingAverage: 25,
  lagFactor: 1,
  tcnLayers: 1,
  decoderLayers: 1,
  dropoutRate: 0.05,
} as const satisfies Omit<CorrFormerConfig, 'encoder'>;
