/**
 * `npm run bench -- latency [--stations 3850] [--days 31] [--threads 2] [--runs 5] [--every 20]`: how late the event loop of the
 * process that answers is (99th percentile, in ms) while forecasts are made in the worker beside it, and how long a client
 * that asks every 20 ms waits for its answer. The loop is looked at each millisecond, which is in the figures.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { DATASET, makeDataset } from './forecast/dataset.ts';
import { report } from './measure.ts';

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      stations: { type: 'string', default: '3850' },
      days: { type: 'string', default: '31' },
      threads: { type: 'string', default: '2' },
      runs: { type: 'string', default: '5' },
      every: { type: 'string', default: '20' },
    },
  });
  const [stations, days, threads, runs, every] = [
    values.stations,
    values.days,
    values.threads,
    values.runs,
    values.every,
  ].map(Number);
  const root = await mkdtemp(join(tmpdir(), 'bench-latency-'));
  try {
    await makeDataset(root, stations, days);
    const load = Number(loadavg()[0].toFixed(1));
    const child = join(import.meta.dirname, 'latency', 'child.ts');
    const service = spawn(process.execPath, ['--import', 'tsx', child, root, String(threads), String(runs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: service.stdout })[Symbol.asyncIterator]();
    const line = async (): Promise<string> => {
      const { value, done } = await lines.next();
      if (done) throw new Error('the service ended');
      return value;
    };
    const url = await line();
    service.stdin.write('go\n');
    const measured = line();
    const waits = await askUntil(measured, `${url}/v1/forecast?dataset=${DATASET}`, stations, every);
    const { seconds, p50, p99, max } = JSON.parse(await measured);
    service.stdin.write('end\n');
    await once(service, 'exit');
    const round = (value: number) => Number(value.toFixed(2));
    report({
      bench: 'latency',
      stations,
      days,
      threads,
      runs,
      secondsPerRun: round(seconds / runs),
      eventLoopDelayMs: { p50: round(p50), p99: round(p99), max: round(max) },
      answers: waits.length,
      answerMs: { p50: round(percentile(waits, 50)), p99: round(percentile(waits, 99)) },
      load,
    });
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Asks for one station after the other until the promise is kept; how long each answer took, in ms. */
async function askUntil(end: Promise<unknown>, url: string, stations: number, every: number): Promise<number[]> {
  let isOver = false;
  end.finally(() => {
    isOver = true;
  });
  const waits: number[] = [];
  while (!isOver) {
    const start = performance.now();
    const response = await fetch(`${url}&station=b${(waits.length * 37) % stations}`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the service answered ${response.status}`);
    waits.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  return waits;
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}
