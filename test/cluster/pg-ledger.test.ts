import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../jobs/cluster/cluster.ts';
import { PgLedger } from '../../jobs/cluster/pg-ledger.ts';
import { topicOf } from '../../jobs/cluster/wake.ts';
import { type LedgerRecord, slotText } from '../../jobs/schedule/ledger-records.ts';
import { parseHour } from '../../src/domain/time.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

/** For what happens at once, on a machine that does much else. */
const WAIT_MS = 60_000;

const FIRST = parseHour('2025-03-01T00');
const log = createLog('silent');
const pools: pg.Pool[] = [];
let database: Postgres;
beforeAll(async () => {
  if (postgresBinaries()) database = await Postgres.start();
});
afterAll(async () => {
  for (const pool of pools) await pool.end();
  database?.remove();
});

function open(dataset: string, silenceMs?: number): Promise<PgLedger> {
  const pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => {});
  pools.push(pool);
  return PgLedger.open({ pool, dataset, silenceMs });
}

const start = (hour: number, claim: string): LedgerRecord => ({
  kind: 'start',
  job: 'ingest',
  slot: slotText(FIRST + hour),
  at: '2025-03-01T00:00:00.000Z',
  claim,
  attempt: 1,
  note: null,
  trace: '',
});

async function isHeldBy(ledger: PgLedger, claim: string): Promise<boolean> {
  let answer = false;
  await ledger.transact(({ isHeld }) => {
    answer = isHeld(claim);
    return [];
  });
  return answer;
}

const suite = postgresBinaries() ? describe : describe.skip;

suite('the ledger in PostgreSQL (skipped without PostgreSQL)', () => {
  it('lets transactions of many processes happen one after the other', async () => {
    const ledgers = await Promise.all([open('a'), open('a'), open('a')]);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ledgers[index % 3].transact(({ states }) => [
          start((states.job('ingest')?.last ?? FIRST) - FIRST + 1, `a.${index}`),
        ]),
      ),
    );
    const ledger = await open('a');
    const slots = Array.from({ length: 30 }, (_, index) => slotText(FIRST + index + 1));
    expect(ledger.records.map(({ slot }) => slot)).toEqual(slots);
    for (const other of ledgers) {
      await other.refresh();
      expect(other.records).toEqual(ledger.records);
    }
    expect((await open('b')).records).toEqual([]);
  });

  it('is shortened when it has grown long, and all who follow it see the same', async () => {
    const [writer, follower] = await Promise.all([open('long'), open('long')]);
    const at = '2025-03-01T00:00:00.000Z';
    const records = (hour: number): LedgerRecord[] => [
      start(hour, `a.${hour}`),
      { kind: 'done', job: 'ingest', slot: slotText(FIRST + hour), at, claim: `a.${hour}` },
    ];
    await writer.transact(() => [{ kind: 'begin', job: 'ingest', slot: slotText(FIRST), every: 1, at }]);
    for (let day = 0; day < 300; day++) {
      await writer.transact(() => Array.from({ length: 24 }, (_, hour) => records(24 * day + hour)).flat());
      if (day % 50 === 0) await follower.refresh();
    }
    await follower.refresh();
    const fresh = await open('long');
    for (const ledger of [writer, follower, fresh]) {
      await ledger.refresh();
      expect(ledger.records.length).toBeLessThan(10_000);
      // Nothing begins anew: the slots that are settled stay so.
      expect(ledger.states.job('ingest')).toMatchObject({ begin: FIRST + 7_200, newestDone: FIRST + 7_199 });
      expect(ledger.records).toEqual(fresh.records);
    }
  });

  it('writes nothing when the work fails', async () => {
    const ledger = await open('fails');
    const work = ledger.transact(() => {
      throw new Error('no');
    });
    await expect(work).rejects.toSatisfy((error) => isKernelcastError(error, 'ENVIRONMENT'));
    expect((await open('fails')).records).toEqual([]);
  });

  it('knows a claim as held until its process is silent for too long, or has gone', async () => {
    // It says once that it is at work, and not again in the time of the test.
    const one = await open('held', 3_600_000);
    const [patient, impatient] = await Promise.all([open('held', 3_600_000), open('held', 1)]);
    const claim = await one.claim();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await isHeldBy(one, claim)).toBe(true);
    expect(await isHeldBy(patient, claim)).toBe(true);
    expect(await isHeldBy(impatient, claim)).toBe(false);
    await one.close();
    expect(await isHeldBy(patient, claim)).toBe(false);
  });

  it('says again and again that its process is at work', async () => {
    const ledger = await open('beats', 600);
    const [token] = (await ledger.claim()).split('.');
    const heardAt = async (): Promise<Date> => {
      const sql = 'SELECT heard_at FROM kernelcast.at_work WHERE token = $1';
      return (await pools[0].query(sql, [token])).rows[0].heard_at;
    };
    const first = await heardAt();
    await vi.waitFor(async () => expect((await heardAt()) > first).toBe(true), WAIT_MS);
    await ledger.close();
  });

  it('is read without a lock, and tells those who hear of it when something is written', async () => {
    const cluster = await Cluster.open({ connectionString: database.url, dataset: 'told', log });
    const bell = cluster.bell('ledger');
    let isRung = false;
    const topic = topicOf('told', 'ledger');
    const pool = new pg.Pool({ connectionString: database.url });
    pool.on('error', () => {});
    pools.push(pool);
    const writer = await PgLedger.open({ pool, dataset: 'told', topic });
    // Until its connection listens.
    await vi.waitFor(async () => {
      await cluster.wake('ledger');
      await bell.wait(100).then(() => undefined);
      const { rows } = await pool.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
      expect(rows.length).toBeGreaterThan(0);
    }, WAIT_MS);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await bell.wait(1);
    const rung = bell.wait(WAIT_MS).then(() => {
      isRung = true;
    });
    let looked = 0;
    await writer.transact(() => {
      // A transaction that writes is on, and holds the lock: who looks does not wait for it.
      looked++;
      return [];
    });
    const holder = await pool.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['kernelcast ledger told']);
    await cluster.ledger.look();
    await holder.query('COMMIT');
    holder.release();
    // Nothing was written, and nobody was told.
    expect([looked, isRung]).toEqual([1, false]);
    await writer.transact(() => [start(1, 'a.0')]);
    await rung;
    await cluster.ledger.refresh();
    expect(cluster.ledger.records.map(({ slot }) => slot)).toEqual([slotText(FIRST + 1)]);
    await cluster.close();
  });

  it('reads each record once, however many read at a time, and refuses one that is not whole', async () => {
    const [writer, reader] = await Promise.all([open('many'), open('many')]);
    await writer.transact(() => Array.from({ length: 30 }, (_, hour) => start(hour, `a.${hour}`)));
    await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? reader.look() : reader.refresh())));
    expect(reader.records).toHaveLength(30);
    const broken = { ...start(31, 'x'), claim: undefined as unknown as string };
    const refused = writer.transact(() => [start(32, 'a.32'), broken]);
    await expect(refused).rejects.toSatisfy((error) => isKernelcastError(error, 'STORE_CORRUPT'));
    await reader.refresh();
    expect(reader.records).toHaveLength(30);
  });

  it('comes through a restart of the database, and names it where it is away', async () => {
    const ledger = await open('restart');
    await ledger.transact(() => [start(1, 'a.0')]);
    database.down();
    const pending = ledger.transact(() => [start(2, 'a.1')]);
    await new Promise((resolve) => setTimeout(resolve, 700));
    database.up();
    await pending;
    await ledger.refresh();
    expect(ledger.records.map(({ slot }) => slot)).toEqual([slotText(FIRST + 1), slotText(FIRST + 2)]);
    const pool = new pg.Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/nothing' });
    pools.push(pool);
    await expect(PgLedger.open({ pool, dataset: 'x' })).rejects.toSatisfy(
      (error) => isKernelcastError(error, 'ENVIRONMENT') && /KERNELCAST_DATABASE_URL/.test(String(error.hint)),
    );
  });
});
