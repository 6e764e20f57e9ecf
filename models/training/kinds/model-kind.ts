/** What makes a network trainable from the command line: its architecture's form, how it is opened, and how it is published. */
import type { z } from 'zod';
import type { Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import type { Weights } from '../../weights/safetensors.ts';
import type { AnyTrainable, Example, Units } from '../trainable.ts';

/** What a kind may know of the data before the first step. */
export interface TrainingData {
  sources: readonly { name: string; stations: readonly Station[]; trains: boolean; validates: boolean }[];
  /**
   * The hours of the training examples, each once, in pieces that fit into memory: for statistics that a network is built
   * on. Nothing of the validation is among them.
   */
  trainingHours(): AsyncIterable<Series>;
  /** At most so many validation examples, evenly spread, in order, in batches: for statistics of the errors of a trained network. */
  validationExamples<Unit>(units: Units<Unit>, most: number): AsyncIterable<Example<Unit>[]>;
}

export interface TrainedModel<Architecture> {
  id: string;
  name: string;
  createdAt: string;
  architecture: Architecture;
  /** In training form. */
  weights: Weights;
  /** On what and how it was trained; kept as it is. */
  training: Record<string, unknown>;
  /** Further files of the artefact. */
  files: ReadonlyMap<string, Uint8Array>;
}

export interface ModelKind<Architecture = unknown> {
  architecture: z.ZodType<Architecture>;
  /** For people, where a model is given no name. */
  nameOf(architecture: Architecture): string;
  /** Hours up to an init that its examples read. */
  historyHours: number;
  open(tf: TensorFlowModule, architecture: Architecture, data: TrainingData): Promise<AnyTrainable>;
  /** Writes the artefact, as a folder that must not exist yet. */
  publish(folder: string, model: TrainedModel<Architecture>, data: TrainingData): Promise<void>;
}
