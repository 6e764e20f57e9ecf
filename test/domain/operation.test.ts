/** What the service tells of its own operation: jobs, storage, machine, and how its models were trained. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JobAttempt } from '../../src/domain/operation.ts';
import { OPERATION as operation, startEmpty, startFilled } from '../api/support.ts';

describe('/v1/jobs', () => {
  test('tells the attempts, of one job or of one state, as many as are asked for', async () => {
    const { get } = await startEmpty({ context: { operation } });
    const jobs = async (query: string) =>
      (await get(`/v1/jobs${query}`)).body.attempts.map(({ job }: JobAttempt) => job);
    expect(await jobs('')).toEqual(['forecast', 'ingest']);
    expect(await jobs('?job=ingest')).toEqual(['ingest']);
    expect(await jobs('?state=failed')).toEqual(['forecast']);
    expect(await jobs('?limit=1')).toEqual(['forecast']);
    expect((await get('/v1/jobs?job=ingest')).body.attempts[0].ingested.files[0].rejected.range).toBe(1);
    expect((await get('/v1/jobs?state=lost')).body).toMatchObject({ status: 400, parameter: 'state' });
  });

  test('has none where nobody tells', async () => {
    const { get } = await startEmpty();
    expect((await get('/v1/jobs')).body).toEqual({ dataset: 'demo', attempts: [] });
  });
});

describe('/v1/storage', () => {
  test('tells what lies on the disk, where it came from and how much room there is', async () => {
    const { get } = await startFilled();
    const { body } = await get('/v1/storage');
    expect(body.disk).toEqual({ free_bytes: 3e9, total_bytes: 8e9 });
    expect(body.models).toEqual({ count: 1, bytes: 1 });
    expect(body.datasets).toMatchObject([
      {
        dataset: 'demo',
        to: '2025-02-20T01:00Z',
        sources: ['synthetic'],
        runs: { count: 2, oldest: '2025-02-19T18:00Z', newest: '2025-02-20T00:00Z' },
        scores: { count: 1, newest: '2025-02-18T18:00Z' },
      },
    ]);
    const [{ observations, runs }] = body.datasets;
    expect(observations.bytes).toBeGreaterThan(1000);
    expect(runs.bytes).toBeGreaterThan(1000);
  });

  test('leaves out a dataset that is damaged, and logs it', async () => {
    const { get, root, logged } = await startFilled({ context: { operation: undefined } });
    writeFileSync(join(root, 'observations', 'demo', 'manifest.json'), '{');
    expect((await get('/v1/storage')).body).toMatchObject({ datasets: [], disk: null });
    expect(logged.join()).toContain('cannot be described');
  });
});

describe('/v1/doctor', () => {
  const proxied = { headers: { 'X-Forwarded-For': '203.0.113.7' } };

  test('tells this machine, and nobody whom a proxy speaks for', async () => {
    const { get } = await startEmpty({ context: { operation } });
    expect((await get('/v1/doctor')).body).toEqual({
      checked_at: '1970-01-01T00:00:00.000Z',
      checks: [{ check: 'node', state: 'ok', found: 'v20.20.2', mend: null }],
    });
    expect(await get('/v1/doctor', proxied)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  test('says so where the service does not look', async () => {
    const { get } = await startEmpty();
    expect(await get('/v1/doctor')).toMatchObject({ status: 404, body: { hint: /kernelcast doctor/ } });
  });
});

describe('/v1/models/{id}/training', () => {
  const lines = [
    { step: 1, loss: 0.9 },
    { step: 50, loss: 0.4, validation: { loss: 0.5 } },
    { step: 100, loss: 0.3, validation: { loss: 0.45 }, isBest: true },
  ];

  async function withLog(text: string) {
    const service = await startEmpty();
    const folder = join(service.root, 'models', 'trained');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'training.jsonl'), text);
    const entry = { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
    const manifest = { kind: 'forecaster', id: 'trained', name: 'Trained', createdAt: '2025-01-01T00:00:00Z' };
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...manifest, files: { 'training.jsonl': entry } }));
    return service;
  }

  test('tells the losses and validations along the steps, and which step was kept', async () => {
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\na line for people\n`;
    const { get } = await withLog(text);
    expect((await get('/v1/models/trained/training')).body).toEqual({
      model: 'trained',
      best_step: 100,
      steps: [1, 50, 100],
      loss: [0.9, 0.4, 0.3],
      validation: [null, { loss: 0.5 }, { loss: 0.45 }],
    });
  });

  test('thins a long log, and keeps its validations', async () => {
    const long = Array.from({ length: 5000 }, (_, step) =>
      JSON.stringify({ step, loss: 1, ...(step === 4321 && { validation: { loss: 2 } }) }),
    ).join('\n');
    const { get } = await withLog(long);
    const { body } = await get('/v1/models/trained/training');
    expect(body.steps.length).toBeLessThan(410);
    expect(body.validation[body.steps.indexOf(4321)]).toEqual({ loss: 2 });
  });

  test('says so where a model came without one, and where there is no such model', async () => {
    const { get } = await startFilled();
    expect(await get('/v1/models/demo/training')).toMatchObject({ status: 404, body: { hint: /kernelcast train/ } });
    expect(await get('/v1/models/nix/training')).toMatchObject({ status: 404, body: { parameter: 'id' } });
  });
});
