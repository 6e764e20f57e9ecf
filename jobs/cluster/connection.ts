/** A connection to the database of one's own, made anew as often as it is lost. */
import pg from 'pg';
import { pause } from '../schedule/pause.ts';

export interface ConnectionOptions {
  connectionString: string;
  /** The pause before connecting again, and how often to see whether the connection still lives, milliseconds. */
  pollMs?: number;
}

/**
 * Does `work` on a connection, and again on another one when it has ended or failed; its signal is raised when the connection is lost.
 * Resolves when `signal` is raised and the last `work` has ended.
 * @param onFailure what `work` or the connecting threw
 */
export async function whileConnected(
  { connectionString, pollMs = 2_000 }: ConnectionOptions,
  signal: AbortSignal,
  work: (client: pg.Client, lost: AbortSignal) => Promise<void>,
  onFailure: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString, keepAlive: true });
    const lost = new AbortController();
    const lose = () => lost.abort();
    client.on('error', lose);
    client.on('end', lose);
    signal.addEventListener('abort', lose);
    // A connection that is gone without a word is noticed by asking.
    let probe: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      probe = setInterval(() => void client.query('SELECT 1').catch(lose), pollMs);
      await work(client, lost.signal);
    } catch (error) {
      onFailure(error);
      await pause(pollMs, signal);
    } finally {
      clearInterval(probe);
      signal.removeEventListener('abort', lose);
      await client.end().catch(() => {});
    }
  }
}
