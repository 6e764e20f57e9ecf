import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { JobLedger } from '../../jobs/schedule/ledger.ts';
import { slotText } from '../../jobs/schedule/ledger-records.ts';
import { registerJobs } from '../../src/cli/jobs.ts';
import { registerStore } from '../../src/cli/store.ts';
import { packageRoot } from '../../src/config.ts';
import { parseHour } from '../../src/domain/time.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { temporaryFolder } from '../store/support.ts';

const SLOT = parseHour('2024-02-01T02');
const at = '2024-02-01T02:00:01.000Z';
let root: string;
let said: string;
beforeEach(async () => {
  root = temporaryFolder();
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  cpSync(join(packageRoot(), 'test', 'fixtures', 'store-version-1'), root, { recursive: true });
  const ledger = await JobLedger.open(root, 'demo');
  const slot = slotText(SLOT);
  await ledger.transact(() => [
    { kind: 'begin', job: 'forecast', slot, every: 1, at },
    {
      kind: 'start',
      job: 'forecast',
      slot,
      at,
      claim: 'a.0',
      attempt: 3,
      note: 'without ingest',
      trace: 'f'.repeat(32),
    },
    { kind: 'failed', job: 'forecast', slot, at, claim: 'a.0', error: 'the disk is full', isLast: true },
  ]);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function kernelcast(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  registerJobs(program);
  registerStore(program);
  said = '';
  await program.parseAsync([...args, '--data', root], { from: 'user' });
  return said;
}

describe('kernelcast jobs', () => {
  test('lists how each job stands, and what went wrong', async () => {
    expect(await kernelcast('jobs', 'list')).toBe(
      `forecast  dead     2024-02-01T02:00Z  ended ${at}\n          the disk is full\n`,
    );
    const { jobs } = JSON.parse(await kernelcast('jobs', 'list', '--json'));
    expect(jobs).toMatchObject([{ name: 'forecast', state: 'dead', last_error: 'the disk is full', open_slots: [] }]);
  });

  test('tells what the jobs did, the newest last', async () => {
    const lines = (await kernelcast('jobs', 'log', 'forecast', '--lines', '2')).trimEnd().split('\n');
    expect(lines[0]).toBe(`${at}  forecast 2024-02-01T02:00Z  start   attempt 3  without ingest`);
    expect(lines[1]).toBe(`${at}  forecast 2024-02-01T02:00Z  failed  (dead) the disk is full`);
    expect(await kernelcast('jobs', 'log', 'verify')).toBe('');
  });

  test('asks for a dead slot again', async () => {
    await kernelcast('jobs', 'retry', 'forecast', '2024-02-01T02:00Z');
    expect((await JobLedger.open(root, 'demo')).states.slot('forecast', SLOT)).toMatchObject({
      state: 'open',
      attempt: 0,
    });
    const { jobs } = JSON.parse(await kernelcast('jobs', 'list', '--json'));
    expect(jobs[0].open_slots).toEqual([{ slot: '2024-02-01T02:00Z', state: 'open', attempt: 0 }]);
  });

  test('asks for all slots from one on, as after a clock that was ahead', async () => {
    const ledger = await JobLedger.open(root, 'demo');
    const ahead = slotText(SLOT + 24);
    await ledger.transact(() => [
      { kind: 'skipped', job: 'forecast', slot: slotText(SLOT + 1), to: ahead, reason: 'missed', at },
    ]);
    await kernelcast('jobs', 'retry', 'forecast', slotText(SLOT + 2), '--and-after');
    const { states } = await JobLedger.open(root, 'demo');
    expect([0, 1, 2, 24].map((hours) => states.slot('forecast', SLOT + hours)?.state)).toEqual([
      'dead',
      'skipped',
      undefined,
      undefined,
    ]);
    expect(states.job('forecast')?.begin).toBe(SLOT + 2);
  });

  test('does a slot now, and writes its end down', async () => {
    await kernelcast('jobs', 'run', 'verify', '--slot', '2024-02-01T03:00Z', '--dataset', 'demo');
    expect(said).toBe('verify 2024-02-01T03:00Z: done\n');
    expect((await JobLedger.open(root, 'demo')).states.slot('verify', SLOT + 1)).toMatchObject({ state: 'done' });
  });

  test('names the jobs and datasets that there are', async () => {
    await expect(kernelcast('jobs', 'retry', 'bake', '2024-02-01T02:00Z')).rejects.toSatisfy((error) =>
      isKernelcastError(error, 'USAGE'),
    );
    mkdirSync(join(root, 'jobs', 'other'));
    await expect(kernelcast('jobs', 'list')).rejects.toSatisfy(
      (error) => isKernelcastError(error, 'USAGE') && error.where.datasets === 'demo, other',
    );
  });
});

describe('kernelcast store', () => {
  const run = () => join(root, 'runs', 'demo', '2024-02-01T02Z', 'one.arrow');

  test('says that all is whole, and exits with 74 where it is not, until it is repaired', async () => {
    expect(await kernelcast('store', 'check')).toMatch(/4 files and \d+ bytes are as their manifests say; 0 damaged/);
    expect(process.exitCode).toBeUndefined();
    writeFileSync(run(), readFileSync(run()).fill(255, 100, 101));
    const found = await kernelcast('store', 'check');
    expect(found).toMatch(/^run: .*2024-02-01T02Z: .*SHA-256/);
    expect(found).toMatch(/--repair/);
    expect(process.exitCode).toBe(74);
    process.exitCode = undefined;
    expect(await kernelcast('store', 'check', '--repair')).toMatch(/put aside in .*damaged/);
    expect(process.exitCode).toBeUndefined();
    expect(await kernelcast('store', 'check')).toMatch(/0 damaged/);
  });

  test('names what is to be ingested anew', async () => {
    const [segment] = JSON.parse(readFileSync(join(root, 'observations', 'demo', 'manifest.json'), 'utf8')).months;
    writeFileSync(join(root, 'observations', 'demo', segment.file), 'nothing');
    const told = await kernelcast('store', 'check', '--repair');
    expect(told).toMatch(/demo: 2024-01-31T18:00Z to 2024-01-31T23:00Z may have lost values/);
    expect(told).toMatch(/kernelcast ingest --dataset demo with: first.nc/);
  });

  test('backs up and restores', async () => {
    const backup = join(root, 'backup');
    expect(await kernelcast('store', 'backup', backup)).toMatch(/^\d+ files, \d+ bytes, in /);
    const again = join(temporaryFolder(), 'again');
    const program = new Command().exitOverride();
    registerStore(program);
    await program.parseAsync(['store', 'restore', backup, '--data', again], { from: 'user' });
    expect((await JobLedger.open(again, 'demo')).states.slot('forecast', SLOT)?.state).toBe('dead');
  });
});
