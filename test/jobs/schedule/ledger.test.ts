import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobLedger, listLedgers } from '../../../jobs/schedule/ledger.ts';
import type { LedgerRecord } from '../../../jobs/schedule/ledger-records.ts';
import { slotText } from '../../../jobs/schedule/ledger-records.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { nodeFiles } from '../../../src/store/disk/files.ts';

const FIRST = parseHour('2025-03-01T00');
let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ledger-'));
  path = join(root, 'jobs', 'demo', 'ledger.jsonl');
});
afterEach(() => rm(root, { recursive: true }));

const common = (job: string, hour: number) => ({
  job,
  slot: slotText(FIRST + hour),
  at: new Date((FIRST + hour) * 3_600_000).toISOString(),
});
const begin = (job: string, hour: number): LedgerRecord => ({ kind: 'begin', ...common(job, hour), every: 1 });
const start = (job: string, hour: number, claim: string, attempt = 1): LedgerRecord => ({
  kind: 'start',
  ...common(job, hour),
  claim,
  attempt,
  note: null,
  trace: 'a'.repeat(32),
});
const done = (job: string, hour: number, claim: string): LedgerRecord => ({
  kind: 'done',
  ...common(job, hour),
  claim,
});

const open = () => JobLedger.open(root, 'demo');
const append = (ledger: JobLedger, ...records: LedgerRecord[]) => ledger.transact(() => records);
const lines = async () => (await readFile(path, 'utf8')).trimEnd().split('\n');
const stateOf = (ledger: JobLedger, job: string, hour: number) => ledger.states.slot(job, FIRST + hour)?.state;

describe('the ledger of the jobs', () => {
  it('tells what has become of each slot, also after it was opened anew, and in another process', async () => {
    const ledger = await open();
    const other = await open();
    expect(stateOf(ledger, 'ingest', 1)).toBeUndefined();
    await append(ledger, begin('ingest', 1), start('ingest', 1, 'a.0'));
    await append(ledger, done('ingest', 1, 'a.0'), start('forecast', 1, 'a.1'));
    await other.refresh();
    for (const seen of [ledger, other, await open()]) {
      expect(stateOf(seen, 'ingest', 1)).toBe('done');
      expect(stateOf(seen, 'forecast', 1)).toBe('running');
      expect(seen.records).toHaveLength(4);
    }
    expect(await lines()).toHaveLength(4);
    expect(await listLedgers(root)).toEqual(['demo']);
  });

  it.each([1, 5, 40])(
    'counts a last line that was cut %i bytes short for nothing, and goes on behind it',
    async (bytes) => {
      const ledger = await open();
      await append(ledger, start('ingest', 1, 'a.0'), done('ingest', 1, 'a.0'));
      await append(ledger, start('ingest', 2, 'a.1'));
      const { length } = await readFile(path);
      await truncate(path, length - bytes);
      const again = await open();
      // Without its line end the line is whole still.
      expect(stateOf(again, 'ingest', 2)).toBe(bytes === 1 ? 'running' : undefined);
      await append(again, start('ingest', 3, 'a.2'));
      const third = await open();
      expect(stateOf(third, 'ingest', 1)).toBe('done');
      expect(stateOf(third, 'ingest', 3)).toBe('running');
      // Who had it open all the time sees the same.
      await ledger.refresh();
      expect(ledger.records).toEqual(third.records);
    },
  );

  it('passes over lines that are none of its own', async () => {
    await append(await open(), start('ingest', 1, 'a.0'));
    await appendFile(path, '\0\0\0\0\n{"job":"ingest"}\n');
    const ledger = await open();
    await append(ledger, done('ingest', 1, 'a.0'));
    expect(stateOf(await open(), 'ingest', 1)).toBe('done');
  });

  it('refuses a record that has no claim, writes nothing then, and reads on where a ledger holds one', async () => {
    const ledger = await open();
    await append(ledger, start('ingest', 1, 'a.0'));
    const without = { ...start('ingest', 2, 'a.1'), claim: undefined as unknown as string };
    const refused = append(ledger, start('forecast', 2, 'a.2'), without);
    await expect(refused).rejects.toSatisfy((error) => isKernelcastError(error, 'STORE_CORRUPT'));
    expect(await lines()).toHaveLength(1);
    await appendFile(path, `${JSON.stringify(without)}\n`);
    for (const seen of [ledger, await open()]) {
      await append(seen, done('ingest', 1, 'a.0'));
      expect([stateOf(seen, 'ingest', 1), stateOf(seen, 'ingest', 2)]).toEqual(['done', undefined]);
    }
  });

  it('hears the end of an attempt only from who has the slot', async () => {
    const ledger = await open();
    await append(ledger, start('ingest', 1, 'old.0'), start('ingest', 1, 'new.0', 2), done('ingest', 1, 'old.0'));
    expect(stateOf(ledger, 'ingest', 1)).toBe('running');
    await append(ledger, done('ingest', 1, 'new.0'));
    expect(stateOf(ledger, 'ingest', 1)).toBe('done');
  });

  it('keeps of a long ledger the end, and all of what is still to be done', async () => {
    const ledger = await open();
    await append(ledger, begin('ingest', 0), begin('forecast', 0), start('forecast', 9_000, 'x.0'));
    const many: LedgerRecord[] = [];
    for (let hour = 0; hour < 4_998; hour++)
      many.push(start('ingest', hour, `a.${hour}`), done('ingest', hour, `a.${hour}`));
    await append(ledger, ...many);
    expect(ledger.records).toHaveLength(9_999);
    await append(ledger, start('ingest', 4_998, 'a.4998'), done('ingest', 4_998, 'a.4998'));
    expect((await lines()).length).toBeLessThan(1_010);
    for (const seen of [ledger, await open()]) {
      expect(stateOf(seen, 'forecast', 9_000)).toBe('running');
      expect(seen.states.job('ingest')).toMatchObject({ begin: FIRST + 4_999, newestDone: FIRST + 4_998 });
      expect(seen.states.job('forecast')?.begin).toBe(FIRST);
    }
  });

  it('lets transactions happen one after the other, whoever begins them', async () => {
    const ledgers = await Promise.all([open(), open(), open()]);
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        ledgers[index % 3].transact(({ states }) => {
          const next = (states.job('ingest')?.last ?? FIRST) - FIRST + 1;
          return [start('ingest', next, `a.${index}`)];
        }),
      ),
    );
    const ledger = await open();
    expect(ledger.records.map((record) => record.slot)).toEqual(
      Array.from({ length: 30 }, (_, index) => slotText(FIRST + index + 1)),
    );
  });

  it('knows a claim as held until it is let go or its process is gone', async () => {
    const one = await open();
    const other = await open();
    const claim = await one.claim();
    await append(one, start('ingest', 1, claim));
    const held = async (ledger: JobLedger) => {
      let answer: boolean | undefined;
      await ledger.transact(({ isHeld }) => {
        answer = isHeld(claim);
        return [];
      });
      return answer;
    };
    expect([await held(one), await held(other)]).toEqual([true, true]);
    one.letGo(claim);
    expect(await held(one)).toBe(false);
    // Another process sees only that its holder is at work still.
    expect(await held(other)).toBe(true);
    await one.close();
    expect(await held(other)).toBe(false);
  });

  it('takes the slot of a process that died on this machine for free', async () => {
    const token = 'f'.repeat(24);
    const folder = join(root, 'jobs', 'demo', 'at-work', token);
    await mkdir(folder, { recursive: true });
    const { hostname } = await import('node:os');
    const holder = { token, host: hostname(), pid: 2 ** 22 + 7, started: '1' };
    await writeFile(join(folder, 'holder.json'), JSON.stringify(holder));
    const ledger = await open();
    await append(ledger, start('ingest', 1, `${token}.0`));
    await ledger.transact(({ isHeld }) => {
      expect(isHeld(`${token}.0`)).toBe(false);
      return [];
    });
  });

  it('tells a disk that fails in plain words, and shows what is really in the file', async () => {
    await append(await open(), start('ingest', 1, 'a.0'));
    const full = {
      ...nodeFiles,
      open: (path: string, flags: string) =>
        flags === 'a' ? Promise.reject(Object.assign(new Error(), { code: 'ENOSPC' })) : nodeFiles.open(path, flags),
    } as typeof nodeFiles;
    const broken = await JobLedger.open(root, 'demo', full);
    await expect(append(broken, done('ingest', 1, 'a.0'))).rejects.toSatisfy(
      (error) => isKernelcastError(error, 'ENVIRONMENT') && /disk is full/.test(String(error.hint)),
    );
    await broken.refresh();
    expect(stateOf(broken, 'ingest', 1)).toBe('running');
  });
});
