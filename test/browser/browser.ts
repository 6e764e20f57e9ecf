/** Chromium for the browser tests, and the pages built afresh for them. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Tests skip by this name where there is no browser. */
export const hasChromium = existsSync(executablePath);

/** Where pictures of the pages go, for a person to look at. */
export const PICTURES = process.env.KERNELCAST_PICTURES ?? join(tmpdir(), 'kernelcast-pictures');

/** @param more arguments and environment of this one besides those of all */
export function launch(more: { args?: readonly string[]; env?: Record<string, string> } = {}): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-quic',
    '--no-first-run',
    '--disable-component-update',
    '--disable-sync',
    ...(more.args ?? []),
  ];
  return chromium.launch({ executablePath, args, env: { ...process.env, ...more.env } as Record<string, string> });
}

const root = fileURLToPath(new URL('../../dashboards', import.meta.url));
const configFile = join(root, 'vite.config.ts');

/** Builds the pages into a folder of their own, so that no test ever looks at an old build. */
export async function buildPages(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'kernelcast-pages-'));
  await build({ root, configFile, logLevel: 'warn', build: { outDir: folder } });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Builds the pages to where the service looks for them. */
export async function buildIntoDist(): Promise<void> {
  await build({ root, configFile, logLevel: 'warn' });
}

export interface WatchedPage {
  page: Page;
  /** What went wrong inside: errors thrown, messages of the console, requests to anywhere but the service. */
  complaints: string[];
}

/** A page of its own, in UTC unless told otherwise, that writes down whatever goes wrong in it. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin)) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints };
}

/** Waits until an element's text is what it should be; fails telling what it was. */
export async function expectText(page: Page, selector: string, wanted: string | RegExp, timeout = 8000): Promise<void> {
  const fits = (text: string): boolean => (typeof wanted === 'string' ? text === wanted : wanted.test(text));
  const deadline = Date.now() + timeout;
  let text = '';
  while (Date.now() < deadline) {
    text = ((await page.locator(selector).textContent()) ?? '').trim();
    if (fits(text)) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`${selector} says '${text}', not ${wanted}`);
}

/** Waits until the address carries the view: it follows once the person's hand rests. */
export async function expectHash(page: Page, wanted: string | RegExp): Promise<void> {
  const fits = (hash: string): boolean => (typeof wanted === 'string' ? hash === wanted : wanted.test(hash));
  const deadline = Date.now() + 8000;
  const hashNow = (): string => new URL(page.url()).hash;
  while (Date.now() < deadline && !fits(hashNow())) await page.waitForTimeout(50);
  if (!fits(hashNow())) throw new Error(`the address ends in '${hashNow()}', not in ${wanted}`);
}

export async function savePicture(page: Page, name: string, fullPage = false): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
}
