/** The arrays that images pass through the network in, a batch at a time: made once, filled again and again. */
import type { NamedTensor } from '../../weights/safetensors.ts';
import { ROWS, TARGETS } from './config.ts';
import { GATE_FEATURES, type NeighbourFeatures, ROW_FEATURES } from './neighbour-features.ts';
import { upwindInputShapes } from './network.ts';
import { OWN_FEATURES } from './own-features.ts';

const SIZES = { own: OWN_FEATURES, rows: ROWS * ROW_FEATURES, gate: GATE_FEATURES, flow: 2 };
type Input = keyof typeof SIZES;

export interface UpwindBatch {
  /** Where to put what is seen of each image; parts of the arrays that the network reads. */
  own(image: number): Float32Array;
  neighbours(image: number): NeighbourFeatures;
  /** The network's inputs for the images [from, from + count). */
  inputs(count: number, from?: number): Record<Input, NamedTensor>;
  /** Where its outputs go, each [count, lead * channel]. */
  outputs(count: number): { mean: NamedTensor; logScale: NamedTensor };
}

export function createUpwindBatch(capacity: number): UpwindBatch {
  const array = (size: number) => new Float32Array(capacity * size);
  const arrays = { own: array(SIZES.own), rows: array(SIZES.rows), gate: array(SIZES.gate), flow: array(SIZES.flow) };
  const results = { mean: array(TARGETS), logScale: array(TARGETS) };
  const part = (name: Input, from: number, count: number) =>
    arrays[name].subarray(from * SIZES[name], (from + count) * SIZES[name]);
  return {
    own: (image) => part('own', image, 1),
    neighbours: (image) => ({
      rows: part('rows', image, 1),
      gate: part('gate', image, 1),
      flow: part('flow', image, 1),
    }),
    inputs(count, from = 0) {
      const shapes = upwindInputShapes(count);
      const input = (name: Input): NamedTensor => ({ shape: shapes[name], values: part(name, from, count) });
      return { own: input('own'), rows: input('rows'), gate: input('gate'), flow: input('flow') };
    },
    outputs(count) {
      const output = (values: Float32Array): NamedTensor => ({
        shape: [count, TARGETS],
        values: values.subarray(0, count * TARGETS),
      });
      return { mean: output(results.mean), logScale: output(results.logScale) };
    },
  };
}
