/** What passes between a service and the worker that forecasts for it. Errors cross as plain data and come out typed. */
import type { Series } from '../../src/domain/series.ts';
import { type ErrorCode, isKernelcastError, KernelcastError } from '../../src/errors.ts';
import type { RunModel } from '../../src/store/runs/runs.ts';
import type { EngineReport } from '../engine/engine-choice.ts';
import type { PartRequest, PredictRequest, RunRequest, RunResult } from './forecaster.ts';

/** Handed to the worker when it begins. */
export interface WorkerSettings {
  /** The data directory. */
  root: string;
  /** The folder of the network's artefact. */
  network: string;
  threads: number;
}

/** What the worker is asked for, and what it gives, by the kind of the task. */
export interface Tasks {
  run: { request: RunRequest; result: RunResult };
  part: { request: PartRequest; result: undefined };
  predict: { request: PredictRequest; result: Series };
}
export type TaskKind = keyof Tasks;

type TaskMessage = { [K in TaskKind]: { kind: K; id: number; request: Tasks[K]['request'] } }[TaskKind];
export type ToWorker = TaskMessage | { kind: 'partArrived' } | { kind: 'close' };

export type FromWorker =
  | { kind: 'ready'; engine: EngineReport; models: RunModel[] }
  | { kind: 'failed'; error: PlainError }
  | { kind: 'result'; id: number; result: Tasks[TaskKind]['result'] }
  | { kind: 'error'; id: number; error: PlainError };

export interface PlainError {
  /** Null for an error that is no `KernelcastError`. */
  code: ErrorCode | null;
  message: string;
  where: Record<string, string | number>;
  hint?: string;
  stack?: string;
}

export function toPlainError(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (!isKernelcastError(error)) return { code: null, message, where: {}, stack };
  return { code: error.code, message, where: { ...error.where }, hint: error.hint, stack };
}

export function fromPlainError({ code, message, where, hint, stack }: PlainError): Error {
  const error = code === null ? new Error(message) : new KernelcastError(code, message, { where, hint });
  // Where it happened, not where it was put together again.
  if (stack !== undefined) error.stack = stack;
  return error;
}
