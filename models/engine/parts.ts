/**
 * A part of a network whose samples do not depend on each other, so that it can be computed piece by piece where memory
 * is short. Batch norms look at the whole batch; a part names those in it that stand right at its inputs, so that a pass
 * can gather their statistics over all pieces first. A part may hold others, when it is not cut itself.
 */
import type { Parameters, Pass } from './parameters.ts';

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
