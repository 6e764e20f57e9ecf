/** The service's log: one JSON object a line on standard error; `KERNELCAST_LOG` sets the level (info). */
import { destination, type Logger, pino } from 'pino';
import { currentTrace } from './trace.ts';

export type Log = Logger;

export function createLog(level = process.env.KERNELCAST_LOG ?? 'info'): Log {
  const mixin = () => {
    const trace = currentTrace();
    return trace === undefined ? {} : { trace_id: trace };
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, mixin }, destination(2));
}
