/** The figures of the sources of observations, for Prometheus. */
import { Counter, Gauge, Histogram } from 'prom-client';
import type { IngestReport } from '../../ingest/ingest.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { metricsRegistry } from '../../src/metrics.ts';

const registers = [metricsRegistry];

export const sourceSeconds = new Histogram({
  name: 'kernelcast_source_seconds',
  help: 'How long it took to fetch, read and store what a source had: a file of the inbox, or what was asked for.',
  labelNames: ['source', 'outcome'],
  buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600],
  registers,
});

export const sourceFiles = new Counter({
  name: 'kernelcast_source_files_total',
  help: 'Files of a source that were ingested.',
  labelNames: ['source'],
  registers,
});

export const sourceValues = new Counter({
  name: 'kernelcast_source_values_total',
  help: 'Values that a source delivered, by what became of them: observed, interpolated, rejected, missing.',
  labelNames: ['source', 'kind'],
  registers,
});

export const sourceErrors = new Counter({
  name: 'kernelcast_source_errors_total',
  help: 'Attempts to take what a source has that failed.',
  labelNames: ['source'],
  registers,
});

export const sourceLag = new Gauge({
  name: 'kernelcast_source_lag_seconds',
  help: 'How far the newest hour that a source delivered last was behind the clock of the service then.',
  labelNames: ['source'],
  registers,
});

export const sourceLastSuccess = new Gauge({
  name: 'kernelcast_source_last_success_timestamp_seconds',
  help: 'When something of a source was ingested last, Unix time by the clock of the machine.',
  labelNames: ['source'],
  registers,
});

/** Does an ingest, and counts it. */
export async function measureSource(
  source: string,
  clock: Clock,
  ingest: () => Promise<IngestReport>,
): Promise<IngestReport> {
  const began = performance.now();
  const observe = (outcome: string) => sourceSeconds.observe({ source, outcome }, (performance.now() - began) / 1000);
  try {
    const report = await ingest();
    observe('done');
    sourceFiles.inc({ source }, report.files.length);
    for (const kind of ['observed', 'interpolated', 'rejected', 'missing'] as const) {
      sourceValues.inc({ source, kind }, report[kind]);
    }
    const to = Math.max(...report.files.map((file) => file.to));
    if (report.files.length > 0) sourceLag.set({ source }, clock.now() / 1000 - (to - 1) * 3600);
    sourceLastSuccess.set({ source }, Date.now() / 1000);
    return report;
  } catch (error) {
    observe('failed');
    sourceErrors.inc({ source });
    throw error;
  }
}
