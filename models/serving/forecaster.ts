/** Something that makes runs: what a service asks, whether the work is done in its own thread or in another. */
import type { Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { Cut, Shard } from '../../src/store/runs/parts.ts';
import type { RunModel } from '../../src/store/runs/runs.ts';
import type { EngineReport } from '../engine/engine-choice.ts';

export interface RunRequest {
  dataset: string;
  /** The last hour that may be used; by default the newest of the dataset. */
  init?: Hour;
  /** The service's time, ms since the epoch: dates the run. */
  now: number;
  /** The default model is forecast in shards by whoever is asked for them; the run waits for them. */
  cut?: Cut;
}

/** A shard of the default model's forecast. */
export interface PartRequest {
  dataset: string;
  init: Hour;
  shard: Shard & Cut;
}

export interface RunResult {
  init: Hour;
  outcome: 'published' | 'exists';
}

/** One model's forecast of series that are in no store. */
export interface PredictRequest {
  /** Id of one of the models. */
  model: string;
  observations: Series;
  /** The last hour that may be used. */
  init: Hour;
}

export interface Forecaster {
  /** What computes the network. */
  readonly engine: EngineReport;
  /** The models of each run, the default one first. */
  readonly models: readonly RunModel[];
  /** All models forecast, and the run is published; see `forecastRun` for the errors. */
  run(request: RunRequest): Promise<RunResult>;
  /** Computes a shard and lays it down for `run`; see `forecastPart` for the errors. */
  part(request: PartRequest): Promise<undefined>;
  /** Lets the runs that wait for shards look which are there: one was laid down somewhere. */
  partArrived(): void;
  /** @throws KernelcastError `NOT_FOUND` for a model that is not among `models` */
  predict(request: PredictRequest): Promise<Series>;
  close(): Promise<void>;
}
