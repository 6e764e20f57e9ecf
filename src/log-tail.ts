/**
 * The last lines that a piece of work writes in the log, kept for those who do not have the log at hand.
 *
 *     const tail = new LogTail();
 *     await tail.during(() => work());     // also what it calls, however long it waits in between
 *     tail.lines;                          // [{ at: '2025-02-20T06:05:00.120Z', level: 'warn', text: '...' }]
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { levels } from 'pino';

export interface LogLine {
  /** ISO 8601. */
  at: string;
  /** As pino names them: `info`, `warn`, `error`, ... */
  level: string;
  /** The message; then what it was told with, as JSON; and the stack of an error, on lines of its own. */
  text: string;
}

const MOST_LINES = 20;
/** Letters of a line, and of all lines together: a ledger is to hold thousands of these. */
const LONGEST_LINE = 1_500;
const MOST_LETTERS = 3_000;

const storage = new AsyncLocalStorage<LogTail>();

export class LogTail {
  #lines: LogLine[] = [];

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  during<T>(work: () => T): T {
    return storage.run(this, work);
  }

  add(line: LogLine): void {
    this.#lines = [...this.#lines, line].slice(-MOST_LINES);
    while (this.#lines.reduce((sum, { text }) => sum + text.length, 0) > MOST_LETTERS) this.#lines.shift();
  }
}

/** Hands a line, as the log writes it, to the tail of the work that writes it; outside of such work it does nothing. */
export function keepLine(line: string): void {
  storage.getStore()?.add(readLine(line));
}

/** Who reads the tail knows the attempt already. */
function readLine(line: string): LogLine {
  const {
    level,
    time,
    msg,
    err,
    trace_id: _trace,
    job: _job,
    slot: _slot,
    attempt: _attempt,
    ...more
  } = JSON.parse(line);
  const rest = Object.keys(more).length === 0 ? '' : ` ${JSON.stringify(more)}`;
  const error = err === undefined ? '' : `\n${err.stack ?? err.message ?? JSON.stringify(err)}`;
  const text = `${msg ?? ''}${rest}${error}`.trimStart();
  const cut = text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text;
  return { at: time, level: levels.labels[level] ?? String(level), text: cut };
}
