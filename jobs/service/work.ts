/** What a service does besides answering: the demo on the sample world, or a dataset of real observations. */
import type { Forecaster } from '../../models/serving/forecaster.ts';
import type { ServiceStatus } from '../../src/api/context.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { JobAttempt } from '../../src/domain/operation.ts';
import type { Log } from '../../src/log.ts';
import type { Ledger } from '../schedule/ledger.ts';
import type { Stores } from './stores.ts';

export interface Work {
  /** The time of the service. */
  clock: Clock;
  status(): ServiceStatus;
  /** What the jobs did, the newest first. */
  attempts(): readonly JobAttempt[];
  /** Works until the signal is raised; resolves when the job that is then running has ended. */
  run(signal: AbortSignal): Promise<void>;
}

export interface WorkOptions {
  /** The data directory. */
  root: string;
  stores: Stores;
  ledger: Ledger;
  /**
   * What makes the runs. Opened when the service answers already, closed when the work ends.
   * @param network the folder of a model, in place of the one that the service was begun with
   */
  openForecaster: (network?: string) => Promise<Forecaster>;
  log: Log;
}
