/**
 * `npm run bench -- forecast [--stations 385,3850,38500] [--model default|reference-s] [--days 31] [--threads 2] [--runs 1]`:
 * one run of the forecaster, from opening the models and reading the observations to the published run, in a process of its own.
 * `default` is what the service runs: the shipped network and both baselines, all variables. `reference-s` is the published
 * forecaster (UniRepLKNet-S, CorrFormer's decoder, dModel 768) with random weights, on temperature.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { KernelcastError } from '../../src/errors.ts';
import { makeDataset } from './forecast/dataset.ts';
import { referenceConfig, writeReferenceGraphs } from './forecast/reference-graphs.ts';
import { report } from './measure.ts';

const MODELS = ['default', 'reference-s'];

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      stations: { type: 'string', default: '385,3850,38500' },
      model: { type: 'string', default: 'default' },
      days: { type: 'string', default: '31' },
      threads: { type: 'string', default: '2' },
      runs: { type: 'string', default: '1' },
    },
  });
  const { model } = values;
  const [days, threads, runs] = [values.days, values.threads, values.runs].map(Number);
  if (!MODELS.includes(model)) {
    throw new KernelcastError('USAGE', `there is no model '${model}'`, { hint: `One of ${MODELS.join(', ')}.` });
  }
  for (const stations of values.stations.split(',').map(Number)) {
    const root = await mkdtemp(join(tmpdir(), 'bench-forecast-'));
    try {
      await makeDataset(root, stations, days);
      if (model === 'reference-s') await writeReferenceGraphs(join(root, 'reference-s'), referenceConfig(stations));
      for (let i = 0; i < runs; i++) {
        await rm(join(root, 'runs'), { recursive: true, force: true });
        const load = Number(loadavg()[0].toFixed(1));
        const { seconds, cpuSeconds, peakRssGB, models } = await measure([
          root,
          model,
          String(stations),
          String(threads),
        ]);
        report({
          bench: 'forecast',
          model,
          models,
          stations,
          days,
          threads,
          seconds: Number(seconds.toFixed(2)),
          cpuSeconds: Number(cpuSeconds.toFixed(2)),
          stationsPerSecond: Math.round(stations / seconds),
          peakRssGB: Number(peakRssGB.toFixed(2)),
          load,
        });
      }
    } finally {
      await rm(root, { recursive: true });
    }
  }
}

interface Measured {
  seconds: number;
  /** Of all threads together: where others use the machine too, this tells how much of it was ours. */
  cpuSeconds: number;
  peakRssGB: number;
  models: string[];
}

async function measure(args: string[]): Promise<Measured> {
  const child = join(import.meta.dirname, 'forecast', 'child.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, ...args]);
  return JSON.parse(stdout);
}
