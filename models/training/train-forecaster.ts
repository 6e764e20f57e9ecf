/** From datasets of the store to a published model artefact: spans, training, fusing, the ONNX graph. */
import type { Hour } from '../../src/domain/time.ts';
import { formatHour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { ObservationStore } from '../../src/store/observations.ts';
import { countParameters } from '../engine/parameters.ts';
import { openTensorFlow } from '../engine/tensorflow-backend.ts';
import { writeForecaster } from '../forecaster/forecaster-artefact.ts';
import { forecasterSpecs } from '../forecaster/network.ts';
import { type StoredTree, storeTree } from '../forecaster/stored-tree.ts';
import { buildStationTree } from '../station-tree.ts';
import { type ExampleSource, openExamples } from './examples.ts';
import { type TrainProgress, train } from './trainer.ts';
import type { TrainingConfig } from './training-config.ts';

const HOURS_PER_DAY = 24;

export interface TrainForecasterOptions {
  observations: ObservationStore;
  datasets: readonly string[];
  /** The dataset whose last days before `until` validate; they are not trained on. */
  validateOn: string;
  validationDays: number;
  /** End (exclusive) of what may be seen of the validated dataset; by default all of it. */
  until?: Hour;
  config: TrainingConfig;
  id: string;
  name: string;
  out: string;
  onProgress: (progress: TrainProgress) => void;
}

export async function trainForecaster(options: TrainForecasterOptions) {
  const { config, datasets, validateOn } = options;
  if (!datasets.includes(validateOn)) {
    throw new KernelcastError('USAGE', `'${validateOn}' validates, but is not among the datasets`, {
      where: { datasets: datasets.join(', ') },
    });
  }
  const started = Date.now();
  const backend = await openTensorFlow();
  const { training, validation, spans } = await openSpans(options);
  const result = await train(backend.tf, {
    config: config.architecture,
    training,
    validation,
    ...config.training,
    onProgress: options.onProgress,
  });
  const seconds = (Date.now() - started) / 1000;
  await writeForecaster(options.out, {
    id: options.id,
    name: options.name,
    createdAt: new Date().toISOString(),
    architecture: config.architecture,
    weights: result.weights,
    stationTree: await treeOf(options),
    training: {
      spans,
      ...config.training,
      engine: backend.report.name,
      bestStep: result.bestStep,
      validationLoss: result.validation,
    },
  });
  return {
    validation: result.validation,
    bestStep: result.bestStep,
    parameters: countParameters(forecasterSpecs(config.architecture, 'training')),
    engine: backend.report.name,
    seconds,
  };
}

/** The tree of the validated dataset's stations, which the layout of its nodes is made from. */
async function treeOf({ observations, validateOn, config }: TrainForecasterOptions): Promise<StoredTree> {
  const { stations } = await observations.describe(validateOn);
  const { stationsPerNode } = config.architecture;
  return storeTree(validateOn, stations, buildStationTree(stations, { stationsPerNode, branching: 'auto' }));
}

interface Span {
  dataset: string;
  role: 'training' | 'validation';
  from: string;
  to: string;
}

/** Reads each dataset's training span and, of one of them, the days after it. */
async function openSpans(options: TrainForecasterOptions) {
  const training: ExampleSource[] = [];
  const validation: ExampleSource[] = [];
  const spans: Span[] = [];
  const open = async (dataset: string, role: Span['role'], from: Hour, to: Hour) => {
    const source = openExamples(await options.observations.read(dataset, from, to), options.config.architecture);
    (role === 'training' ? training : validation).push(source);
    spans.push({ dataset, role, from: formatHour(from), to: formatHour(to) });
  };
  for (const dataset of options.datasets) {
    const { from, to } = await options.observations.describe(dataset);
    if (dataset === options.validateOn) {
      const end = Math.min(options.until ?? to, to);
      const split = end - options.validationDays * HOURS_PER_DAY;
      await open(dataset, 'training', from, split);
      await open(dataset, 'validation', split, end);
    } else {
      await open(dataset, 'training', from, to);
    }
  }
  return { training, validation, spans };
}
