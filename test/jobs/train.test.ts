import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunCommand } from '../../jobs/service/command-process.ts';
import { trainJob } from '../../jobs/train.ts';
import { listTrained, modelFolder } from '../../models/serving/serving-model.ts';
import { artefactSchema, readArtefact, writeArtefact } from '../../models/weights/artefact.ts';
import { parseHour } from '../../src/domain/time.ts';
import { createLog } from '../../src/log.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { S3Server } from '../store/bucket/s3-server.ts';
import { seriesOf } from '../store/series.ts';
import { noSignal, stations } from './support.ts';

const WEEK = 168;
const FROM = parseHour('2025-01-02T00');
const SLOT = FROM + 10 * WEEK;
const log = createLog('silent');
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'train-job-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A command line that trains and evaluates in no time. @param mse of the new model, where the old one has 2 */
function commandLine(mse: number): { run: RunCommand; calls: string[][] } {
  const calls: string[][] = [];
  const run: RunCommand = async (args) => {
    calls.push([...args]);
    const option = (name: string) => args[args.indexOf(name) + 1];
    if (args[0] === 'evaluate') {
      const id = option('--network').split('/').at(-1)!;
      const report = (model: string, kind: string, value: number) => ({
        ...{ model, kind },
        variables: { temperature_2m: { mse: value }, wind_speed_10m: { mse: value } },
      });
      const models = [report(id, 'network', mse), report('old', 'network', 2), report('persistence', 'baseline', 9)];
      return JSON.stringify({ models });
    }
    const manifest = {
      kind: 'forecaster' as const,
      id: option('--id'),
      name: option('--name'),
      createdAt: '2025-03-13T00:00:00Z',
      architecture: {},
    };
    await writeArtefact(option('--out'), manifest, new Map([['model.onnx', Buffer.from('a graph')]]));
    return '';
  };
  return { run, calls };
}

async function job(run: RunCommand, hours = 10 * WEEK + 5, where = root) {
  const observations = new ObservationStore(where);
  await observations.merge(
    'demo',
    seriesOf(stations, FROM, hours, (hour) => hour % 24),
    { source: 's' },
  );
  return trainJob({ root: where, observations, dataset: 'demo', config: 'c.json', network: '/shipped', log, run });
}

describe('the job that trains', () => {
  it('trains on all but two weeks, judges on the last one, and lets the better model serve', async () => {
    const { run, calls } = commandLine(1.5);
    const train = await job(run);
    await train.run(SLOT, noSignal);
    expect(calls[0].join(' ')).toMatch(
      /^train --config c.json --dataset demo --until 2025-03-06T01:00Z --validation-days 7 .* --from \/shipped --out /,
    );
    expect(calls[1].slice(0, 5)).toEqual(['evaluate', '--from', '2025-03-06T01:00Z', '--to', '2025-03-13T01:00Z']);
    const [{ name, serves }] = await listTrained(root, 'demo');
    expect(name).toBe('demo-2025-03-13');
    expect(serves).toMatchObject({ slot: '2025-03-13T00:00Z', trial: { ratio: 0.75, against: 'old' } });
    const artefact = await readArtefact(await modelFolder(root, name), artefactSchema);
    expect(Buffer.from(await artefact.read('model.onnx')).toString()).toBe('a graph');
    expect(await listTrained(root, 'other')).toEqual([]);
    expect(await readdir(join(root, 'training', 'demo'))).toEqual([]);
    // The same slot again is done already; the next one begins with the model that serves.
    await train.run(SLOT, noSignal);
    expect(calls).toHaveLength(2);
    await (await job(run, 11 * WEEK + 5)).run(SLOT + WEEK, noSignal);
    expect(calls[2].join(' ')).toContain(`--from ${join(root, 'models', 'demo-2025-03-13')}`);
  });

  it('leaves the model that serves where the new one is no better', async () => {
    const { run } = commandLine(2.1);
    await (await job(run)).run(SLOT, noSignal);
    expect(await listTrained(root, 'demo')).toEqual([]);
    expect(await readdir(join(root, 'training', 'demo'))).toEqual([]);
  });

  it('goes on with what was trained when its process died before the trial', async () => {
    const { run, calls } = commandLine(1);
    const dying: RunCommand = (args, signal) =>
      args[0] === 'evaluate' ? Promise.reject(new Error('killed')) : run(args, signal);
    await expect((await job(dying)).run(SLOT, noSignal)).rejects.toThrow('killed');
    await (await job(run)).run(SLOT, noSignal);
    expect(calls.map(([command]) => command)).toEqual(['train', 'evaluate']);
    expect(await listTrained(root, 'demo')).toHaveLength(1);
  });

  it('waits until there is enough to train on', async () => {
    const { run, calls } = commandLine(1);
    await (await job(run, 5 * WEEK)).run(FROM + 5 * WEEK, noSignal);
    expect(calls).toEqual([]);
  });

  it('keeps the last few models', async () => {
    const { run } = commandLine(1);
    for (let week = 10; week < 16; week++) await (await job(run, week * WEEK + 5)).run(FROM + week * WEEK, noSignal);
    expect((await listTrained(root, 'demo')).map(({ name }) => name)).toEqual([
      'demo-2025-04-17',
      'demo-2025-04-10',
      'demo-2025-04-03',
      'demo-2025-03-27',
    ]);
  });

  it('publishes to a bucket, from where a model is fetched to be served', async () => {
    const server = (await S3Server.start()).useIt();
    try {
      const { run } = commandLine(1);
      const where = `s3://bucket/${root.split('/').at(-1)}`;
      await (await job(run, 10 * WEEK + 5, where)).run(SLOT, noSignal);
      const [{ name }] = await listTrained(where, 'demo');
      const folder = await modelFolder(where, name);
      const artefact = await readArtefact(folder, artefactSchema);
      expect(Buffer.from(await artefact.read('model.onnx')).toString()).toBe('a graph');
      await rm(folder, { recursive: true });
    } finally {
      await server.stop();
    }
  });
});
