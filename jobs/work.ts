/** What a service does besides answering: the demo on the sample world, or a dataset of real observations. */
import type { ForecastModel } from '../models/forecast-model.ts';
import type { ServiceStatus } from '../src/api/context.ts';
import type { Clock } from '../src/domain/clock.ts';
import type { Log } from '../src/log.ts';
import type { JobLedger } from './ledger.ts';
import type { Stores } from './stores.ts';

export interface Work {
  /** The time of the service. */
  clock: Clock;
  status(): ServiceStatus;
  /** Works until the signal is raised; resolves when the job that is then running has ended. */
  run(signal: AbortSignal): Promise<void>;
}

export interface WorkOptions {
  /** The data directory. */
  root: string;
  stores: Stores;
  ledger: JobLedger;
  /** The models of each run, the default one first. Opened when the service answers already. */
  openModels: () => Promise<ForecastModel[]>;
  log: Log;
}
