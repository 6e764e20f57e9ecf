/** What passes between a service and the worker that forecasts for it. Errors cross as plain data and come out typed. */
import { type ErrorCode, isKernelcastError, KernelcastError } from '../../src/errors.ts';
import type { RunModel } from '../../src/store/runs.ts';
import type { EngineReport } from '../engine/engine-choice.ts';
import type { RunRequest, RunResult } from './forecaster.ts';

/** Handed to the worker when it begins. */
export interface WorkerSettings {
  /** The data directory. */
  root: string;
  /** The folder of the network's artefact. */
  network: string;
  threads: number;
}

export type ToWorker = { kind: 'run'; id: number; request: RunRequest } | { kind: 'close' };

export type FromWorker =
  | { kind: 'ready'; engine: EngineReport; models: RunModel[] }
  | { kind: 'failed'; error: PlainError }
  | { kind: 'result'; id: number; result: RunResult }
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
