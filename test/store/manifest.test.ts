import { expect, test } from 'vitest';
import { checkEntry, fileEntry } from '../../src/store/manifest.ts';

const MEGABYTE = 2 ** 20;

test.each([0, 1, 4 * MEGABYTE, 4 * MEGABYTE + 1, 9 * MEGABYTE])(
  '%d bytes are verified to the last one',
  async (size) => {
    const bytes = new Uint8Array(size).fill(7);
    const entry = fileEntry(bytes);
    expect(await checkEntry(bytes, 'file', entry)).toBe(bytes);
    if (size === 0) return;
    bytes[size - 1]++;
    await expect(checkEntry(bytes, 'file', entry)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      where: { file: 'file' },
    });
  },
);

test('others have their turn while a large file is verified', async () => {
  const bytes = new Uint8Array(40 * MEGABYTE);
  const entry = fileEntry(bytes);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await checkEntry(bytes, 'file', entry);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
});
