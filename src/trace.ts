/**
 * Which lines of the log belong together: a trace id of 32 hexadecimal digits, as W3C Trace Context and OpenTelemetry have
 * it, that holds for all that a piece of work calls, however long it waits in between.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

const storage = new AsyncLocalStorage<string>();

export function newTrace(): string {
  return randomBytes(16).toString('hex');
}

/** The trace that this is called in, or undefined outside of any. */
export function currentTrace(): string | undefined {
  return storage.getStore();
}

export function withTrace<T>(trace: string, work: () => T): T {
  return storage.run(trace, work);
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** The trace id of a `traceparent` header; undefined where it is absent, malformed or all zeros. */
export function traceOf(header: string | undefined): string | undefined {
  const [, trace] = TRACEPARENT.exec(header ?? '') ?? [];
  return trace === undefined || /^0+$/.test(trace) ? undefined : trace;
}
