/** The slider of the lead hours, in a real browser: what follows it, how it looks there, and what the link and the back button keep of it. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectHash, expectText, hasChromium } from './browser.ts';
import { mockForecast } from './mock-world.ts';
import { useDashboard } from './use-dashboard.ts';

describe.skipIf(!hasChromium)('the lead hour on the dashboard (needs Chromium)', () => {
  const dashboard = useDashboard();

  async function show(hash: string, options?: BrowserContextOptions): Promise<Page> {
    return (await dashboard.open(hash, options)).page;
  }

  /** Of Amsterdam, as the page writes it. */
  function temperatureAt(lead: number): string {
    const station = dashboard.api.stations.find(({ id }) => id === 'amsterdam');
    if (!station) throw new Error('there is no Amsterdam');
    const { temperature } = mockForecast('unireplknet-sample', station, dashboard.api.init, lead);
    return temperature.toFixed(1).replace('-', '−');
  }

  it('moves the valid time, the map and the read-out with the slider', async () => {
    const page = await show('#station=amsterdam&lead=2');
    await expectText(page, '#valid-clock', '08:00 UTC');
    const mapPicture = () => page.locator('#map-stations').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await page.waitForTimeout(400);
    const before = await mapPicture();
    await page.locator('#lead').focus();
    await page.keyboard.press('End');
    await expectText(page, '#valid-clock', '06:00 UTC');
    await expectText(page, '#valid-day', 'Fri 21 Feb');
    await expectText(page, '#now-temperature', temperatureAt(24));
    expect(await page.locator('#lead').getAttribute('aria-valuetext')).toBe(
      'plus 24 hours, valid Fri 21 Feb 06:00 UTC',
    );
    await expectHash(page, '#station=amsterdam&lead=24');
    await page.waitForTimeout(400);
    expect(await mapPicture()).not.toBe(before);
  });

  it('shows an hour that the slider came to as it shows that of a link', async () => {
    const pictures = async (hash: string, then?: (page: Page) => Promise<void>): Promise<string[]> => {
      const page = await show(hash, { reducedMotion: 'reduce' });
      await expectText(page, '#skill-span', /36 runs/);
      await page.evaluate(() => document.fonts.ready);
      await then?.(page);
      await expectText(page, '#now-temperature', temperatureAt(24));
      await page.waitForTimeout(400);
      const taken = ['map-air', 'map-stations', 'chart-temperature', 'chart-wind'].map((id) =>
        page.locator(`#${id}`).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()),
      );
      const all = await Promise.all(taken);
      await page.context().close();
      return all;
    };
    for (const map of ['flat', 'globe']) {
      const linked = await pictures(`#station=amsterdam&map=${map}&lead=24`);
      const moved = await pictures(`#station=amsterdam&map=${map}&lead=2`, async (page) => {
        await page.locator('#lead').focus();
        for (const key of ['PageUp', 'ArrowLeft', 'End']) {
          await page.keyboard.press(key);
          await page.waitForTimeout(60);
        }
      });
      expect(moved.map((picture, index) => picture === linked[index])).toEqual([true, true, true, true]);
    }
  });

  it('plays through the hours, and holds at the one where it is stopped', async () => {
    const page = await show('#station=amsterdam&lead=24');
    await expectText(page, '#valid-lead', '+24 h');
    await page.locator('#play').click();
    await expectText(page, '#valid-lead', '+2 h');
    await page.locator('#play').click();
    const held = await page.locator('#valid-lead').textContent();
    await page.waitForTimeout(1000);
    expect(await page.locator('#valid-lead').textContent()).toBe(held);
    await expectHash(page, /lead=\d+$/);
  });

  it('comes back to the hour that was left, however soon after the slider', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    const steps = await page.evaluate(async () => {
      const slider = document.getElementById('lead') as HTMLInputElement;
      const before = history.length;
      for (const hour of ['9', '14', '24']) {
        slider.value = hour;
        slider.dispatchEvent(new Event('input'));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      document.getElementById('go-skill')?.click();
      return history.length - before;
    });
    expect(steps).toBe(1);
    await expectHash(page, '#view=skill&station=amsterdam&lead=24');
    await page.goBack();
    await expectHash(page, '#station=amsterdam&lead=24');
    await expectText(page, '#valid-lead', '+24 h');
  });
});
