/** What an ingest brought, short enough for a record of the ledger. */
import type { FileReport } from '../../ingest/ingest.ts';
import { type QualityReport, QualityTally } from '../../ingest/quality/report.ts';
import type { Ingested, IngestedFile } from '../../src/domain/operation.ts';
import type { Series } from '../../src/domain/series.ts';
import { formatHour, type Hour } from '../../src/domain/time.ts';

const MOST_FILES = 10;

export function noneIngested(): Ingested {
  return { added: 0, replaced: 0, files: [] };
}

/** Adds what a file brought. */
export function addIngested(
  sum: Ingested,
  change: { added: number; replaced: number },
  files: readonly IngestedFile[],
): void {
  sum.added += change.added;
  sum.replaced += change.replaced;
  sum.files = [...sum.files, ...files].slice(-MOST_FILES);
}

export function ingestedFile({ file, from, to, quality }: Pick<FileReport, 'file' | 'from' | 'to' | 'quality'>) {
  return describe(file, { from, to }, quality);
}

/** A series that came without a report. */
export function ingestedSeries(file: string, series: Series): IngestedFile {
  const tally = new QualityTally();
  tally.add(series);
  return describe(file, { from: series.from, to: series.from + series.hours }, tally.report(0));
}

function describe(file: string, span: { from: Hour; to: Hour }, { rejected, stations }: QualityReport): IngestedFile {
  const sum = (of: (station: QualityReport['stations'][number]) => number): number =>
    stations.reduce((total, station) => total + of(station), 0);
  return {
    file,
    stations: stations.length,
    from: formatHour(span.from),
    to: formatHour(span.to),
    observed: sum(({ observed }) => observed),
    interpolated: sum(({ interpolated }) => interpolated),
    missing: sum(({ missing }) => missing),
    rejected,
    gap_hours: sum(({ gaps }) => gaps.hours),
  };
}
