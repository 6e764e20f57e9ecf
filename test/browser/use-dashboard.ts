/** What the tests of the pages share: a browser, the pages built afresh, and for each test an API of its own with fixed data. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { buildPages, launch, openPage, type WatchedPage } from './browser.ts';
import { type MockApi, type MockOptions, startMockApi } from './mock-api.ts';

export interface Dashboard {
  readonly browser: Browser;
  readonly api: MockApi;
  /** Of all pages of the test. */
  readonly complaints: readonly string[];
  /** Another API in the place of the test's. */
  serve(options: Omit<MockOptions, 'pages'>): Promise<void>;
  /** A page that ends with the test. @param hash what follows the address of the pages */
  open(hash?: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

/** For all tests of the `describe` that calls it. */
export function useDashboard(options: Omit<MockOptions, 'pages'> = {}): Dashboard {
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof buildPages>>;
  let api: MockApi;
  let opened: WatchedPage[] = [];

  beforeAll(async () => {
    [browser, pages] = await Promise.all([launch(), buildPages()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await pages?.remove();
  });
  beforeEach(async () => {
    api = await startMockApi({ ...options, pages: pages.folder });
  });
  afterEach(async () => {
    await Promise.all(opened.map(({ page }) => page.context().close()));
    opened = [];
    await api.stop();
  });

  return {
    get browser() {
      return browser;
    },
    get api() {
      return api;
    },
    get complaints() {
      return opened.flatMap(({ complaints }) => complaints);
    },
    async serve(other) {
      await api.stop();
      api = await startMockApi({ ...other, pages: pages.folder });
    },
    async open(hash = '', context = {}) {
      const page = await openPage(browser, api.url + hash, context);
      opened.push(page);
      return page;
    },
  };
}
