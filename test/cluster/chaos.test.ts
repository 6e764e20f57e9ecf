/**
 * Five workers on one store and a real PostgreSQL: one of them killed every few seconds, the database
 * stopped and started in between. Every slot is done once, and published once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PgLedger } from '../../jobs/cluster/pg-ledger.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { bundle } from '../bundle.ts';
import { outcomes } from '../jobs/simulation.ts';
import { until } from '../jobs/support.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

const SECONDS = Number(process.env.KERNELCAST_CHAOS_SECONDS ?? 120);
const SEED = process.env.KERNELCAST_CHAOS_SEED ?? String(Date.now());
const MS_PER_HOUR = 1_500;
/** For what takes seconds, on a machine that does much else. */
const WAIT_MS = 300_000;
const WORKERS = 5;

let root: string;
let program: string;
let database: Postgres;
let isOver = false;
const members = new Map<number, ChildProcess>();
beforeAll(async () => {
  if (!postgresBinaries()) return;
  root = await mkdtemp(join(tmpdir(), 'chaos-'));
  program = await bundle('test/cluster/member.ts', join(root, 'programs'));
  database = await Postgres.start();
});
afterAll(async () => {
  isOver = true;
  for (const member of members.values()) member.kill('SIGKILL');
  database?.remove();
  if (root) await rm(root, { recursive: true, force: true });
});

/** Starts a member, and again whenever it ends, as systemd and Kubernetes do. */
function start(index: number, epoch: number): void {
  const args = [program, root, database.url, String(epoch), String(MS_PER_HOUR)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', process.env.KERNELCAST_CHAOS_LOG ? 'inherit' : 'ignore'],
  });
  members.set(index, child);
  child.on('exit', () => {
    if (!isOver) start(index, epoch);
  });
}

const suite = postgresBinaries() ? describe : describe.skip;

suite(`a cluster whose members are killed (KERNELCAST_CHAOS_SEED=${SEED}; skipped without PostgreSQL)`, () => {
  it(`does and publishes each slot once in ${SECONDS} s`, { timeout: SECONDS * 1_000 + 3 * WAIT_MS }, async () => {
    const { uniform } = seededRandom(SEED);
    const epoch = Date.now();
    for (let index = 0; index < WORKERS; index++) start(index, epoch);
    const pool = new pg.Pool({ connectionString: database.url });
    // Idle while the database is away.
    pool.on('error', () => {});
    const ledger = await PgLedger.open({ pool, dataset: 'demo' });
    const begin = () => ledger.records.find(({ kind }) => kind === 'begin');
    const hasBegun = async () => {
      await ledger.refresh();
      return begin() !== undefined;
    };
    await until(hasBegun, 'a worker plans', WAIT_MS);
    const from = Date.parse(begin()!.slot);

    const began = Date.now();
    let kills = 0;
    let isRestarted = false;
    while (Date.now() - began < SECONDS * 1_000) {
      await sleep(2_000 + 2_000 * uniform());
      members.get(Math.floor(WORKERS * uniform()))!.kill('SIGKILL');
      kills++;
      if (!isRestarted && Date.now() - began > SECONDS * 500) {
        isRestarted = true;
        database.down();
        await sleep(1_000);
        database.up();
      }
    }
    const last = Math.floor((Date.now() - epoch) / MS_PER_HOUR) - 1;
    const first = Date.UTC(2024, 0, 1);
    const wanted = Array.from({ length: last }, (_, index) => first + (index + 1) * 3_600_000);
    const text = (at: number) => `${new Date(at).toISOString().slice(0, 16)}Z`;
    const missing = () => {
      const found = outcomes(ledger.records, 'forecast');
      return wanted.filter((at) => at >= from && found.get(text(at))?.done !== 1).map(text);
    };
    const isDone = async () => {
      await sleep(500);
      await ledger.refresh();
      return missing().length === 0;
    };
    await until(isDone, 'all slots are done', WAIT_MS).catch(() => {});
    expect(missing()).toEqual([]);
    const found = outcomes(ledger.records, 'forecast');
    const odd = [...found].filter(([, { done, dead, skipped }]) => done + dead + skipped !== 1 || done !== 1);
    expect(odd).toEqual([]);

    // Published once: by one process, which said so at most once (killed in between, it may not have come to say it).
    const said = existsSync(join(root, 'published.log'))
      ? readFileSync(join(root, 'published.log'), 'utf8').trim().split('\n')
      : [];
    expect(new Set(said).size).toBe(said.length);
    const published = readdirSync(join(root, 'runs')).filter((name) => !name.startsWith('.'));
    for (const slot of found.keys()) expect(published).toContain(slot.replace(':00Z', 'Z'));
    const begun = ledger.records.filter(({ kind }) => kind === 'start').length;
    process.stdout.write(
      `cluster: ${kills} kills, a restart of PostgreSQL, ${found.size} slots, each done once in ${begun} attempts\n`,
    );
    await ledger.close();
    await pool.end();
  });
});
