/** What each source brought last, from the attempts of ingest. Pure. */
import type { IngestedFile, JobAttempt } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';

export interface SourceReport {
  file: IngestedFile;
  /** When it was ingested, ms by the clock of the machine. */
  came: number;
}

/** The newest of each, those with the newest hours first. @param attempts the newest first */
export function sourceReports(attempts: readonly JobAttempt[]): SourceReport[] {
  const newest = new Map<string, SourceReport>();
  for (const { ingested, started_at, ended_at } of attempts) {
    for (const file of ingested?.files ?? []) {
      if (!newest.has(file.file)) newest.set(file.file, { file, came: parseInstant(ended_at ?? started_at) });
    }
  }
  return [...newest.values()].sort((a, b) => parseInstant(b.file.to) - parseInstant(a.file.to) || b.came - a.came);
}

export function rejectedCount({ rejected }: IngestedFile): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}
