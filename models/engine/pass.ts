/**
 * A pass through a network: training or evaluation, where random draws come from and where running statistics go.
 *
 * A part of a network whose samples do not depend on each other can be computed piece by piece where memory is short.
 * Batch norms look at the whole batch; a part names those in it that stand right at its inputs, so that a pass can gather
 * their statistics over all pieces first. A part may hold others, when it is not cut itself.
 */
import type { Parameters } from './parameters.ts';

/** What a forward pass needs to know besides its input: is it training, and where do random draws and running statistics go. */
export interface Pass<T> {
  training: boolean;
  /** Uniform in [0, 1); called for drop path and dropout in training only. */
  random: () => number;
  /** Receives the new running statistic of a batch norm, by full parameter name, in training only. */
  onStatistic(name: string, value: T): void;
  /** Where memory is short: computes a part of the network piece by piece. Call `inParts` instead. */
  inParts?(part: Part<T>): T;
  /** In a piece of a batch, in training: what the batch norm of that full name has found in the whole batch. */
  statistics?(norm: string): BatchStatistics<T> | undefined;
}

/** Of each channel, over a batch. */
export interface BatchStatistics<T> {
  mean: T;
  /** Biased. */
  variance: T;
}

/** A pass in evaluation mode. */
export const EVALUATION: Pass<never> = {
  training: false,
  random: () => {
    throw new Error('no randomness in evaluation');
  },
  onStatistic: () => {},
};

export interface Part<T> {
  /** Equally long along the first axis, which is the one to cut. */
  inputs: readonly T[];
  /** So many rows in a row belong together, and a piece is never cut through them; Infinity for all. */
  unit: number;
  parameters: Parameters<T>;
  /** The scopes within them that the part reads; by default all. */
  scopes?: readonly string[];
  /** The batch norms of the part: their scopes within its parameters, and which input each of them sees. */
  norms?: readonly { scope: string; input: number }[];
  compute(inputs: readonly T[], parameters: Parameters<T>, pass: Pass<T>): T;
}

/** Computes a part as the pass wants it: in pieces, or at once. */
export function inParts<T>(pass: Pass<T>, part: Part<T>): T {
  return pass.inParts ? pass.inParts(part) : part.compute(part.inputs, part.parameters, pass);
}
