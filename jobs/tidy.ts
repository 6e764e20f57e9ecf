/** The job that tidies: takes away runs that are long past, so that a service that is left alone does not fill the disk. */
import type { RunStore } from '../src/store/runs.ts';
import type { Job } from './schedule.ts';

export interface TidyOptions {
  runs: RunStore;
  dataset: string;
  /** Runs older than this many hours are removed; their scores stay. */
  keepHours: number;
}

export function tidyJob({ runs, dataset, keepHours }: TidyOptions): Job {
  return {
    name: 'tidy',
    async run(slot) {
      for (const init of await runs.list(dataset)) {
        if (init < slot - keepHours) await runs.remove(dataset, init);
      }
    },
  };
}
