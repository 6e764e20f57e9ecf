/**
 * Whoever waits for something to happen is woken as soon as it does (PostgreSQL's LISTEN and NOTIFY): a record in the ledger, a message
 * in a queue, a shard that is there. Nothing hangs on it: who is not woken looks by himself, later.
 */
import type pg from 'pg';
import type { Log } from '../../src/log.ts';
import { raised } from '../schedule/pause.ts';
import { type ConnectionOptions, whileConnected } from './connection.ts';

const CHANNEL = 'kernelcast_queue';

/** What happens to a dataset: records in the ledger, shards to be computed, parts of a forecast that were laid down. */
export type Topic = 'ledger' | 'shards' | 'parts';

export function topicOf(dataset: string, topic: Topic): string {
  return `${dataset}/${topic}`;
}

/** Wakes all who wait, on whatever machine; in a transaction, when it is committed. @param topic what they wait for */
export async function wake(client: pg.Pool | pg.PoolClient, topic: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [CHANNEL, topic]);
}

/** Listens until the signal is raised. @param onWake of each topic that somebody was woken for */
export function listen(
  { log, ...connection }: ConnectionOptions & { log: Log },
  signal: AbortSignal,
  onWake: (topic: string) => void,
): Promise<void> {
  const follow = async (client: pg.Client, lost: AbortSignal): Promise<void> => {
    client.on('notification', ({ payload }) => onWake(payload ?? ''));
    await client.query(`LISTEN ${CHANNEL}`);
    await raised(lost);
  };
  return whileConnected(connection, signal, follow, (error) =>
    log.debug({ err: error }, 'nobody can be woken now; all look by themselves'),
  );
}
