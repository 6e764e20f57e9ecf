/**
 * The ledger of the jobs in PostgreSQL, for services on many machines: a row a record, appended by one transaction at a
 * time. Processes at work are known by the time, on the database's clock, at which they were last heard of.
 */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { KernelcastError } from '../../src/errors.ts';
import type { IsHeld, Ledger, LedgerView } from '../schedule/ledger.ts';
import { decodeLine, encodeRecord, type LedgerRecord } from '../schedule/ledger-records.ts';
import { MOST_RECORDS, shortenRecords } from '../schedule/shorten-records.ts';
import { SlotStates } from '../schedule/slot-states.ts';
import { wake } from './wake.ts';

export interface PgLedgerOptions {
  pool: pg.Pool;
  dataset: string;
  /** A process that was not heard of for so long, in milliseconds, is taken for dead. */
  silenceMs?: number;
  /** Whom to wake when there are new records, as `wake` calls it. */
  topic?: string;
}

const TABLES = `
  CREATE SCHEMA IF NOT EXISTS kernelcast;
  CREATE TABLE IF NOT EXISTS kernelcast.ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset text NOT NULL,
    record text NOT NULL
  );
  CREATE INDEX IF NOT EXISTS ledger_dataset ON kernelcast.ledger (dataset, id);
  CREATE TABLE IF NOT EXISTS kernelcast.at_work (
    token text PRIMARY KEY,
    heard_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );`;
const TRIES = 10;
const PAUSE_MS = 500;
/** A row of a process that has been silent for so long is of no use to anybody. */
const FORGOTTEN_AFTER = "interval '1 day'";

export class PgLedger implements Ledger {
  readonly dataset: string;
  readonly #pool: pg.Pool;
  readonly #silenceMs: number;
  readonly #topic: string | undefined;
  readonly #token = randomBytes(12).toString('hex');
  readonly #claims = new Set<string>();
  #beat: NodeJS.Timeout | undefined;
  #claimed = 0;
  #states = new SlotStates();
  #records: LedgerRecord[] = [];
  /** Of the rows that were read. The first is another where the ledger was shortened. */
  #firstId = '0';
  #lastId = '0';

  private constructor({ pool, dataset, silenceMs = 60_000, topic }: PgLedgerOptions) {
    this.#pool = pool;
    this.dataset = dataset;
    this.#silenceMs = silenceMs;
    this.#topic = topic;
  }

  /** @throws KernelcastError `ENVIRONMENT` when the database cannot be reached, or refuses */
  static async open(options: PgLedgerOptions): Promise<PgLedger> {
    const ledger = new PgLedger(options);
    // Two that make the tables at once would trip over each other.
    await ledger.#inTransaction('kernelcast tables', (client) => client.query(TABLES).then(() => {}));
    await ledger.refresh();
    return ledger;
  }

  get states(): SlotStates {
    return this.#states;
  }

  get records(): readonly LedgerRecord[] {
    return this.#records;
  }

  async refresh(): Promise<void> {
    await this.#connected((client) => this.#load(client));
  }

  look(): Promise<LedgerView> {
    return this.#connected(async (client) => {
      await this.#load(client);
      return { states: this.#states, isHeld: await this.#held(client) };
    });
  }

  async transact(work: (view: LedgerView) => LedgerRecord[]): Promise<LedgerRecord[]> {
    return this.#inTransaction(this.#lockName, async (client) => {
      await this.#load(client);
      const isHeld = await this.#held(client);
      const records = work({ states: this.#states, isHeld });
      const all = [...this.#records, ...records];
      if (all.length > MOST_RECORDS) await this.#replace(client, shortenRecords(all));
      else await this.#append(client, records);
      // Told when it is committed, and not at all when it is not.
      if (records.length > 0 && this.#topic !== undefined) await wake(client, this.#topic);
      return records;
    });
  }

  async claim(): Promise<string> {
    if (!this.#beat) {
      await this.#hear();
      // What cannot be said now is said at the next beat; until then the silence counts.
      this.#beat = setInterval(() => void this.#hear().catch(() => {}), this.#silenceMs / 6);
      this.#beat.unref();
    }
    const claim = `${this.#token}.${this.#claimed++}`;
    this.#claims.add(claim);
    return claim;
  }

  letGo(claim: string): void {
    this.#claims.delete(claim);
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#beat = undefined;
    await this.#pool.query('DELETE FROM kernelcast.at_work WHERE token = $1', [this.#token]).catch(() => {});
  }

  get #lockName(): string {
    return `kernelcast ledger ${this.dataset}`;
  }

  async #hear(): Promise<void> {
    await this.#pool.query(`DELETE FROM kernelcast.at_work WHERE heard_at < clock_timestamp() - ${FORGOTTEN_AFTER}`);
    const sql = `INSERT INTO kernelcast.at_work (token) VALUES ($1)
      ON CONFLICT (token) DO UPDATE SET heard_at = clock_timestamp()`;
    await this.#pool.query(sql, [this.#token]);
  }

  /**
   * Rows become visible in the order of their ids, since transactions that append them wait for each other; who only reads need not
   * wait. Of two that read at once, the one that knows less has nothing to say. A ledger that was shortened has other rows from its
   * first to its last, all of them newer.
   */
  async #load(client: pg.PoolClient): Promise<void> {
    const sql = `SELECT id, record, (SELECT min(id) FROM kernelcast.ledger WHERE dataset = $1) AS first
      FROM kernelcast.ledger WHERE dataset = $1 AND id > $2 ORDER BY id`;
    type Row = { id: string; record: string; first: string };
    const read = await client.query<Row>(sql, [this.dataset, this.#lastId]);
    const rows = read.rows.filter(({ id }) => BigInt(id) > BigInt(this.#lastId));
    const newest = rows.at(-1);
    if (newest === undefined) return;
    if (newest.first !== this.#firstId) {
      this.#states = new SlotStates();
      this.#records = [];
    }
    const records = rows.flatMap(({ record }) => decodeLine(record) ?? []);
    this.#records = [...this.#records, ...records];
    for (const record of records) this.#states.apply(record);
    this.#firstId = newest.first;
    this.#lastId = newest.id;
  }

  async #append(client: pg.PoolClient, records: readonly LedgerRecord[]): Promise<void> {
    const lines = records.map((record) => encodeRecord(record).trimEnd());
    const sql = 'INSERT INTO kernelcast.ledger (dataset, record) SELECT $1, unnest($2::text[])';
    if (lines.length > 0) await client.query(sql, [this.dataset, lines]);
  }

  /** A ledger that begins anew; who has read the old one notices by its first row. */
  async #replace(client: pg.PoolClient, records: readonly LedgerRecord[]): Promise<void> {
    await client.query('DELETE FROM kernelcast.ledger WHERE dataset = $1', [this.dataset]);
    await this.#append(client, records);
  }

  async #held(client: pg.PoolClient): Promise<IsHeld> {
    const sql = `SELECT token FROM kernelcast.at_work
      WHERE heard_at > clock_timestamp() - $1 * interval '1 millisecond'`;
    const { rows } = await client.query<{ token: string }>(sql, [this.#silenceMs]);
    const alive = new Set(rows.map(({ token }) => token));
    return (claim) => {
      const [token] = claim.split('.');
      return token === this.#token ? this.#claims.has(claim) : alive.has(token);
    };
  }

  /** Does `work` while holding a lock of the database; what fails before it is committed has not happened. */
  #inTransaction<T>(lock: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#connected(async (client, beginCommit) => {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
      const result = await work(client);
      beginCommit();
      await client.query('COMMIT');
      // Own records are read back with those of others.
      return result;
    });
  }

  /** Does `work` on a connection, and again while the database is away; not once its commit has begun, which may have come through. */
  async #connected<T>(work: (client: pg.PoolClient, beginCommit: () => void) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      let client: pg.PoolClient | undefined;
      let isCommitting = false;
      try {
        client = await this.#pool.connect();
        // A connection that breaks says so here too, besides failing its query.
        client.on('error', ignore);
        const result = await work(client, () => {
          isCommitting = true;
        });
        client.off('error', ignore);
        client.release();
        return result;
      } catch (error) {
        // A connection in an unknown state is not given back.
        client?.release(true);
        if (error instanceof KernelcastError || isCommitting || tries === TRIES || !isPassing(error))
          throw unreachable(error);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }
}

function ignore(): void {}

/** Classes 08 and 57 of PostgreSQL's errors, and a connection that is refused or lost. */
function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return /^(08|57P)/.test(code ?? '') || /^E[A-Z]+$/.test(code ?? '') || /terminated|timeout/i.test(message ?? '');
}

export function unreachable(cause: unknown): KernelcastError {
  if (cause instanceof KernelcastError) return cause;
  const message = cause instanceof Error ? cause.message || (cause as { code?: string }).code : String(cause);
  return new KernelcastError('ENVIRONMENT', `the database does not do as it is asked: ${message}`, {
    hint: 'Look at KERNELCAST_DATABASE_URL, and whether PostgreSQL is up.',
    cause,
  });
}
