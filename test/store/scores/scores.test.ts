import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import type { ScoreRow } from '../../../src/domain/scoring.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { fileEntry } from '../../../src/store/manifest.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';
import { temporaryFolder } from '../support.ts';

const INIT = Date.UTC(2024, 2, 1, 6) / 3_600_000;
const rows: ScoreRow[] = ['network', 'persistence'].flatMap((model) =>
  [1, 2, 24].map(
    (lead): ScoreRow => ({
      model,
      variable: 'temperature_2m',
      lead,
      count: 600,
      sumSquaredError: 0.1 + lead,
      sumAbsoluteError: 1 / 3,
      sumError: -lead,
    }),
  ),
);

test('scores come back to the last digit, in their order', async () => {
  const root = temporaryFolder();
  expect(await new ScoreStore(root).publish('demo', INIT, rows)).toBe('published');
  expect(await new ScoreStore(root).read('demo', INIT)).toEqual(rows);
  expect(await new ScoreStore(root).list('demo')).toEqual([INIT]);
});

test('the scores of forecasts with quantiles come back; models without have none', async () => {
  const root = temporaryFolder();
  const uncertain = { ...rows[0], quantiles: { count: 599, sumCrps: 1 / 7, inside50: 300, inside80: 480 } };
  await new ScoreStore(root).publish('demo', INIT, [uncertain, rows[1]]);
  expect(await new ScoreStore(root).read('demo', INIT)).toEqual([uncertain, rows[1]]);
});

test('files from before forecasts had quantiles are read', async () => {
  const root = temporaryFolder();
  await new ScoreStore(root).publish('demo', INIT, rows);
  const folder = join(root, 'scores', 'demo', '2024-03-01T06Z');
  const table = tableFromIPC(readFileSync(join(folder, 'scores.arrow')));
  const old = tableToIPC(table.select(table.schema.names.slice(0, 7)), 'file');
  expect(tableFromIPC(old).schema.names).toEqual(Object.keys(rows[0]));
  writeFileSync(join(folder, 'scores.arrow'), old);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, file: fileEntry(old) }));
  expect(await new ScoreStore(root).read('demo', INIT)).toEqual(rows);
});

test('scores are written once', async () => {
  const store = new ScoreStore(temporaryFolder());
  await store.publish('demo', INIT, rows);
  expect(await store.publish('demo', INIT, [])).toBe('exists');
  expect(await store.read('demo', INIT)).toHaveLength(6);
});

test('a run of which nothing could be scored has no rows', async () => {
  const store = new ScoreStore(temporaryFolder());
  await store.publish('demo', INIT, []);
  expect(await store.read('demo', INIT)).toEqual([]);
});

test('scores that are not there, or damaged, are told', async () => {
  const root = temporaryFolder();
  const store = new ScoreStore(root);
  await expect(store.read('demo', INIT)).rejects.toThrow(/no scored run of 'demo' at 2024-03-01T06:00Z/);
  await store.publish('demo', INIT, rows);
  const path = join(root, 'scores', 'demo', '2024-03-01T06Z', 'scores.arrow');
  const bytes = readFileSync(path);
  bytes[400] ^= 1;
  writeFileSync(path, bytes);
  const error = await store.read('demo', INIT).catch((reason: unknown) => reason);
  expect(isKernelcastError(error, 'STORE_CORRUPT') && error.where.file).toBe(path);
});
