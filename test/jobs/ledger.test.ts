import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JobExecution, JobLedger } from '../../jobs/ledger.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { nodeFiles } from '../../src/store/files.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ledger-'));
  path = join(root, 'jobs', 'ledger.jsonl');
});
afterEach(() => rm(root, { recursive: true }));

function execution(job: string, hour: number, error: string | null = null): JobExecution {
  const at = `2025-03-01T${String(hour % 24).padStart(2, '0')}:00Z`;
  return { job, slot: at, state: error === null ? 'done' : 'failed', startedAt: at, finishedAt: at, error };
}

async function lines(): Promise<string[]> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n');
}

describe('the ledger of the jobs', () => {
  it('tells the newest execution of each job, also after it was opened anew', async () => {
    const ledger = await JobLedger.open(root);
    expect(ledger.last('ingest')).toBeUndefined();
    await ledger.append(execution('ingest', 1));
    await ledger.append(execution('forecast', 1));
    await ledger.append(execution('ingest', 2, 'no disk'));
    for (const seen of [ledger, await JobLedger.open(root)]) {
      expect(seen.last('ingest')).toEqual(execution('ingest', 2, 'no disk'));
      expect(seen.last('forecast')).toEqual(execution('forecast', 1));
      expect(seen.last('verify')).toBeUndefined();
    }
    expect(await lines()).toHaveLength(3);
  });

  it.each([1, 5, 40])('drops a last line that was cut %i bytes short, and goes on behind it', async (bytes) => {
    const ledger = await JobLedger.open(root);
    await ledger.append(execution('ingest', 1));
    await ledger.append(execution('ingest', 2));
    const { length } = await readFile(path);
    await truncate(path, length - bytes);
    const again = await JobLedger.open(root);
    // Without its line end the line is whole still.
    const kept = bytes === 1 ? 2 : 1;
    expect(again.last('ingest')).toEqual(execution('ingest', kept));
    await again.append(execution('ingest', 3));
    expect((await lines()).map((line) => JSON.parse(line).slot)).toHaveLength(kept + 1);
    expect((await JobLedger.open(root)).last('ingest')).toEqual(execution('ingest', 3));
  });

  it('passes over lines that are none of its own', async () => {
    const ledger = await JobLedger.open(root);
    await ledger.append(execution('ingest', 1));
    await appendFile(path, '\0\0\0\0\n{"job":"ingest"}\n');
    expect((await JobLedger.open(root)).last('ingest')).toEqual(execution('ingest', 1));
    expect(await lines()).toHaveLength(1);
  });

  it('keeps the end of a long ledger only', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => execution('ingest', index));
    await (await JobLedger.open(root)).append(execution('ingest', 0));
    await appendFile(path, many.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    const ledger = await JobLedger.open(root);
    expect(await lines()).toHaveLength(1_000);
    await ledger.append(execution('forecast', 5));
    expect(await lines()).toHaveLength(1_001);
    expect(ledger.last('ingest')).toEqual(many[9_999]);
  });

  it('tells a disk that fails in plain words', async () => {
    const full = { ...nodeFiles, open: () => Promise.reject(Object.assign(new Error(), { code: 'ENOSPC' })) };
    const ledger = await JobLedger.open(root);
    await ledger.append(execution('ingest', 1));
    const broken = await JobLedger.open(root, full);
    await expect(broken.append(execution('ingest', 2))).rejects.toSatisfy((error) =>
      isKernelcastError(error, 'ENVIRONMENT'),
    );
  });
});
