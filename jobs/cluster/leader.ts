/**
 * One leads: of many schedulers the one that holds an advisory lock of the database, for as long as its connection
 * lives. The others wait for the lock.
 */
import type pg from 'pg';
import type { Log } from '../../src/log.ts';
import { pause } from '../schedule/pause.ts';
import { type ConnectionOptions, whileConnected } from './connection.ts';

export interface LeaderOptions extends ConnectionOptions {
  /** What is led. */
  name: string;
  log: Log;
}

/** How often to ask for the lock, milliseconds. */
const POLL_MS = 2_000;

/**
 * Does `lead` whenever this process leads; its signal is raised when it leads no longer.
 * Resolves when `signal` is raised and the last `lead` has ended.
 */
export function whileLeader(
  { name, log, ...connection }: LeaderOptions,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const waitAndLead = async (client: pg.Client, lost: AbortSignal): Promise<void> => {
    while (!lost.aborted && !(await hasLock(client, name))) await pause(connection.pollMs ?? POLL_MS, lost);
    if (lost.aborted) return;
    log.info({ name }, 'this process leads');
    await lead(lost);
  };
  return whileConnected(connection, signal, waitAndLead, (error) =>
    log.warn({ err: error, name }, 'the database cannot be asked who leads'),
  );
}

async function hasLock(client: pg.Client, name: string): Promise<boolean> {
  const sql = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leads';
  const { rows } = await client.query<{ leads: boolean }>(sql, [`kernelcast leader ${name}`]);
  return rows[0].leads;
}
