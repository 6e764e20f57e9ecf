/**
 * `npm run bench -- api [--seconds 10] [--connections 50] [--requests 0]`: how fast the API answers, by autocannon, on 1000
 * stations: one place and 100 places, asked again and again; then both, all over the stations, while a run is published each
 * second, where each answer must come from one run alone. `--requests 1000000` also asks so often, and tells the memory before
 * and after. The load runs on the same machine.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { fillStore, markOf, STATIONS } from './api/store.ts';
import { report } from './measure.ts';

const PUBLISH_EVERY_MS = 1000;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '10' },
      connections: { type: 'string', default: '50' },
      requests: { type: 'string', default: '0' },
    },
  });
  const [seconds, connections, requests] = [values.seconds, values.connections, values.requests].map(Number);
  const root = await mkdtemp(join(tmpdir(), 'bench-api-'));
  try {
    await fillStore(root);
    const service = await startService(root);
    const load = { connections, duration: seconds };
    const one = `${service.url}/v1/forecast?latitude=52.5&longitude=13.4&hourly=temperature_2m,wind_speed_10m`;
    const nearest = await nearestStation(service.url);
    const single = one.replace('latitude=52.5&longitude=13.4', `station=${nearest}`);
    await tell('one place', { ...load, url: single });
    const many = `${service.url}/v1/forecast?station=${stationList(0, 100)}`;
    await tell('100 places', { ...load, url: many });
    await tell('100 places, br', { ...load, url: many, headers: { 'accept-encoding': 'br' } });
    await tell('one place, 304', { ...load, url: single, headers: { 'if-none-match': await tagOf(single) } });
    await tellMixed(service, load);
    if (requests > 0) await tellMemory(service, single, connections, requests);
    await service.stop();
  } finally {
    await rm(root, { recursive: true });
  }
}

async function tell(what: string, options: autocannon.Options): Promise<void> {
  // The first second fills caches and lets the machine code be made.
  await autocannon({ ...options, duration: 1 });
  const result = await autocannon(options);
  const bad = result.non2xx - (result.statusCodeStats?.['304']?.count ?? 0);
  report({ bench: 'api', what, ...figures(result), errors: result.errors + bad, load: loadavg()[0] });
}

/** Requests over all stations, one place and 100 by turns, while runs are published. */
async function tellMixed(service: Service, load: { connections: number; duration: number }): Promise<void> {
  let mixed = 0;
  const marks = new Set<number>();
  const requests = Array.from({ length: 200 }, (_, index): autocannon.Request => {
    const path = index % 10 === 0 ? stationList(index * 5, 100) : `s${(index * 37) % STATIONS}`;
    return {
      path: `/v1/forecast?station=${path}&hourly=temperature_2m`,
      onResponse: (status, body) => {
        if (status !== 200) return;
        const { init, values } = looseValues(body);
        const isOne = init.size === 1 && values.size === 1 && [...values][0] === markOf([...init][0]);
        if (!isOne) mixed++;
        marks.add([...init][0]);
      },
    };
  });
  const timer = setInterval(() => service.tell('publish'), PUBLISH_EVERY_MS);
  const result = await autocannon({ ...load, url: service.url, requests });
  clearInterval(timer);
  const { non2xx, errors } = result;
  const what = 'one place and 100, while runs are published';
  report({
    bench: 'api',
    what,
    ...figures(result),
    runsSeen: marks.size,
    mixed,
    errors: errors + non2xx,
    load: loadavg()[0],
  });
}

/** The runs and the temperatures that an answer holds. */
function looseValues(body: string): { init: Set<number>; values: Set<number> } {
  const init = new Set([...body.matchAll(/"init":"([^"]+)"/g)].map(([, time]) => Date.parse(time) / 3_600_000));
  const lists = [...body.matchAll(/"temperature_2m":\[([^\]]*)\]/g)].map(([, list]) => list.split(',').map(Number));
  return { init, values: new Set(lists.flat()) };
}

async function tellMemory(service: Service, url: string, connections: number, amount: number): Promise<void> {
  const before = await service.memory();
  await autocannon({ url, connections, amount: Math.ceil(amount / 2) });
  const between = await service.memory();
  const result = await autocannon({ url, connections, amount: Math.floor(amount / 2) });
  const after = await service.memory();
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const used = [before, between, after].map((each) => megabytes(each.used));
  const resident = [before, between, after].map((each) => megabytes(each.rss));
  report({
    bench: 'api',
    what: `memory over ${amount} requests`,
    used,
    resident,
    ...figures(result),
    load: loadavg()[0],
  });
}

function figures({ requests, latency }: autocannon.Result) {
  return { perSecond: Math.round(requests.average), p50: latency.p50, p99: latency.p99, max: latency.max };
}

function stationList(from: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `s${(from + index) % STATIONS}`).join(',');
}

async function nearestStation(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/stations?latitude=52.5&longitude=13.4&limit=1`);
  const { stations } = (await response.json()) as { stations: { id: string }[] };
  return stations[0].id;
}

async function tagOf(url: string): Promise<string> {
  return (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).headers.get('etag')!;
}

interface Service {
  url: string;
  tell(line: string): Promise<string>;
  memory(): Promise<{ rss: number; used: number }>;
  stop(): Promise<void>;
}

async function startService(root: string): Promise<Service> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'api', 'child.ts'), root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the service ended');
    return value;
  };
  const tellChild = (line: string) => {
    child.stdin.write(`${line}\n`);
    return next();
  };
  return {
    url: await next(),
    tell: tellChild,
    memory: async () => JSON.parse(await tellChild('memory')),
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
