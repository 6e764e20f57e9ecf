/** How the page stands with the service, from one answer to the next. Pure: the poller asks, this decides what it means. */
import type { Readiness } from '../api/contracts.ts';

export type Connection =
  /** Nothing heard yet. */
  | { kind: 'connecting' }
  /** The service is up and has no forecast yet. */
  | { kind: 'preparing'; reason: string }
  | { kind: 'ready' }
  /** There is a forecast, and the service itself says that it should not be relied on. */
  | { kind: 'stale'; reason: string }
  /** No answer since `since` (ms of the browser's clock). */
  | { kind: 'gone'; since: number; attempts: number };

export type Heard = { answered: true; readiness: Readiness; hasRun: boolean } | { answered: false };

export function nextConnection(previous: Connection, heard: Heard, now: number): Connection {
  if (!heard.answered) {
    return previous.kind === 'gone'
      ? { ...previous, attempts: previous.attempts + 1 }
      : { kind: 'gone', since: now, attempts: 1 };
  }
  if (!heard.hasRun) return { kind: 'preparing', reason: heard.readiness.ready ? '' : heard.readiness.reason };
  return heard.readiness.ready ? { kind: 'ready' } : { kind: 'stale', reason: heard.readiness.reason };
}

/** Milliseconds until the service is asked again: often enough to see each run of a replay, ever slower when it is gone. */
export function pollDelay(connection: Connection, secondsPerHour: number | undefined): number {
  switch (connection.kind) {
    case 'connecting':
    case 'preparing':
      return 1000;
    case 'gone':
      return Math.min(10_000, 1000 * 1.5 ** Math.min(connection.attempts, 10));
    default:
      return secondsPerHour === undefined ? 5000 : Math.min(5000, Math.max(1000, secondsPerHour * 400));
  }
}
