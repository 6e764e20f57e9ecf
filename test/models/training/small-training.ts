/** A training of the smallest forecaster on a wave of sixty hours: what persistence gets wrong and a linear map gets right. */
import type { TensorFlowModule } from '../../../models/engine/tensorflow-backend.ts';
import { ExampleSet } from '../../../models/training/data/example-set.ts';
import { forecasterKind, trainableForecaster } from '../../../models/training/kinds/universal.ts';
import { freshSnapshot } from '../../../models/training/progress/training-state.ts';
import type { TrainOptions } from '../../../models/training/trainer.ts';
import { type TrainingSettings, trainingSettingsSchema } from '../../../models/training/training-config.ts';
import { type Series, sliceSeries } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { testSeries, testStations } from '../synthetic-series.ts';
import { TINY } from '../tiny-forecaster.ts';

/** Smaller still: plain JavaScript is slow. */
export const SMALL: typeof TINY = {
  ...TINY,
  dModel: 16,
  backbone: { ...TINY.backbone, dims: [4, 4, 8, 8], kernels: [[3], [3], [3], [3]], dropPathRate: 0.2 },
};

export const cycle = testSeries({
  stations: testStations(3),
  from: parseHour('2025-01-01'),
  hours: 200,
  values: { temperature_2m: (hour, station) => 10 * Math.sin((2 * Math.PI * (hour + station)) / 60) },
});

export function smallSettings(overrides: Partial<TrainingSettings> = {}): TrainingSettings {
  return trainingSettingsSchema.parse({
    steps: 12,
    batchSize: 4,
    learningRate: 0.02,
    warmUpSteps: 2,
    weightDecay: 0,
    averageDecay: 0.5,
    validateEvery: 4,
    validationExamples: 4,
    seed: 3,
    ...overrides,
  });
}

export function smallTraining(
  tf: TensorFlowModule,
  overrides: Partial<TrainingSettings> = {},
  observations: Series = cycle,
): TrainOptions<unknown, unknown> {
  const network = trainableForecaster(tf, SMALL);
  const settings = smallSettings(overrides);
  const source = {
    units: network.units(observations.stations, observations.stations, { neighbours: true }),
    bytesPerHour: 20,
    historyHours: forecasterKind.historyHours,
    read: async (from: number, to: number) => sliceSeries(observations, from, to),
  };
  const range = { first: observations.from + 47, last: observations.from + observations.hours - 25 };
  const examples = () => new ExampleSet<unknown>([{ source, ranges: [range] }], 1e6);
  return {
    network,
    training: examples(),
    validation: examples(),
    settings,
    start: freshSnapshot(network.specs, settings.seed),
    onProgress: () => {},
  };
}
