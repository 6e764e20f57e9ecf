/** The service's log: one JSON object a line on standard error; `KERNELCAST_LOG` sets the level (info). */
import { destination, type Logger, pino } from 'pino';
import { keepLine } from './log-tail.ts';
import { currentTrace } from './trace.ts';

export type Log = Logger;

/** @param to takes the lines, each with its end */
export function createLog(
  level = process.env.KERNELCAST_LOG ?? 'info',
  to: { write(line: string): unknown } = destination(2),
): Log {
  const mixin = () => {
    const trace = currentTrace();
    return trace === undefined ? {} : { trace_id: trace };
  };
  const write = (line: string): void => {
    to.write(line);
    keepLine(line);
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, mixin }, { write });
}
