/**
 * `npm run bench -- dashboard`: what the page costs in headless Chromium, against the mocked API: JavaScript of the first view
 * (gzip), time to the first chart on a cold load, a step of the lead hour and panning with 4,000 stations on the map, and the
 * longest task after the load. Needs Chromium.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { KernelcastError } from '../../src/errors.ts';
import { buildPages, expectText, hasChromium, launch } from '../browser/browser.ts';
import { firstViewBytes } from '../browser/first-view.ts';
import { startMockApi } from '../browser/mock-api.ts';
import { report, summarise } from './measure.ts';

const STATIONS = 4000;
const LOADS = 5;

export async function run(): Promise<void> {
  if (!hasChromium) {
    throw new KernelcastError('ENVIRONMENT', 'there is no Chromium here', { hint: 'CHROMIUM names its path.' });
  }
  const pages = await buildPages();
  const browser = await launch();
  const api = await startMockApi({ pages: pages.folder, stations: STATIONS, system: true });
  try {
    report({ bench: 'dashboard', what: 'JavaScript of the first view, gzip', ...(await firstViewBytes(pages.folder)) });
    const chart = [];
    for (let load = 0; load < LOADS; load++) chart.push(await coldLoad(browser, `${api.url}#station=amsterdam`));
    const first = { stations: api.stations.length, ...summarise(chart), unit: 'ms' };
    report({ bench: 'dashboard', what: 'first chart, cold load', ...first });
    for (const map of ['flat', 'globe']) await measureMap(browser, api.url, map, api.stations.length);
  } finally {
    await browser.close();
    await api.stop();
    await pages.remove();
  }
}

async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  // tsx names functions by a helper of its own, which the functions that run in the page would miss.
  await context.addInitScript('globalThis.__name = (made) => made');
  return context;
}

/** Milliseconds from the request of the page until its chart has pixels. */
async function coldLoad(browser: Browser, url: string): Promise<number> {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = (): void => {
      const name = document.getElementById('place-name')?.textContent;
      if (name && name !== '–') performance.mark('first-chart');
      else requestAnimationFrame(look);
    };
    addEventListener('DOMContentLoaded', look);
  });
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('first-chart').length > 0);
  const time = await page.evaluate(() => performance.getEntriesByName('first-chart')[0].startTime);
  await context.close();
  return Math.round(time);
}

async function measureMap(browser: Browser, url: string, map: string, stations: number): Promise<void> {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(`${url}#station=amsterdam&map=${map}`);
  await expectText(page, '#place-name', 'Amsterdam', 30_000);
  await page.waitForTimeout(1500);
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
  });
  const step = summarise(await leadSteps(page));
  report({ bench: 'dashboard', what: 'step of the lead hour', map, stations, ...step, unit: 'ms' });
  const { frames, seconds, worst } = await pan(page);
  const rate = Math.round((frames / seconds) * 10) / 10;
  report({
    bench: 'dashboard',
    what: 'panning',
    map,
    stations,
    framesPerSecond: rate,
    worstFrameMs: Math.round(worst),
  });
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks));
  report({ bench: 'dashboard', what: 'longest task after the load', map, stations, ms: Math.round(longest) });
  await context.close();
}

/** From moving the slider to the end of the frame that shows the hour; without the transition of colours in between. */
function leadSteps(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const slider = document.getElementById('lead') as HTMLInputElement;
    const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const times: number[] = [];
    for (let step = 0; step < 20; step++) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      slider.value = String((step % 24) + 1);
      // A frame of its own begins here, so that waiting for the screen does not count.
      await frame();
      const start = performance.now();
      slider.dispatchEvent(new Event('input'));
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      await frame();
      times.push(Math.round((performance.now() - start) * 10) / 10);
    }
    return times;
  });
}

async function pan(page: Page): Promise<{ frames: number; seconds: number; worst: number }> {
  return page.evaluate(async () => {
    const surface = document.getElementById('map-surface') as HTMLElement;
    const box = surface.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const send = (type: string, dx: number): void => {
      const at = { clientX: x + dx, clientY: y + dx / 8 };
      surface.dispatchEvent(
        new PointerEvent(type, { pointerId: 1, pointerType: 'touch', isPrimary: true, button: 0, ...at }),
      );
    };
    // The pointer is made up: there is none to capture.
    surface.setPointerCapture = () => {};
    send('pointerdown', 0);
    const gaps: number[] = [];
    const start = performance.now();
    let last = start;
    for (let frame = 1; performance.now() - start < 3000; frame++) {
      send('pointermove', Math.sin(frame / 12) * 180);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    send('pointerup', 0);
    return { frames: gaps.length, seconds: (last - start) / 1000, worst: Math.max(...gaps) };
  });
}
