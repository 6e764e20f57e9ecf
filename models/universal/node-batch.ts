/** The arrays that images pass through the network in, a batch at a time: made once, filled again and again. */
import type { NamedTensor } from '../weights/safetensors.ts';
import { INPUT_HOURS, SERIES, TARGETS } from './config.ts';
import { CONTEXT, HOUR_FEATURES, type NodeFeatures } from './features.ts';
import { forecasterInputShapes } from './network.ts';

export interface NodeBatch {
  /** Where to put the features of each image; parts of the arrays that the network reads. */
  readonly features: readonly NodeFeatures[];
  /** The network's inputs for the first `images` images. */
  inputs(images: number): { series: NamedTensor; marks: NamedTensor; context: NamedTensor };
  /** Where its outputs for them go, each [images, lead * channel]. */
  outputs(images: number): { mean: NamedTensor; logScale: NamedTensor };
}

export function createNodeBatch(capacity: number): NodeBatch {
  const sizes = {
    series: INPUT_HOURS * SERIES,
    marks: INPUT_HOURS * HOUR_FEATURES,
    context: CONTEXT,
    mean: TARGETS,
    logScale: TARGETS,
  };
  const array = (name: keyof typeof sizes) => new Float32Array(capacity * sizes[name]);
  const arrays = {
    series: array('series'),
    marks: array('marks'),
    context: array('context'),
    mean: array('mean'),
    logScale: array('logScale'),
  };
  const imageOf = (name: keyof typeof sizes, image: number) =>
    arrays[name].subarray(image * sizes[name], (image + 1) * sizes[name]);
  const firstOf = (name: keyof typeof sizes, images: number) => arrays[name].subarray(0, images * sizes[name]);
  return {
    features: Array.from({ length: capacity }, (_, image) => ({
      series: imageOf('series', image),
      marks: imageOf('marks', image),
      context: imageOf('context', image),
    })),
    inputs(images) {
      const shapes = forecasterInputShapes(images);
      return {
        series: { shape: shapes.series, values: firstOf('series', images) },
        marks: { shape: shapes.marks, values: firstOf('marks', images) },
        context: { shape: shapes.context, values: firstOf('context', images) },
      };
    },
    outputs: (images) => ({
      mean: { shape: [images, TARGETS], values: firstOf('mean', images) },
      logScale: { shape: [images, TARGETS], values: firstOf('logScale', images) },
    }),
  };
}
