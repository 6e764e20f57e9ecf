/**
 * A part of a network whose samples do not depend on each other, so that it can be computed piece by piece where memory
 * is short. Batch norms in it do look at the whole batch; they are named, with what they see, so that a pass can gather
 * their statistics over all pieces before the part is computed.
 */
import type { Parameters, Pass } from './parameters.ts';

export interface Part<T> {
  /** Equally long along the first axis, which is the one to cut. */
  inputs: readonly T[];
  /** So many rows in a row belong together; a piece is never cut through them. */
  unit: number;
  parameters: Parameters<T>;
  /** The scopes within them that the part reads; by default all. */
  scopes?: readonly string[];
  /** The batch norms, in an order in which none depends on those of a later stage. */
  norms?: readonly NormStage<T>[];
  compute(inputs: readonly T[], parameters: Parameters<T>, pass: Pass<T>): T;
}

/** Batch norms that do not depend on each other. */
export interface NormStage<T> {
  /** Their scopes within the part's parameters. */
  scopes: readonly string[];
  /** What each of them sees, given the statistics of the stages before. */
  seen(inputs: readonly T[], parameters: Parameters<T>, pass: Pass<T>): readonly T[];
}

/** Computes a part as the pass wants it: in pieces, or at once. */
export function inParts<T>(pass: Pass<T>, part: Part<T>): T {
  return pass.inParts ? pass.inParts(part) : part.compute(part.inputs, part.parameters, pass);
}
