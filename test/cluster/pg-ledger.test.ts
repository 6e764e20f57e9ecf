import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { whileLeader } from '../../jobs/cluster/leader.ts';
import { PgLedger } from '../../jobs/cluster/pg-ledger.ts';
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
  await ledger.transact((_, isHeld) => {
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
        ledgers[index % 3].transact((states) => [
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

  it('has one leader at a time, and another when that one goes', async () => {
    const options = { connectionString: database.url, name: 'test', log, pollMs: 50 };
    const events: string[] = [];
    const member = (name: string) => {
      const stop = new AbortController();
      const done = whileLeader(options, stop.signal, async (leads) => {
        events.push(`${name} leads`);
        await new Promise((resolve) => leads.addEventListener('abort', resolve));
        events.push(`${name} ends`);
      });
      return { stop: () => stop.abort(), done };
    };
    const first = member('first');
    await vi.waitFor(() => expect(events).toEqual(['first leads']), WAIT_MS);
    const second = member('second');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(events).toEqual(['first leads']);
    first.stop();
    await first.done;
    await vi.waitFor(() => expect(events).toEqual(['first leads', 'first ends', 'second leads']), WAIT_MS);
    second.stop();
    await second.done;
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
