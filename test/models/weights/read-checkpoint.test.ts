import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PTH_TO_SAFETENSORS, readCheckpoint } from '../../../models/weights/read-checkpoint.ts';
import { encodeSafetensors } from '../../../models/weights/safetensors.ts';
import { packageRoot } from '../../../src/config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelcast-checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

test('a checkpoint is read from the disk', async () => {
  const tensors = new Map([['head.bias', { shape: [2], values: Float32Array.of(1, 2) }]]);
  expect((await readCheckpoint(await file('good.safetensors', encodeSafetensors(tensors)))).tensors).toEqual(tensors);
});

test('a file that is not there is named', async () => {
  const path = join(folder, 'nowhere.safetensors');
  await expect(readCheckpoint(path)).rejects.toMatchObject({ code: 'NOT_FOUND', where: { file: path } });
});

test.each([
  ['as it writes now', [0x50, 0x4b, 0x03, 0x04]],
  ['as it wrote before', [0x80, 0x02, 0x8a, 0x0a]],
])("PyTorch's own file, %s, is not run but told how to convert", async (_, mark) => {
  const path = await file('checkpoint.pth', Uint8Array.of(...mark, ...new Uint8Array(60)));
  await expect(readCheckpoint(path)).rejects.toMatchObject({
    code: 'MODEL',
    hint: expect.stringContaining(PTH_TO_SAFETENSORS),
  });
});

test('the way from a .pth that the documentation shows is the one that an error shows', async () => {
  const page = await readFile(join(packageRoot(), 'models', 'README.md'), 'utf8');
  expect(page).toContain(`    ${PTH_TO_SAFETENSORS}\n`);
});
