import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { monthFiles } from '../../ingest/sample-world/month-files.ts';
import { SampleWorldSource } from '../../ingest/sample-world/world-source.ts';
import { ingestJob, sampleWorldIngestJob } from '../../jobs/ingest.ts';
import { sourceErrors, sourceFiles, sourceLag } from '../../jobs/service/source-metrics.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { FLAG } from '../../src/domain/series.ts';
import { parseHour } from '../../src/domain/time.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { serve } from '../ingest/sources/http/server.ts';
import { S3Server } from '../store/bucket/s3-server.ts';
import { noSignal, stations } from './support.ts';

/** January and February of a coarse world. */
let months: { name: string; bytes: Uint8Array }[];
let root: string;
beforeAll(async () => {
  months = [];
  for await (const file of monthFiles({ resolution: 30, end: parseHour('2025-03-01') })) months.push(file);
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ingest-job-'));
});
afterEach(() => rm(root, { recursive: true }));
afterAll(() => {
  months = [];
});

async function coarseWorld(): Promise<SampleWorldSource> {
  const folder = join(root, 'sample-world');
  await mkdir(folder, { recursive: true });
  for (const { name, bytes } of months) await writeFile(join(folder, name), bytes);
  return new SampleWorldSource({ folder, stations });
}

describe('the job that ingests the sample world', () => {
  it('begins with the world and comes up to the slot, the slot included', async () => {
    const observations = new ObservationStore(root);
    const job = sampleWorldIngestJob({ source: await coarseWorld(), observations, dataset: 'demo' });
    const slot = parseHour('2025-02-03T05');
    await job.run(slot, noSignal);
    const info = await observations.describe('demo');
    expect(info).toMatchObject({
      from: parseHour('2025-01-01'),
      to: slot + 1,
      sources: ['sample-world-2025-01.nc', 'sample-world-2025-02.nc'],
    });
    expect(info.stations.map((station) => station.id)).toEqual(['paris', 'suva']);
    const { variables } = await observations.read('demo');
    for (const name of ['temperature_2m', 'wind_u_component_10m', 'wind_speed_10m'] as const) {
      expect(variables[name]?.flags.every((flag) => flag === FLAG.OBSERVED)).toBe(true);
    }
  });

  it('tells what each month brought', async () => {
    const observations = new ObservationStore(root);
    const job = sampleWorldIngestJob({ source: await coarseWorld(), observations, dataset: 'demo' });
    const { ingested } = (await job.run(parseHour('2025-02-01T05'), noSignal)) ?? {};
    expect(ingested?.files.map(({ file, stations, from, to }) => [file, stations, from, to])).toEqual([
      ['sample-world-2025-01.nc', 2, '2025-01-01T00:00Z', '2025-02-01T00:00Z'],
      ['sample-world-2025-02.nc', 2, '2025-02-01T00:00Z', '2025-02-01T06:00Z'],
    ]);
    const values = ingested?.files.reduce((sum, { observed }) => sum + observed, 0);
    expect([values, ingested?.added]).toEqual([values, values]);
    expect(ingested?.files[1].missing).toBe(0);
  });

  it('goes on where the store stands, and leaves no trace of how often it was run', async () => {
    const one = new ObservationStore(join(root, 'one'));
    const many = new ObservationStore(join(root, 'many'));
    const source = await coarseWorld();
    const slot = parseHour('2025-02-01T02');
    await sampleWorldIngestJob({ source, observations: one, dataset: 'demo' }).run(slot, noSignal);
    const job = sampleWorldIngestJob({ source, observations: many, dataset: 'demo' });
    for (const hour of [slot - 5, slot - 4, slot - 4, slot - 1, slot, slot]) await job.run(hour, noSignal);
    expect((await many.describe('demo')).to).toBe(slot + 1);
    expect((await many.read('demo')).variables).toEqual((await one.read('demo')).variables);
  });

  it('says which file ends too early', async () => {
    const source = await coarseWorld();
    const folder = join(root, 'sample-world');
    for await (const { name, bytes } of monthFiles({ resolution: 30, end: parseHour('2025-01-02') })) {
      await writeFile(join(folder, name), bytes);
    }
    const job = sampleWorldIngestJob({ source, observations: new ObservationStore(root), dataset: 'demo' });
    await expect(job.run(parseHour('2025-01-02T00'), noSignal)).rejects.toSatisfy(
      (error) => isKernelcastError(error, 'TOO_LITTLE_DATA') && String(error.where.file).endsWith('2025-01.nc'),
    );
  });
});

describe('the job that ingests an inbox', () => {
  it('takes each file once and puts it aside', async () => {
    const inbox = join(root, 'inbox');
    await mkdir(inbox);
    await writeFile(join(inbox, months[0].name), months[0].bytes);
    await writeFile(join(inbox, '.half-written.nc'), months[1].bytes.subarray(0, 1000));
    const observations = new ObservationStore(root);
    const job = ingestJob({ inbox, stations, observations, dataset: 'real', root, clock: systemClock });
    await job.run(0, noSignal);
    expect((await observations.describe('real')).to).toBe(parseHour('2025-02-01'));
    expect(await readdir(inbox)).toEqual(['.half-written.nc', 'ingested']);
    expect(Buffer.compare(await readFile(join(inbox, 'ingested', months[0].name)), months[0].bytes)).toBe(0);
    await job.run(1, noSignal);
    expect((await observations.describe('real')).sources).toEqual([months[0].name]);
  });

  it('does not let a bad file keep the others waiting, names it, and tries it again', async () => {
    const inbox = join(root, 'inbox');
    await mkdir(inbox);
    await writeFile(join(inbox, 'a-bad.nc'), 'no weather');
    await writeFile(join(inbox, months[0].name), months[0].bytes);
    const observations = new ObservationStore(root);
    const job = ingestJob({ inbox, stations, observations, dataset: 'real', root, clock: systemClock });
    await expect(job.run(0, noSignal)).rejects.toSatisfy(
      (error) => isKernelcastError(error, 'FORMAT') && String(error.where.file).endsWith('a-bad.nc'),
    );
    expect(await readdir(inbox)).toEqual(['a-bad.nc', 'ingested']);
    expect(await observations.list()).toEqual(['real']);
    await expect(job.run(1, noSignal)).rejects.toSatisfy((error) => isKernelcastError(error, 'FORMAT'));
    await writeFile(join(inbox, 'a-bad.nc'), months[1].bytes);
    await job.run(2, noSignal);
    expect((await observations.describe('real')).to).toBe(parseHour('2025-03-01'));
  });

  it('says that there is no inbox', async () => {
    const job = ingestJob({
      inbox: join(root, 'nowhere'),
      stations,
      observations: new ObservationStore(root),
      dataset: 'real',
      root,
      clock: systemClock,
    });
    await expect(job.run(0, noSignal)).rejects.toSatisfy(
      (error) => isKernelcastError(error, 'ENVIRONMENT') && String(error.where.file).endsWith('nowhere'),
    );
  });
});

describe('the job that asks sources', () => {
  it('asks for what is new and for what may have come late, and counts what it gets', async () => {
    const observations = new ObservationStore(root);
    const server = await serve((request, response) => {
      const found = months.find(({ name }) => request.url === `/${name}`);
      response.writeHead(found ? 200 : 404).end(found?.bytes);
    });
    const source = `${server.url}/sample-world-{YYYY}-{MM}.nc`;
    const clock = { now: () => parseHour('2025-02-03T09') * 3_600_000 };
    const job = ingestJob({ sources: [source], stations, observations, dataset: 'real', root, clock });
    await job.run(parseHour('2025-02-03T05'), noSignal);
    expect(await observations.describe('real')).toMatchObject({
      from: parseHour('2025-01-31T06'),
      to: parseHour('2025-02-03T06'),
    });
    await job.run(parseHour('2025-02-03T07'), noSignal);
    expect((await observations.describe('real')).to).toBe(parseHour('2025-02-03T08'));
    expect(server.requests.map(({ line }) => line)).toEqual([
      'GET /sample-world-2025-01.nc',
      'GET /sample-world-2025-02.nc',
      'GET /sample-world-2025-02.nc',
    ]);
    type Metric = { get(): Promise<{ values: { value: number; labels: object }[] }> };
    const figure = async (metric: Metric, of = source) =>
      (await metric.get()).values.find(({ labels }) => 'source' in labels && labels.source === of)?.value;
    expect([await figure(sourceFiles), await figure(sourceLag)]).toEqual([3, 2 * 3600]);
    expect(await figure(sourceErrors)).toBeUndefined();
    // One that has nothing fails the job, and keeps none of the others waiting.
    const absent = `${server.url}/nothing-{YYYY}.nc`;
    const both = ingestJob({ sources: [absent, source], stations, observations, dataset: 'real', root, clock });
    await expect(both.run(parseHour('2025-02-03T08'), noSignal)).rejects.toSatisfy((error) =>
      isKernelcastError(error, 'NOT_FOUND'),
    );
    expect((await observations.describe('real')).to).toBe(parseHour('2025-02-03T09'));
    expect(await figure(sourceErrors, absent)).toBe(1);
  });
});

describe('an inbox in a bucket', () => {
  it('is taken like a folder', async () => {
    const server = (await S3Server.start()).useIt();
    try {
      const put = (key: string, bytes: Uint8Array) =>
        server.objects.set(key, { bytes: Buffer.from(bytes), etag: '"x"', modifiedAt: 0 });
      put(`in/box/${months[0].name}`, months[0].bytes);
      put('in/box/a-bad.nc', Buffer.from('no weather'));
      const observations = new ObservationStore('s3://bucket/data');
      const inbox = 's3://bucket/in/box';
      const job = ingestJob({ inbox, stations, observations, dataset: 'real', root, clock: systemClock });
      await expect(job.run(0, noSignal)).rejects.toSatisfy((error) => isKernelcastError(error, 'FORMAT'));
      expect((await observations.describe('real')).to).toBe(parseHour('2025-02-01'));
      const left = [...server.objects.keys()].filter((key) => key.startsWith('in/'));
      expect(left).toEqual(['in/box/a-bad.nc', `in/box/ingested/${months[0].name}`]);
      expect(Buffer.compare(server.objects.get(left[1])!.bytes, months[0].bytes)).toBe(0);
    } finally {
      await server.stop();
    }
  });
});
