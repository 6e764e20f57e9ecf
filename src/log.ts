/** The service's log: one JSON object a line on standard error; `KERNELCAST_LOG` sets the level (info). */
import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

export function createLog(level = process.env.KERNELCAST_LOG ?? 'info'): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination(2));
}
