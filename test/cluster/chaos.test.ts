/**
 * Two schedulers and three workers on one store and a real PostgreSQL: one of them killed every few seconds, the database
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
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { outcomes } from '../jobs/simulation.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

const SECONDS = Number(process.env.KERNELCAST_CHAOS_SECONDS ?? 120);
const SEED = process.env.KERNELCAST_CHAOS_SEED ?? String(Date.now());
const MS_PER_HOUR = 1_500;
const ROLES = ['scheduler', 'scheduler', 'worker', 'worker', 'worker'];

let root: string;
let database: Postgres;
const members = new Map<number, ChildProcess>();
beforeAll(async () => {
  if (!postgresBinaries()) return;
  root = await mkdtemp(join(tmpdir(), 'chaos-'));
  database = await Postgres.start();
});
afterAll(async () => {
  for (const member of members.values()) member.kill('SIGKILL');
  database?.remove();
  if (root) await rm(root, { recursive: true, force: true });
});

function start(index: number, epoch: number): void {
  const args = ['--import', 'tsx', 'test/cluster/member.ts', ROLES[index], root, database.url];
  const child = spawn(process.execPath, [...args, String(epoch), String(MS_PER_HOUR)], {
    cwd: packageRoot(),
    stdio: ['ignore', 'ignore', process.env.KERNELCAST_CHAOS_LOG ? 'inherit' : 'ignore'],
  });
  members.set(index, child);
}

const suite = postgresBinaries() ? describe : describe.skip;

suite(`a cluster whose members are killed (KERNELCAST_CHAOS_SEED=${SEED}; skipped without PostgreSQL)`, () => {
  it(`does and publishes each slot once in ${SECONDS} s`, { timeout: (SECONDS + 120) * 1_000 }, async () => {
    const { uniform } = seededRandom(SEED);
    const epoch = Date.now();
    for (const index of ROLES.keys()) start(index, epoch);
    let kills = 0;
    let isRestarted = false;
    while (Date.now() - epoch < SECONDS * 1_000) {
      await sleep(2_000 + 2_000 * uniform());
      const index = Math.floor(ROLES.length * uniform());
      members.get(index)!.kill('SIGKILL');
      kills++;
      start(index, epoch);
      if (!isRestarted && Date.now() - epoch > SECONDS * 500) {
        isRestarted = true;
        database.down();
        await sleep(1_000);
        database.up();
      }
    }
    const last = Math.floor((Date.now() - epoch) / MS_PER_HOUR) - 1;

    const pool = new pg.Pool({ connectionString: database.url });
    const ledger = await PgLedger.open({ pool, dataset: 'demo' });
    const first = Date.UTC(2024, 0, 1);
    const wanted = Array.from({ length: last }, (_, index) => first + (index + 1) * 3_600_000);
    const text = (at: number) => `${new Date(at).toISOString().slice(0, 16)}Z`;
    const begin = () => Date.parse(ledger.records.find(({ kind }) => kind === 'begin')?.slot ?? '2025-01-01');
    const deadline = Date.now() + 60_000;
    const missing = () => {
      const found = outcomes(ledger.records, 'forecast');
      return wanted.filter((at) => at >= begin() && found.get(text(at))?.done !== 1);
    };
    await ledger.refresh();
    while (missing().length > 0 && Date.now() < deadline) {
      await sleep(500);
      await ledger.refresh();
    }
    expect(missing().map(text)).toEqual([]);
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
