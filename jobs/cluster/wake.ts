/**
 * Whoever waits at a queue is woken as soon as something is put into it (PostgreSQL's LISTEN and NOTIFY). Nothing hangs on it: who
 * is not woken looks by himself, twice a second.
 */
import type pg from 'pg';
import type { Log } from '../../src/log.ts';
import { raised } from '../schedule/pause.ts';
import { type ConnectionOptions, whileConnected } from './connection.ts';

const CHANNEL = 'kernelcast_queue';

/** Wakes all who wait at a queue, on whatever machine. */
export async function wake(pool: pg.Pool, queue: string): Promise<void> {
  await pool.query('SELECT pg_notify($1, $2)', [CHANNEL, queue]);
}

/** Listens until the signal is raised. @param onWake of each queue that something was put into */
export function listen(
  { log, ...connection }: ConnectionOptions & { log: Log },
  signal: AbortSignal,
  onWake: (queue: string) => void,
): Promise<void> {
  const follow = async (client: pg.Client, lost: AbortSignal): Promise<void> => {
    client.on('notification', ({ payload }) => onWake(payload ?? ''));
    await client.query(`LISTEN ${CHANNEL}`);
    await raised(lost);
  };
  return whileConnected(connection, signal, follow, (error) =>
    log.debug({ err: error }, 'nobody can be woken now; the queues are looked at twice a second'),
  );
}
