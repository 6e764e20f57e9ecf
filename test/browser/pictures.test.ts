/** What every view looks like, at every size and in both schemes, beside the pictures that are kept in `pictures/`. */
import { readdir } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPages, expectText, hasChromium, openPage } from './browser.ts';
import { type MockApi, startMockApi } from './mock-api.ts';
import { openPictureBook, type PictureBook, SAME } from './picture-book.ts';

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const SCHEMES = ['light', 'dark'] as const;
/** What each shows when all of it is there. */
const VIEWS: [name: string, hash: string, there: [selector: string, text: RegExp][]][] = [
  [
    'forecast',
    '#station=amsterdam',
    [
      ['#place-name', /^Amsterdam$/],
      ['#skill-span', /36 runs/],
    ],
  ],
  [
    'globe',
    '#station=tokyo&map=globe&variable=wind_speed_10m&past=168&earlier=1&lead=18',
    [
      ['#place-name', /^Tokyo$/],
      ['#skill-span', /36 runs/],
    ],
  ],
  [
    'skill',
    '#view=skill',
    [
      ['#worst-wind', /m\/s/],
      ['#model-cards', /kept: step/],
    ],
  ],
  [
    'service',
    '#view=service',
    [
      ['#runs', /UniRepLKNet/],
      ['#machine-looked', /^Looked at/],
    ],
  ],
];
const CASES = VIEWS.flatMap((view) => SIZES.flatMap((size) => SCHEMES.map((scheme) => ({ view, size, scheme }))));
const nameOf = ([view]: (typeof VIEWS)[number], { width }: (typeof SIZES)[number], scheme: string): string =>
  `${view}-${width}-${scheme}`;

describe.skipIf(!hasChromium)('the pictures of the pages (needs Chromium)', () => {
  let book: PictureBook;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let api: MockApi;

  beforeAll(async () => {
    [book, pages] = await Promise.all([openPictureBook(), buildPages()]);
    api = await startMockApi({ pages: pages.folder, system: true });
  }, 60_000);
  afterAll(async () => {
    await book?.close();
    await api?.stop();
    await pages?.remove();
  });

  /** With a clock that stands still, and nothing that moves by itself. */
  async function show(hash: string, options: BrowserContextOptions): Promise<Page> {
    const { page } = await openPage(book.browser, 'about:blank', {
      ...options,
      locale: 'en-GB',
      reducedMotion: 'reduce',
    });
    await page.clock.setFixedTime(new Date(api.init * 3_600_000));
    await page.goto(api.url + hash);
    return page;
  }

  it.each(CASES.map((each) => [nameOf(each.view, each.size, each.scheme), each] as const))(
    '%s',
    async (name, { view: [, hash, there], size, scheme }) => {
      const page = await show(hash, { viewport: size, colorScheme: scheme, hasTouch: size.width < 500 });
      for (const [selector, text] of there) await expectText(page, selector, text, 30_000);
      expect(await book.compare(page, name)).toBe(SAME);
      await page.context().close();
    },
  );

  it('differ when a single digit on the page does, or the colour of a line', async () => {
    const page = await show('#station=amsterdam', { viewport: SIZES[1], colorScheme: 'light' });
    await expectText(page, '#skill-span', /36 runs/);
    const digit = await page.locator('#days .day-wind').first().textContent();
    await page.evaluate(() => {
      const wind = document.querySelector('#days .day-wind')?.lastChild;
      if (wind) wind.textContent = String(wind.textContent).replace(/\d/, '9');
    });
    expect(await page.locator('#days .day-wind').first().textContent()).not.toBe(digit);
    expect(await book.compare(page, 'forecast-1280-light')).toMatch(/\d+ pixels differ/);
    await page.context().close();
  });

  it('are all of views that there are', async () => {
    const kept = (await readdir(new URL('pictures', import.meta.url))).filter((name) => name.endsWith('.webp'));
    expect(kept.sort()).toEqual(CASES.map(({ view, size, scheme }) => `${nameOf(view, size, scheme)}.webp`).sort());
  });
});
