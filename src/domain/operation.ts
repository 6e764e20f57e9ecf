/** What a service tells of its own operation, as the routes answer it and as those who know it hand it in. */

import type { LogLine } from '../log-tail.ts';

/** How a job stands; times are ISO 8601, as all here. */
export interface JobStatus {
  name: string;
  state: string;
  last_slot: string | null;
  last_finished_at: string | null;
  next_at: string | null;
  last_error: string | null;
}

/** What computes the forecasts, and why that: `{ name: 'ONNX Runtime 1.30.0', device: 'cpu', why: '...' }`. */
export interface ServingEngine {
  name: string;
  device: 'cpu' | 'gpu';
  why: string;
}

/** An attempt at a slot of a job, or slots that were skipped. Times are ISO 8601. */
export interface JobAttempt {
  job: string;
  slot: string;
  /** The last of the slots that were skipped together; otherwise the slot itself. */
  to: string;
  /** From one; 0 for slots that were skipped. */
  attempt: number;
  /** `dead`: failed, and no attempt is left. */
  state: 'running' | 'done' | 'failed' | 'dead' | 'skipped';
  /** By the clock of the machine, also in a replay. */
  started_at: string;
  ended_at: string | null;
  /** What went wrong, why it was skipped, or what was missing. */
  error: string | null;
  note: string | null;
  /** The same in every line of the log that the attempt wrote; null for slots that were skipped. */
  trace: string | null;
  /** The last of those lines, where it failed. */
  log: readonly LogLine[];
  /** Of an attempt that ingested. */
  ingested: Ingested | null;
}

/** What an ingest brought, and what quality control had to say of it. Values are hours x stations x variables. */
export interface Ingested {
  /** New in the dataset, and changed in it. */
  added: number;
  replaced: number;
  /** The last of them, where there are many. */
  files: IngestedFile[];
}

export interface IngestedFile {
  file: string;
  stations: number;
  from: string;
  /** The hour after the last. */
  to: string;
  observed: number;
  interpolated: number;
  missing: number;
  /** By the check that they failed. */
  rejected: { range: number; step: number; persistence: number; spatial: number };
  /** Hours, summed over the stations, in which one that reported before and after has no value. */
  gap_hours: number;
}

/** A finding of `kernelcast doctor`. */
export interface Finding {
  check: string;
  state: 'ok' | 'warn' | 'fail';
  /** In plain words. */
  found: string;
  /** What the person can do; null where all is well. */
  mend: string | null;
}

export interface Operation {
  /** Of the jobs, the newest first. */
  attempts(): readonly JobAttempt[];
  /** Room on the disk of the data directory, bytes; null where the system does not tell. */
  disk(): Promise<{ free: number; total: number } | null>;
  /** Looks at the machine, which takes a few seconds. */
  examine(): Promise<{ at: number; checks: readonly Finding[] }>;
}
