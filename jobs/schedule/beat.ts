/** When a worker looks at the plan: at the beginning of each minute, UTC, which no change of a clock's zone moves. */
import cron from 'node-cron';
import type { Log } from '../../src/log.ts';

/** Calls back again and again, until the function that it gives is called. */
export type Beat = (ring: () => void) => () => void;

export function everyMinute(log: Log): Beat {
  const logger = {
    info: (message: string) => log.info(message),
    // Minutes that were slept through are told in one line by the watch of the clock, not in one each.
    warn: (message: string) => log.debug(message),
    error: (message: string | Error) => log.error(message),
    debug: (message: string | Error) => log.debug(message),
  };
  return (ring) => {
    const task = cron.schedule('* * * * *', ring, { timezone: 'UTC', name: 'look at the plan', logger });
    return () => void task.destroy();
  };
}
