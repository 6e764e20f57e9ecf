/**
 * Training examples: one node at one init, in batches of typed arrays. Nothing of a validation or test span is ever
 * touched: an example's 48 input and 24 target hours all lie in the span that the source was opened with.
 */

import type { Random } from '../../src/domain/random.ts';
import { FLAG, type Series } from '../../src/domain/series.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { type ForecasterConfig, INPUT_CHANNELS, networkSizes } from '../forecaster/config.ts';
import { CHANNEL_SCALES, HOUR_FEATURES, nodeFeatures, STATION_FEATURES } from '../forecaster/features.ts';
import { layOutNodes, type NodeLayout } from '../forecaster/node-layout.ts';

/** Wind is left out of this share of the training examples, and so is temperature: some datasets lack one of them. */
const DROPPED_VARIABLE_SHARE = 0.1;

/** A span of a dataset's observations, cut into the nodes that the forecaster reads. */
export interface ExampleSource {
  observations: Series;
  nodes: readonly NodeLayout[];
  /** First and last init whose window and targets lie in the span. */
  firstInit: Hour;
  lastInit: Hour;
}

export interface Example {
  source: ExampleSource;
  node: number;
  init: Hour;
}

export interface Batch {
  size: number;
  /** [size, hour, station * channel] */
  series: Float32Array;
  /** [size, hour, HOUR_FEATURES] */
  marks: Float32Array;
  /** [size, station * STATION_FEATURES] */
  places: Float32Array;
  /** [size, lead, own station * channel], normalised; 0 where there is none. */
  targets: Float32Array;
  /** As `targets`: 1 where the target counts, else 0. */
  weights: Float32Array;
}

/** @throws KernelcastError `TOO_LITTLE_DATA` when no window fits into the series. */
export function openExamples(observations: Series, config: ForecasterConfig): ExampleSource {
  const firstInit = observations.from + INPUT_HOURS - 1;
  const lastInit = observations.from + observations.hours - 1 - LEAD_HOURS;
  if (lastInit < firstInit) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'no window of 48 + 24 hours fits into the span to train on', {
      where: { from: formatHour(observations.from), hours: observations.hours },
    });
  }
  return { observations, nodes: layOutNodes(observations.stations, config), firstInit, lastInit };
}

/** Draws an example, all windows of all sources being equally likely. */
export function drawExample(sources: readonly ExampleSource[], random: Random): Example {
  const sizes = sources.map(({ nodes, firstInit, lastInit }) => nodes.length * (lastInit - firstInit + 1));
  let place = Math.floor(random.uniform() * sizes.reduce((sum, size) => sum + size, 0));
  let index = 0;
  while (place >= sizes[index]) place -= sizes[index++];
  const source = sources[index];
  return {
    source,
    node: place % source.nodes.length,
    init: source.firstInit + Math.floor(place / source.nodes.length),
  };
}

/** Gathers examples into one batch; with `random`, variables are dropped now and then. */
export function makeBatch(examples: readonly Example[], config: ForecasterConfig, random?: Random): Batch {
  const sizes = networkSizes(config);
  const perExample = {
    series: sizes.hours * sizes.series,
    marks: sizes.hours * HOUR_FEATURES,
    places: sizes.stations * STATION_FEATURES,
    targets: sizes.leads * sizes.targets,
  };
  const batch: Batch = {
    size: examples.length,
    series: new Float32Array(examples.length * perExample.series),
    marks: new Float32Array(examples.length * perExample.marks),
    places: new Float32Array(examples.length * perExample.places),
    targets: new Float32Array(examples.length * perExample.targets),
    weights: new Float32Array(examples.length * perExample.targets),
  };
  examples.forEach(({ source, node, init }, index) => {
    const layout = source.nodes[node];
    const observations = random ? dropVariables(source.observations, random) : source.observations;
    const features = nodeFeatures(observations, layout, init);
    batch.series.set(features.series, index * perExample.series);
    batch.marks.set(features.marks, index * perExample.marks);
    batch.places.set(features.places, index * perExample.places);
    writeTargets(batch, index * perExample.targets, observations, layout, features.baselines, init, config);
  });
  return batch;
}

/** Only what was observed is a target: interpolated hours would teach the interpolation. */
function writeTargets(
  batch: Batch,
  offset: number,
  observations: Series,
  layout: NodeLayout,
  baselines: Float32Array,
  init: Hour,
  { stationsPerNode }: ForecasterConfig,
): void {
  const count = observations.stations.length;
  for (let place = 0; place < stationsPerNode; place++) {
    const station = layout.stations[place];
    if (station < 0) continue;
    for (let channel = 0; channel < INPUT_CHANNELS; channel++) {
      const variable = observations.variables[FORECAST_VARIABLES[channel]];
      const baseline = baselines[place * INPUT_CHANNELS + channel];
      if (!variable || Number.isNaN(baseline)) continue;
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        const source = (init + 1 + lead - observations.from) * count + station;
        if (variable.flags[source] !== FLAG.OBSERVED) continue;
        const target = offset + (lead * stationsPerNode + place) * INPUT_CHANNELS + channel;
        batch.targets[target] = (variable.values[source] - baseline) / CHANNEL_SCALES[channel];
        batch.weights[target] = 1;
      }
    }
  }
}

function dropVariables(observations: Series, random: Random): Series {
  const draw = random.uniform();
  if (draw >= 2 * DROPPED_VARIABLE_SHARE) return observations;
  const { temperature_2m, ...wind } = observations.variables;
  return { ...observations, variables: draw < DROPPED_VARIABLE_SHARE ? { temperature_2m } : wind };
}
