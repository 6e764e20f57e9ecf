import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { artefactSchema, readArtefact, writeArtefact } from '../../../models/weights/artefact.ts';

const MANIFEST = {
  kind: 'backbone',
  id: 'toy',
  name: 'A toy',
  createdAt: '2025-01-01T00:00:00.000Z',
  architecture: { depths: [1, 2] },
} as const;
const FILES = new Map([
  ['weights.safetensors', new Uint8Array([1, 2, 3])],
  ['model.onnx', new Uint8Array([4])],
]);

describe('model artefact', () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'artefact-'));
    folder = join(root, 'models', 'toy');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('comes back as it was written, further fields of the manifest included', async () => {
    await writeArtefact(folder, { ...MANIFEST, trainedOn: 'sample' }, FILES);
    const artefact = await readArtefact(folder, artefactSchema.extend({ trainedOn: z.string() }));
    expect(artefact.manifest).toMatchObject({ ...MANIFEST, trainedOn: 'sample' });
    expect([...(await artefact.read('weights.safetensors'))]).toEqual([1, 2, 3]);
    expect([...(await artefact.read('model.onnx'))]).toEqual([4]);
  });

  it('leaves nothing beside itself and is never replaced', async () => {
    await writeArtefact(folder, MANIFEST, FILES);
    await expect(writeArtefact(folder, { ...MANIFEST, name: 'Another' }, FILES)).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(await readdir(join(root, 'models'))).toEqual(['toy']);
    expect((await readArtefact(folder, artefactSchema)).manifest.name).toBe('A toy');
  });

  it('names the file that is shorter than its manifest says', async () => {
    await writeArtefact(folder, MANIFEST, FILES);
    await truncate(join(folder, 'weights.safetensors'), 2);
    const artefact = await readArtefact(folder, artefactSchema);
    await expect(artefact.read('weights.safetensors')).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      where: { file: join(folder, 'weights.safetensors') },
    });
  });

  it('names the file whose content has changed', async () => {
    await writeArtefact(folder, MANIFEST, FILES);
    await writeFile(join(folder, 'model.onnx'), new Uint8Array([5]));
    const artefact = await readArtefact(folder, artefactSchema);
    await expect(artefact.read('model.onnx')).rejects.toMatchObject({ code: 'STORE_CORRUPT', message: /SHA-256/ });
  });

  it('names the field of the manifest that is wrong', async () => {
    await writeArtefact(folder, { ...MANIFEST, id: '' }, FILES);
    await expect(readArtefact(folder, artefactSchema)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      where: { field: 'id' },
    });
    await writeFile(join(folder, 'model.json'), '{"kind":');
    await expect(readArtefact(folder, artefactSchema)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: /not JSON/,
    });
  });

  it('says where there is no model', async () => {
    await expect(readArtefact(join(root, 'none'), artefactSchema)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
