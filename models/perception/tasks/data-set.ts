/** Examples for a training that anyone can repeat: made when they are asked for, from nothing but their number. */
import type { FeatureMap } from '../../modalities/feature-map.ts';

export const SENSES = ['image', 'audio', 'points', 'video', 'series'] as const;
export type Sense = (typeof SENSES)[number];

export interface Example {
  label: number;
  /** For series a map of one channel: hour by series. */
  map: FeatureMap;
}

export interface DataSet {
  sense: Sense;
  /** What the task is, for people: one sentence. */
  task: string;
  classes: readonly string[];
  /** Equal numbers give equal examples; no example of `test` is one of `train`. */
  example(split: 'train' | 'test', index: number): Example;
}

/** Height and width of the maps: the network's first stage then sees 48 x 48. */
export const MAP_SIZE = 192;
