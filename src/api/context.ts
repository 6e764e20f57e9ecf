/** What the routes work with: the stores, the service's clock, and what the service says of itself. */
import type { Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { JobStatus, Operation, ServingEngine } from '../domain/operation.ts';
import { KernelcastError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ModelStore } from '../store/models/models.ts';
import type { DatasetInfo, ObservationStore } from '../store/observations/observations.ts';
import type { RunStore } from '../store/runs/runs.ts';
import type { ScoreStore } from '../store/scores/scores.ts';
import type { AccessOptions } from './access/access.ts';
import type { Predictor } from './predictor.ts';
import { blame } from './requests/query.ts';

export interface ServiceStatus {
  clock: { kind: 'system' | 'replay'; secondsPerHour?: number };
  /** The dataset that is meant where a request names none. */
  dataset: string;
  jobs: readonly JobStatus[];
  /** What the service is still busy with before it can answer, in plain words; null when it is done. */
  preparing?: string | null;
  /** Null as long as none is open, or where another process forecasts. */
  engine?: ServingEngine | null;
}

export interface ApiContext {
  observations: ObservationStore;
  runs: RunStore;
  scores: ScoreStore;
  models: ModelStore;
  clock: Clock;
  status: () => ServiceStatus;
  log: Log;
  /** The built pages; without them `/` answers 404. */
  dashboardDirectory?: string;
  version: string;
  /** Jobs, disk and machine; not there where nobody hands it in. */
  operation?: Operation;
  /** Forecasts stations that somebody brings; null or not there where no model is open in this process. */
  predictor?: () => Predictor | null;
  /** Keys and limits; by default nobody needs a key. */
  access?: Partial<AccessOptions>;
  /** Where the API's figures go; one app to a registry. */
  metricsRegistry?: Registry;
  /** Raised when the service stops: answers without an end are ended then. */
  stopping?: AbortSignal;
}

/** The dataset of a request: the one that it names, else the service's own. */
export function datasetName(context: ApiContext, given: string | undefined): string {
  return given ?? context.status().dataset;
}

/** @throws KernelcastError `NOT_READY` when the service's own dataset is not there yet, `NOT_FOUND` for any other */
export async function describeDataset(context: ApiContext, given: string | undefined): Promise<DatasetInfo> {
  const name = datasetName(context, given);
  const isOwn = name === context.status().dataset;
  if (isOwn && !(await context.observations.list()).includes(name)) throw notReady(context, 'is not there yet');
  return blame('dataset', context.observations.describe(name));
}

export function notReady(context: ApiContext, state: 'is not there yet' | 'has no run yet'): KernelcastError {
  const { dataset, preparing } = context.status();
  return new KernelcastError('NOT_READY', preparing ?? `the dataset '${dataset}' ${state}`, {
    hint: 'Try again in a few seconds; /v1/status tells how far the service is.',
  });
}
