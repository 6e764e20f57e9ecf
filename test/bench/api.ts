/**
 * `npm run bench -- api [--seconds 10] [--connections 50] [--rate 1000] [--requests 0]`: how fast the API answers, by autocannon, on
 * 1000 stations: one place and 100 places, asked again and again, and 100 places that nobody asked for before, each beside a bare
 * node:http that answers as many bytes; then both, all over the stations, `rate` a second, evenly, while another process publishes a
 * run each second, where each answer must come from one run alone. `--requests 1000000` also asks so often, a tenth of it for what nobody asked
 * for before, and tells the memory in use as it goes on. The load runs on the same machine; `load` is what else ran there, and
 * `microseconds` is the processor's time that an answer took, whatever else ran.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { KernelcastError } from '../../src/errors.ts';
import { fillStore, markOf, STATIONS } from './api/store.ts';
import { report } from './measure.ts';

const PUBLISH_EVERY_MS = 1000;
/** Of connections in the open load; a rate must be a multiple of it. */
const GROUPS = 100;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '10' },
      connections: { type: 'string', default: '50' },
      rate: { type: 'string', default: '1000' },
      requests: { type: 'string', default: '0' },
    },
  });
  const [duration, connections, rate, requests] = [
    values.seconds,
    values.connections,
    values.rate,
    values.requests,
  ].map(Number);
  if (!(rate > 0 && rate % GROUPS === 0)) {
    throw new KernelcastError('USAGE', `--rate is ${values.rate}, not a multiple of ${GROUPS}`);
  }
  const root = await mkdtemp(join(tmpdir(), 'bench-api-'));
  try {
    await fillStore(root);
    const service = await startChild('child.ts', root);
    const [url, plain] = [await service.line(), await service.line()];
    const one = `${url}/v1/forecast?latitude=52.5&longitude=13.4&hourly=temperature_2m,wind_speed_10m`;
    const many = `${url}/v1/forecast?station=${stationList(0, 100)}`;
    const load = { connections, duration };
    await tell('one place', service, plain, { ...load, url: one });
    await tell('100 places', service, plain, { ...load, url: many });
    await tell('100 places, br', service, plain, { ...load, url: many, headers: { 'accept-encoding': 'br' } });
    await tell('one place, 304', service, plain, { ...load, url: one, headers: { 'if-none-match': await tagOf(one) } });
    const made = addresses(
      (index) => `/v1/forecast?station=${stationList(index, 100, 1 + Math.floor(index / STATIONS))}`,
    );
    await tell('100 places, each made anew', service, plain, { ...load, url: many, ...made });
    await tellMixed(url, plain, root, duration, rate);
    if (requests > 0) await tellMemory(service, url, connections, requests);
    await service.stop();
  } finally {
    await rm(root, { recursive: true });
  }
}

/** @param plain the address of the server to compare with */
async function tell(what: string, service: Child, plain: string, options: autocannon.Options): Promise<void> {
  const headers = new Headers({ 'accept-encoding': 'identity', ...(options.headers as Record<string, string>) });
  const length = (await fetch(options.url, { headers })).headers.get('content-length');
  const bytes = Number(length ?? 0);
  // The first second fills caches and lets the machine code be made.
  await autocannon({ ...options, duration: 1 });
  const { result, microseconds } = await measured(service, options);
  const url = `${plain}/${bytes}`;
  const duration = Math.ceil(Number(options.duration) / 2);
  const bareLoad = { ...options, url, requests: undefined, duration };
  const { result: reference, microseconds: microsecondsOfBare } = await measured(service, bareLoad);
  const bad = result['4xx'] + result['5xx'];
  const toBare = Number((figures(result).perSecond / figures(reference).perSecond).toFixed(2));
  const bare = { toBare, p99OfBare: reference.latency.p99, microseconds, microsecondsOfBare };
  report({ bench: 'api', what, bytes, ...figures(result), ...bare, errors: result.errors + bad, load: loadavg()[0] });
}

/** The load, and the processor's time that an answer took. */
async function measured(service: Child, options: autocannon.Options) {
  const before = await usage(service, 'processor');
  const result = await autocannon(options);
  const { processor } = await usage(service, 'processor');
  return { result, microseconds: Math.round((processor - before.processor) / result.requests.total) };
}

async function usage(service: Child, what: 'memory' | 'processor') {
  service.send(what);
  return JSON.parse(await service.line()) as { processor: number; rss: number; used: number };
}

/** Requests whose addresses are made one after the other. */
function addresses(pathOf: (index: number) => string, onResponse?: autocannon.Request['onResponse']) {
  let index = 0;
  const setupRequest = (request: autocannon.Request) => ({ ...request, path: pathOf(index++) });
  return { requests: [{ setupRequest, onResponse }] };
}

/** Requests over all stations, one place and 100 by turns, while runs are published. */
async function tellMixed(url: string, plain: string, root: string, duration: number, rate: number): Promise<void> {
  const publisher = await startChild('publisher.ts', root);
  await publisher.line();
  let mixed = 0;
  const seen = new Set<number>();
  const onResponse: autocannon.Request['onResponse'] = (status, body) => {
    if (status !== 200) return;
    const { inits, values } = marksOf(body);
    const isOne = inits.size === 1 && values.size === 1 && [...values][0] === markOf([...inits][0]);
    if (!isOne) mixed++;
    seen.add([...inits][0]);
  };
  const paths = Array.from({ length: 200 }, (_, index) => {
    const station = index % 10 === 0 ? stationList(index * 5, 100) : `s${(index * 37) % STATIONS}`;
    return `/v1/forecast?station=${station}&hourly=temperature_2m`;
  });
  const pathOf = (index: number) => paths[index % paths.length];
  // Lets the machine code be made, here as there.
  await evenly(url, rate, 2, pathOf, onResponse);
  const timer = setInterval(() => publisher.send('publish'), PUBLISH_EVERY_MS);
  const result = await evenly(url, rate, duration, pathOf, onResponse);
  clearInterval(timer);
  await publisher.stop();
  // The same load on bytes that need no thought.
  const sizes = paths.map((path) => (path.includes(',') ? '/140000' : '/1200'));
  const bare = await evenly(
    plain,
    rate,
    duration,
    (index) => sizes[index % sizes.length],
    () => {},
  );
  report({
    bench: 'api',
    what: 'one place and 100, while runs are published',
    ...result,
    p99OfBare: bare.p99,
    runsSeen: seen.size,
    mixed,
    load: loadavg()[0],
  });
}

/**
 * An open load: as many connections as `rate` ask once a second each, and begin in small groups over the first second, so that
 * what waits holds up nothing else. (autocannon sends all that a connection may ask in a second at once, all connections together;
 * and its correction for what was held up takes requests to be a millisecond apart, whatever the rate.)
 */
async function evenly(
  url: string,
  rate: number,
  duration: number,
  pathOf: (index: number) => string,
  onResponse: NonNullable<autocannon.Request['onResponse']> = () => {},
) {
  const { requests } = addresses(pathOf, onResponse);
  const group = {
    url,
    requests,
    duration,
    connections: rate / GROUPS,
    connectionRate: 1,
    ignoreCoordinatedOmission: true,
  };
  const latencies = createHistogram();
  const start = performance.now();
  const begin = async (_: unknown, index: number): Promise<autocannon.Result> => {
    await sleep((1000 * index) / GROUPS);
    return new Promise((resolve, reject) => {
      const load = autocannon(group, (error, result) => (error ? reject(error) : resolve(result)));
      load.on('response', (_client, _status, _bytes, ms) => latencies.record(Math.ceil(ms * 1000)));
    });
  };
  const results = await Promise.all(Array.from({ length: GROUPS }, begin));
  const seconds = (performance.now() - start) / 1000;
  const milliseconds = (microseconds: number) => Math.round(microseconds / 100) / 10;
  return {
    perSecond: Math.round(latencies.count / seconds),
    p50: milliseconds(latencies.percentile(50)),
    p99: milliseconds(latencies.percentile(99)),
    max: milliseconds(latencies.max),
    errors: results.reduce((sum, { errors, non2xx }) => sum + errors + non2xx, 0),
  };
}

/** The runs and the temperatures that an answer holds. */
function marksOf(body: string): { inits: Set<number>; values: Set<number> } {
  const inits = new Set([...body.matchAll(/"init":"([^"]+)"/g)].map(([, time]) => Date.parse(time) / 3_600_000));
  const lists = [...body.matchAll(/"temperature_2m":\[([^\]]*)\]/g)].map(([, list]) => list.split(',').map(Number));
  return { inits, values: new Set(lists.flat()) };
}

const MEMORY_STEPS = 5;

async function tellMemory(service: Child, url: string, connections: number, amount: number): Promise<void> {
  const asked = addresses((index) => {
    const station = `/v1/forecast?hourly=temperature_2m&station=s${index % STATIONS}`;
    return index % 10 === 0 ? `${station}&past_hours=${1 + (Math.floor(index / STATIONS) % 2000)}` : station;
  });
  const all = [await usage(service, 'memory')];
  let result: autocannon.Result | undefined;
  for (let step = 0; step < MEMORY_STEPS; step++) {
    result = await autocannon({ url, connections, amount: amount / MEMORY_STEPS, ...asked });
    all.push(await usage(service, 'memory'));
  }
  const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  report({
    bench: 'api',
    what: `memory over ${amount} requests, MB`,
    used: all.map((each) => megabytes(each.used)),
    resident: all.map((each) => megabytes(each.rss)),
    ...figures(result!),
    errors: result!.errors + result!.non2xx,
    load: loadavg()[0],
  });
}

function figures({ requests, latency }: autocannon.Result) {
  return { perSecond: Math.round(requests.average), p50: latency.p50, p99: latency.p99, max: latency.max };
}

function stationList(from: number, count: number, step = 1): string {
  return Array.from({ length: count }, (_, index) => `s${(from + index * step) % STATIONS}`).join(',');
}

async function tagOf(url: string): Promise<string> {
  return (await fetch(url, { headers: { 'accept-encoding': 'identity' } })).headers.get('etag')!;
}

interface Child {
  line(): Promise<string>;
  send(line: string): void;
  stop(): Promise<void>;
}

async function startChild(file: string, root: string): Promise<Child> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'api', file), root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${file} ended`);
      return value;
    },
    send: (line) => child.stdin.write(`${line}\n`),
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
