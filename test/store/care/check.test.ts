import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/config.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { backUp, restore } from '../../../src/store/care/backup.ts';
import { checkStore } from '../../../src/store/care/check.ts';
import { repairStore } from '../../../src/store/care/repair.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';
import { seriesOf, station, temporaryFolder } from '../support.ts';

const FEBRUARY = Date.UTC(2024, 1, 1) / 3_600_000;
const INIT = FEBRUARY + 2;
const stations = ['a', 'b'].map((id) => station(id));

let root: string;
let folder: string;
beforeEach(async () => {
  root = temporaryFolder();
  folder = join(root, 'observations', 'demo');
  // Observations of two months, a run and its scores.
  cpSync(join(packageRoot(), 'test', 'fixtures', 'store-version-1'), root, { recursive: true });
  await new ObservationStore(root).merge(
    'demo',
    seriesOf(stations, FEBRUARY + 12, 1, () => 99),
    { source: 'next.nc' },
  );
});

function damage(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(path, bytes);
}

const segment = (from: number) => {
  const { segments } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  return join(folder, segments.find((entry: { from: number }) => entry.from === from).file);
};
const run = () => join(root, 'runs', 'demo', '2024-02-01T02Z');
const kinds = async () => (await checkStore(root)).findings.map(({ kind }) => kind);

describe('checking a store', () => {
  test('reads every file that a manifest lists, and finds nothing where nothing is', async () => {
    const { checked, bytes, findings } = await checkStore(root);
    expect(findings).toEqual([]);
    expect(checked).toBe(5);
    expect(bytes).toBeGreaterThan(5_000);
  });

  test('is clean where there is no store', async () => {
    expect(await checkStore(join(root, 'nowhere'))).toEqual({ checked: 0, bytes: 0, findings: [] });
  });

  test('names what is damaged, wherever a bit is another, a file is gone or a manifest is none', async () => {
    damage(segment(FEBRUARY + 12));
    damage(join(run(), 'one.arrow'));
    rmSync(join(root, 'scores', 'demo', '2024-02-01T02Z', 'scores.arrow'));
    mkdirSync(join(root, 'models', 'mine'), { recursive: true });
    writeFileSync(join(root, 'models', 'mine', 'model.json'), '{}');
    const { findings } = await checkStore(root);
    expect(findings.map(({ kind }) => kind)).toEqual(['segment', 'run', 'scores', 'model']);
    expect(findings[0]).toMatchObject({ dataset: 'demo', problem: expect.stringContaining('SHA-256') });
    writeFileSync(join(folder, 'manifest.json'), '{"format"');
    expect(await kinds()).toContain('dataset');
  });

  test('finds what crashes left behind, once it is old, and leaves a writer at work alone', async () => {
    for (const name of ['.tmp-0123456789abcdef', '2024-02.00000000.arrow']) writeFileSync(join(folder, name), 'half');
    expect(await kinds()).toEqual([]);
    const old = new Date(Date.now() - 2 * 3_600_000);
    for (const name of ['.tmp-0123456789abcdef', '2024-02.00000000.arrow']) utimesSync(join(folder, name), old, old);
    const { findings } = await checkStore(root);
    expect(findings.map(({ kind }) => kind)).toEqual(['leftover', 'leftover']);
    await repairStore(root, findings);
    expect(await kinds()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('.tmp'))).toEqual([]);
  });
});

describe('repairing a store', () => {
  test('lets the rest be read, keeps what was damaged, and says which hours to ingest anew', async () => {
    const bad = segment(FEBRUARY + 12);
    damage(bad);
    await expect(new ObservationStore(root).read('demo')).rejects.toSatisfy((error) =>
      isKernelcastError(error, 'STORE_CORRUPT'),
    );
    const { aside, missing, left } = await repairStore(root, (await checkStore(root)).findings);
    expect(left).toEqual([]);
    expect(missing).toMatchObject([
      { dataset: 'demo', segments: [{ from: FEBRUARY + 12, hours: 1 }], sources: ['first.nc', 'next.nc'] },
    ]);
    expect(existsSync(join(aside!, 'observations', 'demo', bad.split('/').at(-1)!))).toBe(true);
    expect(await kinds()).toEqual([]);
    const store = new ObservationStore(root);
    expect((await store.read('demo')).hours).toBe(18);
    await store.merge(
      'demo',
      seriesOf(stations, FEBRUARY + 12, 1, () => 99),
      { source: 'next.nc' },
    );
    expect((await new ObservationStore(root).read('demo')).hours).toBe(19);
  });

  test('takes damaged runs and scores away, so that they are made anew', async () => {
    damage(join(run(), 'one.arrow'));
    damage(join(root, 'scores', 'demo', '2024-02-01T02Z', 'scores.arrow'));
    await repairStore(root, (await checkStore(root)).findings);
    expect(await new RunStore(root).list('demo')).toEqual([]);
    expect(await new ScoreStore(root).list('demo')).toEqual([]);
    expect(await kinds()).toEqual([]);
  });

  test('leaves to a person what it cannot put right', async () => {
    writeFileSync(join(folder, 'manifest.json'), 'no');
    const { left } = await repairStore(root, (await checkStore(root)).findings);
    expect(left.map(({ kind }) => kind)).toEqual(['dataset']);
  });
});

describe('a backup', () => {
  const there = () => join(root, '..', `${root.split('/').at(-1)}-backup`);

  test('comes back as the same store', async () => {
    mkdirSync(join(root, 'jobs', 'demo'));
    writeFileSync(join(root, 'jobs', 'demo', 'ledger.jsonl'), '{"kind":"begin"}\n{"kind":"st');
    try {
      const { files } = await backUp(root, there());
      expect(files).toBe(9);
      const again = join(temporaryFolder(), 'data');
      expect((await restore(there(), again)).files).toBe(9);
      const { checked, findings } = await checkStore(again);
      expect([checked, findings]).toEqual([5, []]);
      expect((await new ObservationStore(again).read('demo')).variables).toEqual(
        (await new ObservationStore(root).read('demo')).variables,
      );
      expect((await new RunStore(again).read('demo', INIT, 'one')).hours).toBe(4);
      expect(readFileSync(join(again, 'jobs', 'demo', 'ledger.jsonl'), 'utf8')).toBe('{"kind":"begin"}\n');
    } finally {
      rmSync(there(), { recursive: true, force: true });
    }
  });

  test('is whole, though the store changes while it is taken', async () => {
    const store = new ObservationStore(root);
    const changes = (async () => {
      for (let hour = 13; hour < 60; hour++) {
        await store.merge(
          'demo',
          seriesOf(stations, FEBRUARY + hour, 1, () => hour),
          { source: 'live' },
        );
      }
    })();
    try {
      await backUp(root, there());
      await changes;
      const again = join(temporaryFolder(), 'data');
      await restore(there(), again);
      expect((await checkStore(again)).findings).toEqual([]);
    } finally {
      await changes;
      rmSync(there(), { recursive: true, force: true });
    }
  });

  test('that is damaged or broken off is refused, and nothing is made of it', async () => {
    const again = join(temporaryFolder(), 'data');
    try {
      await backUp(root, there());
      const copied = join(there(), 'files', 'runs', 'demo', '2024-02-01T02Z', 'one.arrow');
      damage(copied);
      await expect(restore(there(), again)).rejects.toSatisfy((error) => isKernelcastError(error, 'STORE_CORRUPT'));
      rmSync(join(there(), 'backup.json'));
      await expect(restore(there(), again)).rejects.toSatisfy((error) => isKernelcastError(error, 'NOT_FOUND'));
      expect(existsSync(again)).toBe(false);
    } finally {
      rmSync(there(), { recursive: true, force: true });
    }
  });

  test('goes to an empty folder only, and comes back to one only', async () => {
    await expect(backUp(root, folder)).rejects.toSatisfy((error) => isKernelcastError(error, 'USAGE'));
    try {
      await backUp(root, there());
      await expect(restore(there(), root)).rejects.toSatisfy((error) => isKernelcastError(error, 'USAGE'));
    } finally {
      rmSync(there(), { recursive: true, force: true });
    }
  });
});
