/** The real command in three roles on one data directory and a real PostgreSQL: what the worker does, the API server tells. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { parseHour } from '../../src/domain/time.ts';
import { RunStore } from '../../src/store/runs.ts';
import { putCoarseWorld, stations, until } from '../jobs/support.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

const FEBRUARY = 'sample-world-2025-02.nc';
let root: string;
let database: Postgres;
const children: ChildProcess[] = [];
beforeAll(async () => {
  if (!postgresBinaries()) return;
  root = await mkdtemp(join(tmpdir(), 'roles-'));
  database = await Postgres.start();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  database?.remove();
  if (root) await rm(root, { recursive: true, force: true });
});

function start(role: string): { child: ChildProcess; url: Promise<string>; ended: Promise<number | null> } {
  const where = ['--data', root, '--port', '0', '--dataset', 'real'];
  const inbox = ['--inbox', join(root, 'inbox'), '--stations', join(root, 'stations.csv')];
  const args = ['--import', 'tsx', 'src/cli.ts', 'start', '--role', role, ...where, ...inbox];
  const env = { ...process.env, KERNELCAST_DATABASE_URL: database.url, KERNELCAST_LOG: 'warn' };
  const child = spawn(process.execPath, args, { cwd: packageRoot(), env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const url = new Promise<string>((resolve) => {
    child.stdout!.on('data', (chunk) => {
      const [, address] = /answers at (\S+)/.exec(String(chunk)) ?? [];
      if (address) resolve(address);
    });
  });
  return { child, url, ended: new Promise((resolve) => child.on('exit', (code) => resolve(code))) };
}

const suite = postgresBinaries() ? describe : describe.skip;

suite('a cluster of an API server, a scheduler and a worker (skipped without PostgreSQL)', () => {
  it('ingests, forecasts and answers, each process doing its part', { timeout: 120_000 }, async () => {
    await putCoarseWorld(root);
    await mkdir(join(root, 'inbox'));
    await copyFile(join(root, 'sample-world', FEBRUARY), join(root, 'inbox', FEBRUARY));
    const rows = stations.map(({ id, latitude, longitude }) => `${id},${latitude},${longitude}`);
    await writeFile(join(root, 'stations.csv'), ['id,latitude,longitude', ...rows].join('\n'));

    const [api, scheduler, worker] = ['api', 'scheduler', 'worker'].map(start);
    const url = await api.url;
    const runs = new RunStore(root);
    await until(async () => (await runs.latest('real')) !== undefined, 'there is a run');
    expect(await runs.list('real')).toEqual([parseHour('2025-03-01') - 1]);
    type Job = { name: string; state: string };
    const jobs = async (): Promise<Job[]> => (await (await fetch(`${url}/v1/status`)).json()).jobs;
    await until(async () => (await jobs()).every(({ state }) => state === 'done'), 'all jobs are done');
    expect((await jobs()).map(({ name }) => name)).toEqual(['ingest', 'forecast', 'verify', 'retain']);

    for (const { child } of [api, scheduler, worker]) child.kill('SIGTERM');
    expect(await Promise.all([api.ended, scheduler.ended, worker.ended])).toEqual([0, 0, 0]);
  });
});
