/** The arrays that nodes pass through the network in, a batch at a time: made once, filled again and again. */
import type { NamedTensor } from '../weights/safetensors.ts';
import { type ForecasterConfig, INPUT_CHANNELS, networkSizes } from './config.ts';
import { HOUR_FEATURES, type NodeFeatures, STATION_FEATURES } from './features.ts';
import { forecasterInputShapes } from './network.ts';

export interface NodeBatch {
  /** Where to put the features of each image; parts of the arrays that the network reads. */
  readonly features: readonly NodeFeatures[];
  /** The network's inputs for the first `images` images. */
  inputs(images: number): Record<string, NamedTensor>;
  /** Where its output for them goes, [images, lead, own station * channel]. */
  output(images: number): NamedTensor;
}

export function createNodeBatch(config: ForecasterConfig, capacity: number): NodeBatch {
  const { stations, hours, series, leads, targets } = networkSizes(config);
  const sizes = {
    series: hours * series,
    marks: hours * HOUR_FEATURES,
    places: stations * STATION_FEATURES,
    baselines: stations * INPUT_CHANNELS,
    output: leads * targets,
  };
  const array = (name: keyof typeof sizes) => new Float32Array(capacity * sizes[name]);
  const arrays = {
    series: array('series'),
    marks: array('marks'),
    places: array('places'),
    baselines: array('baselines'),
    output: array('output'),
  };
  const imageOf = (name: keyof typeof sizes, image: number) =>
    arrays[name].subarray(image * sizes[name], (image + 1) * sizes[name]);
  const firstOf = (name: keyof typeof sizes, images: number) => arrays[name].subarray(0, images * sizes[name]);
  return {
    features: Array.from({ length: capacity }, (_, image) => ({
      series: imageOf('series', image),
      marks: imageOf('marks', image),
      places: imageOf('places', image),
      baselines: imageOf('baselines', image),
    })),
    inputs(images) {
      const shapes = forecasterInputShapes(config, images);
      return {
        series: { shape: shapes.series, values: firstOf('series', images) },
        marks: { shape: shapes.marks, values: firstOf('marks', images) },
        places: { shape: shapes.places, values: firstOf('places', images) },
      };
    },
    output: (images) => ({ shape: [images, leads, targets], values: firstOf('output', images) }),
  };
}
