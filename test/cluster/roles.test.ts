/**
 * The real command in its roles on a real PostgreSQL, with the store in a folder and in a bucket: what the worker does, the
 * API server tells.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { parseHour } from '../../src/domain/time.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { putCoarseWorld, stations, until } from '../jobs/support.ts';
import { S3Server } from '../store/bucket/s3-server.ts';
import { Postgres, postgresBinaries } from './postgres.ts';

const FEBRUARY = 'sample-world-2025-02.nc';
const ROLES = ['api', 'worker'];
let local: string;
let database: Postgres;
let bucket: S3Server;
let children: ChildProcess[] = [];
beforeAll(async () => {
  if (!postgresBinaries()) return;
  local = await mkdtemp(join(tmpdir(), 'roles-'));
  database = await Postgres.start();
  bucket = (await S3Server.start()).useIt();
  await putCoarseWorld(local);
  await mkdir(join(local, 'inbox'));
  const rows = stations.map(({ id, latitude, longitude }) => `${id},${latitude},${longitude}`);
  await writeFile(join(local, 'stations.csv'), ['id,latitude,longitude', ...rows].join('\n'));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});
afterAll(async () => {
  database?.remove();
  await bucket?.stop();
  if (local) await rm(local, { recursive: true, force: true });
});

interface Where {
  dataset: string;
  root: string;
  inbox: string;
}

function start(role: string, { dataset, root, inbox }: Where) {
  const args = ['--import', 'tsx', 'src/cli/cli.ts', 'start', '--role', role, '--data', root, '--port', '0'];
  const what = ['--dataset', dataset, '--inbox', inbox, '--stations', join(local, 'stations.csv')];
  const env = { ...process.env, KERNELCAST_DATABASE_URL: database.url, KERNELCAST_LOG: 'warn' };
  const child = spawn(process.execPath, [...args, ...what], {
    cwd: packageRoot(),
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const url = new Promise<string>((resolve) => {
    child.stdout!.on('data', (chunk) => {
      const [, address] = /answers at (\S+)/.exec(String(chunk)) ?? [];
      if (address) resolve(address);
    });
  });
  return { child, url, ended: new Promise((resolve) => child.on('exit', (code) => resolve(code))) };
}

const places: [string, () => Where, (where: Where) => Promise<void>][] = [
  [
    'a folder',
    () => ({ dataset: 'shared', root: join(local, 'data'), inbox: join(local, 'inbox') }),
    ({ inbox }) => copyFile(join(local, 'sample-world', FEBRUARY), join(inbox, FEBRUARY)),
  ],
  [
    'a bucket',
    () => ({ dataset: 'far', root: 's3://bucket/data', inbox: 's3://bucket/inbox' }),
    async () => {
      const bytes = await readFile(join(local, 'sample-world', FEBRUARY));
      bucket.objects.set(`inbox/${FEBRUARY}`, { bytes, etag: '"x"', modifiedAt: 0 });
    },
  ],
];

const suite = postgresBinaries() ? describe : describe.skip;

suite('a cluster of an API server and a worker (skipped without PostgreSQL)', () => {
  it.each(places)('on %s ingests, forecasts and answers, each process doing its part', async (_, place, putFile) => {
    const where = place();
    await putFile(where);
    const processes = ROLES.map((role) => start(role, where));
    const url = await processes[0].url;
    const runs = new RunStore(where.root);
    await until(async () => (await runs.latest(where.dataset)) !== undefined, 'there is a run', 300_000);
    expect(await runs.list(where.dataset)).toEqual([parseHour('2025-03-01') - 1]);
    type Job = { name: string; state: string };
    const jobs = async (): Promise<Job[]> => (await (await fetch(`${url}/v1/status`)).json()).jobs;
    await until(async () => (await jobs()).every(({ state }) => state === 'done'), 'all jobs are done', 300_000);
    expect((await jobs()).map(({ name }) => name)).toEqual(['ingest', 'forecast', 'verify', 'retain']);
    const [{ id, latitude, longitude }] = stations;
    const forecast = await fetch(
      `${url}/v1/forecast?latitude=${latitude}&longitude=${longitude}&hourly=temperature_2m&dataset=${where.dataset}`,
    );
    expect([forecast.status, (await forecast.json()).location_id ?? id]).toEqual([200, id]);

    for (const { child } of processes) child.kill('SIGTERM');
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0]);
  });
});
