/** The job that retains: takes away runs that are too old or too many, so that a service that is left alone does not fill the disk. */
import { formatHour, type Hour } from '../src/domain/time.ts';
import type { Log } from '../src/log.ts';
import type { RunStore } from '../src/store/runs/runs.ts';
import { runsBytes, runsKept } from './schedule/job-metrics.ts';
import { POLICIES } from './schedule/policies.ts';
import type { Job } from './schedule/schedule.ts';

export interface Retention {
  /** Runs older than this many hours are removed; their scores stay. */
  keepHours?: number;
  /** The oldest runs are removed until the others have no more bytes than this; the newest stays, whatever it has. */
  keepBytes?: number;
}

export interface RetainOptions extends Retention {
  runs: RunStore;
  dataset: string;
  log: Log;
}

export function retainJob({ runs, dataset, keepHours = Infinity, keepBytes = Infinity, log }: RetainOptions): Job {
  return {
    policy: POLICIES.retain,
    async run(slot) {
      const inits = await runs.list(dataset);
      const sizes = await sizesOf(runs, dataset, inits);
      const removed = surplus(inits, sizes, { slot, keepHours, keepBytes });
      for (const init of removed) {
        await runs.remove(dataset, init);
        log.debug({ init: formatHour(init) }, 'a run is removed');
      }
      runsKept.set({ dataset }, inits.length - removed.length);
      const kept = sizes.slice(removed.length).reduce((sum, size) => sum + size, 0);
      runsBytes.set({ dataset }, kept);
    },
  };
}

/** Which runs are too old or too many; oldest first, and never the newest. */
function surplus(
  inits: readonly Hour[],
  sizes: readonly number[],
  { slot, keepHours, keepBytes }: Required<Retention> & { slot: Hour },
): Hour[] {
  const removed: Hour[] = [];
  let bytes = sizes.reduce((sum, size) => sum + size, 0);
  for (const [index, init] of inits.entries()) {
    if (index === inits.length - 1) break;
    if (init >= slot - keepHours && bytes <= keepBytes) break;
    removed.push(init);
    bytes -= sizes[index];
  }
  return removed;
}

async function sizesOf(runs: RunStore, dataset: string, inits: readonly Hour[]): Promise<number[]> {
  const sizes: number[] = [];
  // A damaged run counts for nothing, and is no reason to keep the others for ever.
  for (const init of inits) sizes.push(await runs.size(dataset, init).catch(() => 0));
  return sizes;
}
