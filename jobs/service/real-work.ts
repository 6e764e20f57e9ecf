/** A dataset of real observations: each hour the files that have come in, a run when there is something new, the scores. */
import type { TableMapping } from '../../ingest/tables/mapping.ts';
import type { Forecaster } from '../../models/serving/forecaster.ts';
import { systemClock } from '../../src/domain/clock.ts';
import type { JobStatus, ServingEngine } from '../../src/domain/operation.ts';
import type { Station } from '../../src/domain/station.ts';
import { forecastJob } from '../forecast.ts';
import { ingestJob } from '../ingest.ts';
import { type Retention, retainJob } from '../retain.ts';
import { attemptsOf } from '../schedule/job-history.ts';
import { type Job, Schedule } from '../schedule/schedule.ts';
import { type TrainJobOptions, trainJob } from '../train.ts';
import { verifyJob } from '../verify.ts';
import { withForecaster } from './opened-forecaster.ts';
import type { Work, WorkOptions } from './work.ts';

export interface LiveOptions extends WorkOptions {
  dataset: string;
  /** A folder whose new files are ingested each hour, or the address of one in a bucket. */
  inbox?: string;
  /** What is asked each hour for what it has. Without an inbox and sources, the dataset must be there. */
  sources?: readonly string[];
  /** Where to sample grids. */
  stations?: readonly Station[];
  /** What the columns of tables are. */
  table?: readonly TableMapping[];
  /** Which runs stay; without it, all do. */
  retention?: Retention;
  /** How to train once a week; without it, nothing is trained. */
  training?: Pick<TrainJobOptions, 'config' | 'network'>;
}

/** All jobs of a dataset, in the order of their turn. */
export function liveJobs(
  options: Omit<LiveOptions, 'ledger' | 'openForecaster'>,
  forecaster: Pick<Forecaster, 'run'>,
): Job[] {
  const { stores, log, dataset, retention, training } = options;
  const { observations, runs } = stores;
  return [
    ...(isFed(options) ? [ingestJob({ ...options, observations, clock: systemClock })] : []),
    forecastJob({ observations, forecaster, dataset, clock: systemClock }),
    verifyJob({ ...stores, dataset }),
    retainJob({ ...retention, runs, dataset, log }),
    ...(training === undefined ? [] : [trainJob({ ...options, ...training, observations })]),
  ];
}

/** Whether anything brings observations. */
function isFed({ inbox, sources = [] }: Pick<LiveOptions, 'inbox' | 'sources'>): boolean {
  return inbox !== undefined || sources.length > 0;
}

/** @throws KernelcastError `NOT_FOUND` naming the datasets that there are */
export async function live(options: LiveOptions): Promise<Work> {
  const { stores, ledger, log, dataset } = options;
  if (!isFed(options)) await stores.observations.describe(dataset);
  const clock = systemClock;
  let preparing: string | null = 'opening the model';
  let status = (): JobStatus[] => [];
  let engine: ServingEngine | null = null;

  return {
    clock,
    attempts: () => attemptsOf(ledger.records),
    status: () => ({ clock: { kind: 'system' }, dataset, jobs: status(), preparing, engine }),
    run: (signal) =>
      withForecaster(options, async (forecaster) => {
        engine = forecaster.engine;
        const schedule = new Schedule(liveJobs(options, forecaster), { ledger, clock, log });
        status = () => schedule.status();
        signal.addEventListener('abort', () => void schedule.stop());
        preparing = 'forecasting';
        await schedule.tick();
        preparing = null;
        await schedule.keep(signal);
      }),
  };
}
