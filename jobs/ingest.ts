/** The jobs that ingest: the sample world hour by hour, and files that are put into a folder. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ingestFiles } from '../ingest/ingest.ts';
import type { SampleWorldSource } from '../ingest/sample-world/world-source.ts';
import type { Station } from '../src/domain/station.ts';
import { monthOf, monthSpan } from '../src/domain/time.ts';
import { fileError } from '../src/store/files.ts';
import type { ObservationStore } from '../src/store/observations.ts';
import { hasData } from './forecast.ts';
import { addIngested, ingestedFile, ingestedSeries, noneIngested } from './ingested.ts';
import { POLICIES } from './policies.ts';
import type { Job } from './schedule.ts';

export interface SampleWorldIngestOptions {
  source: SampleWorldSource;
  observations: ObservationStore;
  dataset: string;
}

/** Brings the dataset up to the slot, from where it stands; month by month, each wholly or not at all. */
export function sampleWorldIngestJob({ source, observations, dataset }: SampleWorldIngestOptions): Job {
  return {
    policy: POLICIES.ingest,
    async run(slot) {
      let from = (await hasData({ observations, dataset })) ? (await observations.describe(dataset)).to : source.start;
      const ingested = noneIngested();
      while (from <= slot) {
        const to = Math.min(monthSpan(monthOf(from)).to, slot + 1);
        const file = basename(source.fileOf(from));
        const series = await source.read(from, to);
        const change = await observations.merge(dataset, series, { source: file });
        addIngested(ingested, change, [ingestedSeries(file, series)]);
        from = to;
      }
      return { ingested };
    },
  };
}

/** Where the inbox keeps what has been ingested. */
const DONE_FOLDER = 'ingested';

export interface InboxOptions {
  inbox: string;
  stations?: readonly Station[];
  observations: ObservationStore;
  dataset: string;
}

/**
 * Ingests the files of a folder and moves each, when it is in the store, into its subfolder `ingested`. Names that begin
 * with a dot are passed over, so that a file can be written there under such a name and renamed when it is whole.
 * A file that cannot be read stays, fails the job when all others have had their turn, and is tried again.
 */
export function inboxIngestJob({ inbox, stations, observations, dataset }: InboxOptions): Job {
  return {
    policy: POLICIES.ingest,
    async run() {
      const failures: unknown[] = [];
      const ingested = noneIngested();
      for (const file of await filesOf(inbox)) {
        try {
          const path = join(inbox, file);
          const names = new Map([[path, file]]);
          const report = await ingestFiles([path], { dataset, store: observations, stations, names });
          addIngested(ingested, report, report.files.map(ingestedFile));
          await moveAway(inbox, file);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
      return { ingested };
    },
  };
}

async function filesOf(inbox: string): Promise<string[]> {
  try {
    const entries = await readdir(inbox, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw fileError(error, 'look into the inbox', inbox);
  }
}

async function moveAway(inbox: string, file: string): Promise<void> {
  try {
    await mkdir(join(inbox, DONE_FOLDER), { recursive: true });
    await rename(join(inbox, file), join(inbox, DONE_FOLDER, file));
  } catch (error) {
    throw fileError(error, 'move an ingested file away', join(inbox, file));
  }
}
