/** The page at the sizes and in the schemes that people have: nothing sticks out, nothing is cut off, everything is legible. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectText, hasChromium, openPage, savePicture } from './browser.ts';
import { useDashboard } from './use-dashboard.ts';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 820, height: 1180 },
  { width: 390, height: 844 },
];
const CASES = SIZES.flatMap((size) => (['light', 'dark'] as const).map((scheme) => ({ ...size, scheme })));

describe.skipIf(!hasChromium)('the layouts of the dashboard (needs Chromium)', () => {
  const dashboard = useDashboard();

  it.each(CASES)('$width x $height, $scheme', async ({ width, height, scheme }) => {
    const options = { viewport: { width, height }, colorScheme: scheme, hasTouch: width < 500 };
    const { page, complaints } = await dashboard.open('#station=amsterdam', options);
    await expectText(page, '#place-name', 'Amsterdam');
    await expectText(page, '#skill-temperature-persistence', /%/);
    await page.waitForTimeout(300);
    await savePicture(page, `${width}x${height}-${scheme}`, width < 1000);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await clippedTexts(page)).toEqual([]);
    expect(await faintTexts(page)).toEqual([]);
    if (width >= 1000) {
      // A laptop shows all of it at once.
      expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(height);
      const foot = await page.locator('.place-foot').boundingBox();
      expect((foot?.y ?? height) + (foot?.height ?? 0)).toBeLessThanOrEqual(height);
    }
    expect(complaints).toEqual([]);
  });

  it.each(SIZES)(
    '$width x $height with other fonts, and with letters as far apart as people may want them',
    async (size) => {
      const { page } = await openPage(dashboard.browser, 'about:blank', { viewport: size });
      await page.route('**/*.woff2', (route) => route.abort());
      await page.goto(`${dashboard.api.url}#station=amsterdam`);
      await expectText(page, '#place-name', 'Amsterdam');
      expect(await page.evaluate(() => document.fonts.check('14px "Inter Variable"'))).toBe(false);
      // WCAG 2.2, 1.4.12 text spacing. The policy forbids style sheets from elsewhere, not the object model.
      await page.evaluate(() => {
        for (const node of document.querySelectorAll<HTMLElement>('body *')) {
          Object.assign(node.style, { letterSpacing: '0.12em', wordSpacing: '0.16em', lineHeight: '1.5' });
        }
      });
      await savePicture(page, `${size.width}x${size.height}-spaced`, size.width < 1000);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
      expect(await clippedTexts(page)).toEqual([]);
      await page.context().close();
    },
  );

  it('waiting, empty, stale and gone', async () => {
    const { page } = await dashboard.open('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    dashboard.api.doubt('The newest run is 5 h old: the last two forecasts failed.');
    await expectText(page, '#banner', /5 h old/);
    await savePicture(page, 'state-stale');
    dashboard.api.doubt(undefined);
    await dashboard.api.stop();
    await expectText(page, '#readiness', 'No answer');
    await savePicture(page, 'state-gone');
    await dashboard.api.start();
    dashboard.api.prepare('The first forecast is being made.');
    dashboard.api.score(0);
    const waiting = await dashboard.open();
    await expectText(waiting.page, '#waiting-title', 'Preparing the sample world …');
    await savePicture(waiting.page, 'state-preparing');
    dashboard.api.prepare(undefined);
    const lost = await dashboard.open('#station=atlantis');
    await expectText(lost.page, '#place-message h2', /No forecast/);
    await expectText(lost.page, '#skill-empty', /Nothing to score/);
    await lost.page.locator('#search').fill('san');
    await lost.page.locator('#settings summary').click();
    await savePicture(lost.page, 'state-unknown-station');
  });

  it('prints the place, its charts and its table, without what nobody can click on paper', async () => {
    const { page } = await dashboard.open('#station=amsterdam', {
      viewport: { width: 794, height: 1123 },
    });
    await expectText(page, '#place-name', 'Amsterdam');
    await page.locator('#values summary').click();
    await page.emulateMedia({ media: 'print' });
    for (const there of ['#place-name', '#chart-temperature', '#chart-wind', '#map-frame', '#values table', '#clock']) {
      expect(await page.locator(there).isVisible(), there).toBe(true);
    }
    for (const gone of ['#search', '#play', '#live', '#go-skill', '#compare', '#zoom-in', '#download-csv', '#rose']) {
      expect(await page.locator(gone).isVisible(), gone).toBe(false);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(794);
    await savePicture(page, 'print', true);
    expect((await page.pdf()).subarray(0, 4).toString()).toBe('%PDF');
  });

  it('stands still for people who ask for reduced motion', async () => {
    const { page } = await dashboard.open('', { reducedMotion: 'reduce' });
    await expectText(page, '#readiness', /./);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});

/** Elements with text that is cut off by their own box. */
function clippedTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('h1, h2, h3, p, dt, dd, th, td, span, b, button, summary')]
      .filter((node) => node.checkVisibility() && !node.closest('.unseen') && node.clientWidth > 0)
      .filter((node) => node.scrollWidth > node.clientWidth + 1)
      .map((node) => `${node.tagName} ${node.textContent?.slice(0, 40)}`),
  );
}

/** Visible texts below the contrast of WCAG AA (4.5 to 1) against the nearest opaque ground. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const parse = (colour: string): number[] => {
      const canvas = document.createElement('canvas').getContext('2d');
      if (!canvas) return [0, 0, 0, 0];
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]: number[]): number => {
      const [lr, lg, lb] = [r, g, b].map((part) =>
        part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
    };
    const ground = (node: Element | null): number[] => {
      for (let at = node; at; at = at.parentElement) {
        const colour = parse(getComputedStyle(at).backgroundColor);
        if (colour[3] > 200) return colour;
      }
      return [255, 255, 255, 255];
    };
    return [...document.querySelectorAll('body *')]
      .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent?.trim()))
      .filter((node) => node.checkVisibility() && !node.closest(':disabled, .unseen, .skip, noscript'))
      .flatMap((node) => {
        const [text, behind] = [luminance(parse(getComputedStyle(node).color)), luminance(ground(node))];
        const contrast = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
        return contrast >= 4.5 ? [] : [`${contrast.toFixed(2)} ${node.textContent?.trim().slice(0, 30)}`];
      });
  });
}
