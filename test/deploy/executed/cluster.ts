/** A cluster of containers as a deploy file describes it: started in its order, fed with a file, asked for its first forecast. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { postgresBinaries } from '../../cluster/postgres.ts';
import type { Container, Network, Started } from './container.ts';

const HOUR_MS = 3_600_000;

/** Four days of hourly observations of five places, up to the hour before this one. */
export function observations(now = Date.now()): string {
  const places = [
    ['dublin', 53.4, -6.3],
    ['paris', 48.9, 2.4],
    ['berlin', 52.5, 13.4],
    ['oslo', 59.9, 10.8],
    ['rome', 41.9, 12.5],
  ] as const;
  const last = Math.floor(now / HOUR_MS) - 1;
  const rows = places.flatMap(([id, latitude, longitude]) =>
    Array.from({ length: 96 }, (_, back) => {
      const hour = last - 95 + back;
      const time = new Date(hour * HOUR_MS).toISOString().slice(0, 16);
      const daily = Math.sin(((hour % 24) / 24) * 2 * Math.PI);
      return [
        id,
        latitude,
        longitude,
        `${time}Z`,
        (9 + 4 * daily + latitude / 100).toFixed(1),
        (4 + daily).toFixed(1),
        240,
      ].join(',');
    }),
  );
  return [
    'station,latitude,longitude,time,temperature_2m (°C),wind_speed_10m (m/s),wind_direction_10m (°)',
    ...rows,
    '',
  ].join('\n');
}

/** A PostgreSQL of this machine where the image of one would be: the same variables, its own folder, its place in the network. */
export async function startDatabase(
  network: Network,
  name: string,
  environment: Record<string, string>,
): Promise<Started> {
  const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database } = environment;
  const binaries = postgresBinaries()!;
  const folder = mkdtempSync(join(tmpdir(), 'database-'));
  execFileSync('chown', ['postgres', folder]);
  const as = (...command: string[]) => [
    'setpriv',
    '--reuid=postgres',
    '--regid=postgres',
    '--clear-groups',
    ...command,
  ];
  writeFileSync(join(folder, 'password'), password);
  const [first, ...initdb] = as(
    join(binaries, 'initdb'),
    '-D',
    join(folder, 'data'),
    '-U',
    user,
    '-A',
    'scram-sha-256',
    `--pwfile=${folder}/password`,
    '--no-sync',
  );
  execFileSync(first, initdb, { cwd: '/', stdio: 'pipe' });
  writeFileSync(join(folder, 'data/pg_hba.conf'), 'host all all 0.0.0.0/0 scram-sha-256\n');
  const server = as(
    join(binaries, 'postgres'),
    '-D',
    join(folder, 'data'),
    '-c',
    'listen_addresses=*',
    '-c',
    `unix_socket_directories=${folder}`,
    '-c',
    'fsync=off',
  );
  const started = network.startProcess('ip', ['netns', 'exec', network.space(name), ...server]);
  const url = `postgres://${user}:${password}@${network.address(name)}/postgres`;
  await until(
    started,
    'the database',
    () => spawnSync('psql', [url, '-c', `CREATE DATABASE ${database}`]).status === 0,
  );
  return started;
}

/** As a person waits: asks again until it is so, and tells what the process said where it has ended instead. */
export async function until(
  started: Started,
  what: string,
  isSo: () => boolean | Promise<boolean>,
  seconds = 240,
): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (!started.isRunning) throw new Error(`${what} ended: ${started.output.slice(-3000)}`);
    if (performance.now() - began > seconds * 1000)
      throw new Error(`${what} is not there in time: ${started.output.slice(-3000)}`);
    await pause(250);
  }
  return (performance.now() - began) / 1000;
}

export async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A volume as an engine makes one where an image has the folder: it belongs to whom that belongs. */
export function volume(user: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'volume-'));
  chownSync(folder, user, user);
  return folder;
}

/** The inbox is the service's own; a file that root lays into it is ingested, and the forecast is there over HTTP. */
export async function reachFirstForecast(
  network: Network,
  worker: Container,
  api: { url: string },
  data: string,
): Promise<void> {
  expect(statSync(join(data, 'inbox')).uid).toBe(worker.user);
  writeFileSync(join(data, 'inbox', 'observations.csv'), observations());
  expect(network.exec(worker, 'kernelcast', 'jobs', 'run', 'ingest')).toContain('done');
  expect(network.exec(worker, 'kernelcast', 'jobs', 'run', 'forecast')).toContain('done');
  const answer = await fetch(`${api.url}/v1/forecast?latitude=52.5&longitude=13.4&hourly=temperature_2m`);
  const forecast = (await answer.json()) as { hourly: { temperature_2m: (number | null)[] } };
  expect(answer.status, JSON.stringify(forecast)).toBe(200);
  expect(forecast.hourly.temperature_2m.filter((value) => value !== null).length).toBeGreaterThanOrEqual(24);
}

/** Resident, in megabytes, of a container's first process and all below it. */
export function memoryOf(started: Started): number {
  const all = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([started.first]);
  for (const [pid, parent] of all.sort((a, b) => a[0] - b[0])) if (family.has(parent)) family.add(pid);
  return all.filter(([pid]) => family.has(pid)).reduce((sum, [, , rss]) => sum + rss, 0) / 1024;
}
