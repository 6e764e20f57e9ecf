/**
 * One leads: of many schedulers the one that holds an advisory lock of the database, for as long as its connection
 * lives. The others wait for the lock.
 */
import pg from 'pg';
import type { Log } from '../../src/log.ts';

export interface LeaderOptions {
  connectionString: string;
  /** What is led. */
  name: string;
  log: Log;
  /** How often to ask for the lock, and after what pause to connect again, milliseconds. */
  pollMs?: number;
}

/**
 * Does `lead` whenever this process leads; its signal is raised when it leads no longer.
 * Resolves when `signal` is raised and the last `lead` has ended.
 */
export async function whileLeader(
  { connectionString, name, log, pollMs = 2_000 }: LeaderOptions,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString, keepAlive: true });
    const lost = new AbortController();
    const lose = () => lost.abort();
    client.on('error', lose);
    client.on('end', lose);
    signal.addEventListener('abort', lose);
    try {
      await client.connect();
      while (!lost.signal.aborted && !(await hasLock(client, name))) await pause(pollMs, lost.signal);
      if (!lost.signal.aborted) {
        log.info({ name }, 'this process leads');
        // A connection that is gone without a word is noticed by asking.
        const probe = setInterval(() => void client.query('SELECT 1').catch(lose), pollMs);
        await lead(lost.signal).finally(() => clearInterval(probe));
      }
    } catch (error) {
      log.warn({ err: error, name }, 'the database cannot be asked who leads');
      await pause(pollMs, signal);
    } finally {
      signal.removeEventListener('abort', lose);
      await client.end().catch(() => {});
    }
  }
}

async function hasLock(client: pg.Client, name: string): Promise<boolean> {
  const sql = 'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leads';
  const { rows } = await client.query<{ leads: boolean }>(sql, [`kernelcast leader ${name}`]);
  return rows[0].leads;
}

export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener('abort', wake);
    if (signal.aborted) wake();
  });
}

/** Resolves when the signal is raised. */
export function raised(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
