/** The file system fails at each call of a merge in turn; readers see the old state or the new one, and the next merge works. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Series } from '../../src/domain/series.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { type Files, nodeFiles } from '../../src/store/disk/files.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { type Fault, faultyFiles, seriesOf, station, temporaryFolder } from './support.ts';

const FEBRUARY = Date.UTC(2024, 1, 1) / 3_600_000;
const stations = ['a', 'b'].map((id) => station(id));
const state = (value: number): Series => seriesOf(stations, FEBRUARY - 2, 4, () => value);
const valuesOf = async (store: ObservationStore) => [
  ...new Set((await store.read('demo')).variables.temperature_2m!.values),
];

async function pointsOf(fault: Fault, code: string, hasDataset: boolean): Promise<number> {
  for (let failing = 0; ; failing++) {
    const root = temporaryFolder();
    if (hasDataset) await new ObservationStore(root).merge('demo', state(1), { source: 'first' });
    const { files, calls } = faultyFiles(failing, fault, code);
    const failed = await new ObservationStore(root, { files, waitMs: 0 }).merge('demo', state(2), { source: 's' }).then(
      () => undefined,
      (error: unknown) => error ?? new Error('rejected with nothing'),
    );
    const at = `call ${failing}, ${calls[failing]}`;
    const survivor = new ObservationStore(root, { waitMs: 0 });
    const names = await survivor.list();
    const values = names.length > 0 ? await valuesOf(survivor) : [];
    expect([...(hasDataset ? ['1'] : ['']), '2'], at).toContain(values.join());
    if (failed === undefined) expect(values, at).toEqual([2]);
    else expect(isKernelcastError(failed, 'ENVIRONMENT'), `${at}: ${failed}`).toBe(true);

    await survivor.merge('demo', state(3), { source: 's' });
    expect(await valuesOf(new ObservationStore(root)), at).toEqual([3]);
    const left = readdirSync(join(root, 'observations', 'demo')).filter((name) => !name.startsWith('.tmp-'));
    expect(left, at).toHaveLength(3);
    if (calls.length <= failing) return failing;
  }
}

describe.each([true, false])('merging into a dataset (that exists: %s)', (hasDataset) => {
  test.each<[Fault, string]>([
    ['error', 'EIO'],
    ['short-write', 'ENOSPC'],
    ['crash', 'EIO'],
  ])('leaves the old or the new state: %s, %s', async (fault, code) => {
    expect(await pointsOf(fault, code, hasDataset)).toBeGreaterThan(30);
  });
});

test('the manifest is replaced only after all of its files are durable', async () => {
  const root = temporaryFolder();
  const { files, calls } = faultyFiles();
  await new ObservationStore(root, { files }).merge('demo', state(1), { source: 's' });
  // The lock is a folder; it comes and goes by renames too.
  const isFile = (call: string) => calls.includes(call.replace('rename', 'open'));
  const renames = calls.flatMap((call, i) => (call.startsWith('rename') && isFile(call) ? [i] : []));
  expect(renames).toHaveLength(3);
  const folder = join(root, 'observations', 'demo');
  for (const index of renames) {
    const temporary = calls[index].split(' ')[1];
    expect(calls.slice(0, index)).toContain(`sync ${temporary}`);
    expect(calls.slice(index, index + 4)).toContain(`sync ${folder}`);
  }
});

test('a merge that lost its lock does not commit', async () => {
  const root = temporaryFolder();
  await new ObservationStore(root).merge('demo', state(1), { source: 'first' });
  const holder = join(root, 'observations', 'demo', '.lock', 'holder.json');
  const files: Files = {
    ...nodeFiles,
    rename: async (from, to) => {
      await nodeFiles.rename(from, to);
      if (String(to).endsWith('.arrow'))
        writeFileSync(holder, readFileSync(holder, 'utf8').replace(/[0-9a-f]{24}/, 'x'));
    },
  };
  const merged = new ObservationStore(root, { files }).merge('demo', state(2), { source: 'second' });
  await expect(merged).rejects.toThrow(expect.objectContaining({ code: 'BUSY' }));
  expect(await valuesOf(new ObservationStore(root))).toEqual([1]);
});

test('a reader of a dataset that cannot be read says so', async () => {
  const root = temporaryFolder();
  await new ObservationStore(root).merge('demo', state(1), { source: 's' });
  const denied = new ObservationStore(root, {
    files: {
      ...nodeFiles,
      readFile: (async () => {
        throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      }) as unknown as typeof nodeFiles.readFile,
    },
  });
  const error = await denied.read('demo').catch((reason: unknown) => reason);
  expect(isKernelcastError(error, 'ENVIRONMENT') && error.hint).toMatch(/permissions/);
});
