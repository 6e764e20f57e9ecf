/** The jobs that ingest: the sample world hour by hour, and what comes into an inbox and from sources elsewhere. */
import { basename } from 'node:path';
import { type IngestReport, ingestFiles } from '../ingest/ingest.ts';
import type { SampleWorldSource } from '../ingest/sample-world/world-source.ts';
import type { HttpOptions } from '../ingest/sources/http/client.ts';
import { ingestSources } from '../ingest/sources/ingest-sources.ts';
import type { TableMapping } from '../ingest/tables/mapping.ts';
import type { Clock } from '../src/domain/clock.ts';
import type { Station } from '../src/domain/station.ts';
import { type Hour, monthOf, monthSpan } from '../src/domain/time.ts';
import { localFolder } from '../src/store/bucket/bucket-address.ts';
import type { ObservationStore } from '../src/store/observations/observations.ts';
import { hasData } from './forecast.ts';
import { POLICIES } from './schedule/policies.ts';
import type { Job } from './schedule/schedule.ts';
import { openInbox } from './service/inbox.ts';
import { addIngested, ingestedFile, ingestedSeries, noneIngested } from './service/ingested.ts';
import { measureSource } from './service/source-metrics.ts';

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

export interface IngestJobOptions {
  /** A folder, or the address of one in a bucket, whose files are ingested. */
  inbox?: string;
  /** Addresses and names of sources that are asked each hour for what they have. */
  sources?: readonly string[];
  /** Where to sample grids; what to ask sources for. */
  stations?: readonly Station[];
  /** What the columns of tables are: a table takes the first that fits. */
  table?: readonly TableMapping[];
  observations: ObservationStore;
  dataset: string;
  /** The data directory: downloads are kept in it. */
  root: string;
  clock: Clock;
  http?: HttpOptions;
}

/** Sources are asked again for so many hours before the newest that there is: some come late. */
const LATE_HOURS = 24;
/** What a new dataset is begun with: enough for a first forecast. */
const FIRST_HOURS = 72;

/**
 * Ingests what has come into the inbox, and what the sources have. What cannot be read or fetched fails the job when all else has
 * had its turn, and is tried again.
 */
export function ingestJob(options: IngestJobOptions): Job {
  const { inbox, sources = [], dataset, observations, stations, table } = options;
  const opened = inbox === undefined ? undefined : openInbox(inbox);
  return {
    policy: POLICIES.ingest,
    async run(slot, signal) {
      const failures: unknown[] = [];
      const ingested = noneIngested();
      const told = (report: IngestReport) => {
        addIngested(ingested, report, report.files.map(ingestedFile));
        return report;
      };
      const attempt = async (source: string, work: () => Promise<IngestReport>) => {
        if (signal.aborted) return;
        await measureSource(source, options.clock, work).catch((error: unknown) => failures.push(error));
      };
      if (opened) {
        const waiting = await opened.list().catch((error: unknown) => void failures.push(error));
        for (const name of waiting ?? []) {
          await attempt('inbox', () =>
            opened.take(name, async (path) => {
              const names = new Map([[path, name]]);
              return told(await ingestFiles([path], { dataset, store: observations, stations, table, names }));
            }),
          );
        }
      }
      for (const source of sources) await attempt(labelOf(source), async () => told(await ask(source, slot, options)));
      if (failures.length > 0) throw failures[0];
      return { ingested };
    },
  };
}

async function ask(source: string, slot: Hour, options: IngestJobOptions): Promise<IngestReport> {
  const { dataset, observations, stations, table, root, http } = options;
  const known = (await hasData({ observations, dataset })) ? await observations.describe(dataset) : undefined;
  const to = slot + 1;
  const from = Math.min(known ? known.to - LATE_HOURS : to - FIRST_HOURS, to - 1);
  const wanted = { stations: stations ?? known?.stations, from, to };
  return ingestSources([source], { dataset, store: observations, root: localFolder(root), http, table, ...wanted });
}

/** Without what may be secret. */
function labelOf(source: string): string {
  return source.replace(/[?#].*$/, '');
}
