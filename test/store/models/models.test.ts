import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isKernelcastError } from '../../../src/errors.ts';
import { ModelStore } from '../../../src/store/models/models.ts';
import { temporaryFolder } from '../support.ts';

function place(parent: string, folder: string, fields: object): void {
  mkdirSync(join(parent, 'models', folder), { recursive: true });
  const manifest = { kind: 'forecaster', name: 'A model', createdAt: '2025-01-01T00:00:00Z', files: {}, ...fields };
  writeFileSync(join(parent, 'models', folder, 'model.json'), JSON.stringify(manifest));
}

test('models are found in all folders, the first of an id counts, their own fields pass through', async () => {
  const [pretrained, own] = [temporaryFolder(), temporaryFolder()];
  place(pretrained, 'demo', { id: 'demo', architecture: { depth: 3 } });
  place(own, 'demo', { id: 'demo', name: 'another' });
  place(own, 'mine', { id: 'mine' });
  mkdirSync(join(own, 'models', '.tmp-0000000000000000'));
  mkdirSync(join(own, 'models', 'empty'));
  const store = new ModelStore([pretrained, own, join(own, 'not-there')].map((root) => ({ root, folder: 'models' })));
  const models = await store.list();
  expect(models.map(({ folder, manifest }) => [folder, manifest.id, manifest.name])).toEqual([
    [join(pretrained, 'models', 'demo'), 'demo', 'A model'],
    [join(own, 'models', 'mine'), 'mine', 'A model'],
  ]);
  expect((await store.find('demo')).manifest.architecture).toEqual({ depth: 3 });
  await expect(store.find('gfs')).rejects.toThrow(expect.objectContaining({ hint: 'Models: demo, mine.' }));
});

test('a model.json that is none is told by its field', async () => {
  const folder = temporaryFolder();
  place(folder, 'bad', { id: '../up' });
  const error = await new ModelStore([{ root: folder, folder: 'models' }]).list().catch((reason: unknown) => reason);
  expect(isKernelcastError(error, 'STORE_CORRUPT') && error.where).toEqual({
    file: join(folder, 'models', 'bad', 'model.json'),
    field: 'id',
  });
});
