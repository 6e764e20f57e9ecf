/** The shapes that the service answers with of its own operation. Only the machine itself and holders of a key are told. */

/** One attempt of a job at a slot, or slots that were skipped together. */
export interface JobAttempt {
  job: string;
  slot: string;
  /** The last of the slots that were skipped together; otherwise the slot itself. */
  to: string;
  /** From 1; 0 for slots that were skipped. */
  attempt: number;
  /** `dead`: failed, and no attempt is left. */
  state: 'running' | 'done' | 'failed' | 'dead' | 'skipped';
  /** Times are by the clock of the machine, also in a replay. */
  started_at: string;
  ended_at: string | null;
  error: string | null;
  /** What was missing, where the job did not wait for it any longer. */
  note: string | null;
  /** The same in the lines that the attempt wrote in the log. */
  trace: string | null;
  /** The last of those lines, where it failed; `text` goes over several lines where an error tells its stack. */
  log: readonly { at: string; level: string; text: string }[];
  ingested: Ingested | null;
}

export interface Ingested {
  added: number;
  replaced: number;
  files: IngestedFile[];
}

/** What a file or source brought; counts are values: hours x stations x variables. */
export interface IngestedFile {
  file: string;
  stations: number;
  from: string;
  /** The hour after the last. */
  to: string;
  observed: number;
  interpolated: number;
  missing: number;
  /** By the check of quality control that they failed. */
  rejected: Record<'range' | 'step' | 'persistence' | 'spatial', number>;
  /** Hours, summed over the stations, without a value between the first and the last. */
  gap_hours: number;
}

export interface StoredDataset {
  dataset: string;
  to: string;
  updated_at: string;
  sources: string[];
  observations: { bytes: number };
  runs: { count: number; bytes: number; oldest: string | null; newest: string | null };
  scores: { count: number; oldest: string | null; newest: string | null };
}

export interface Storage {
  datasets: StoredDataset[];
  models: { count: number; bytes: number };
  disk: { free_bytes: number; total_bytes: number } | null;
}

/** A finding of `kernelcast doctor`. */
export interface Finding {
  check: string;
  state: 'ok' | 'warn' | 'fail';
  found: string;
  /** What to do. */
  mend: string | null;
}

export interface Doctor {
  checked_at: string;
  checks: Finding[];
}
