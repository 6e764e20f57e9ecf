import { expect, test } from 'vitest';
import { buildPages } from './browser.ts';
import { firstViewBytes } from './first-view.ts';

/** kB of script in gzip; what comes later is fetched when somebody opens it. */
const BUDGET = 145;

test(`the first view of the page takes at most ${BUDGET} kB of script`, async () => {
  const pages = await buildPages();
  try {
    const { kB, files } = await firstViewBytes(pages.folder);
    expect(files.length).toBeGreaterThan(0);
    expect(kB).toBeGreaterThan(20);
    expect(kB).toBeLessThanOrEqual(BUDGET);
  } finally {
    await pages.remove();
  }
});
