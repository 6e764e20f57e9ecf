/** The page in a real browser, against an API with fixed data. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { clampViewport, project } from '../../dashboards/src/map/viewport.ts';
import { expectHash, expectText, hasChromium } from './browser.ts';
import { mockForecast, mockWeather } from './mock-world.ts';
import { useDashboard } from './use-dashboard.ts';

const NASTY = '<img src=x onerror=alert(1)>';
const UNTRUSTED = { id: 'nasty', name: NASTY, country: NASTY, latitude: -40, longitude: -20, elevation: 5 };

describe.skipIf(!hasChromium)('the dashboard (needs Chromium)', () => {
  const dashboard = useDashboard({ extraStations: [UNTRUSTED] });

  async function show(hash = '', options?: BrowserContextOptions): Promise<Page> {
    return (await dashboard.open(hash, options)).page;
  }

  const temperatureAt = (id: string, lead: number): string => {
    const station = dashboard.api.stations.find((candidate) => candidate.id === id);
    if (!station) throw new Error(`no station ${id}`);
    const { temperature } =
      lead > 0
        ? mockForecast('unireplknet-sample', station, dashboard.api.init, lead)
        : mockWeather(station, dashboard.api.init + lead);
    return (Math.round(temperature * 10) / 10).toFixed(1).replace('-', '−');
  };

  /** Clicks where a station lies on the map as it opens. */
  async function clickStation(page: Page, id: string): Promise<void> {
    const station = dashboard.api.stations.find((candidate) => candidate.id === id);
    const box = await page.locator('#map-frame').boundingBox();
    if (!station || !box) throw new Error(`no station ${id}, or no map`);
    const viewport = clampViewport({ longitude: 10, latitude: 12, scale: 0 }, box);
    const [x, y] = project(viewport, box, station.longitude, station.latitude);
    await page.mouse.click(box.x + x, box.y + y);
  }

  /** How many pixels of a chart are drawn in the forecast's colour, left and right of the now-line. */
  function accentPixels(page: Page, id: string): Promise<{ past: number; future: number }> {
    return page.evaluate((canvasId) => {
      const canvas = document.getElementById(canvasId) as HTMLCanvasElement;
      const { width, height } = canvas;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      const counts = { past: 0, future: 0 };
      for (let index = 0; index < pixels.length; index += 4) {
        const [r, g, b] = [pixels[index], pixels[index + 1], pixels[index + 2]];
        if (Math.abs(r - 20) > 12 || Math.abs(g - 99) > 12 || Math.abs(b - 198) > 12) continue;
        counts[(index / 4) % width < width * 0.66 ? 'past' : 'future']++;
      }
      return counts;
    }, id);
  }

  /** How opaque the layer of the field is over some places, 0..1, as the map opens. */
  function shadeOver(page: Page, ...places: [longitude: number, latitude: number][]): Promise<number[]> {
    return page.locator('#map-air').evaluate((canvas: HTMLCanvasElement, wanted) => {
      const { width, height } = canvas;
      const scale = Math.max(width / 360, height / 180);
      const middle = Math.min(12, Math.max(0, 90 - height / 2 / scale));
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      return wanted.map(([longitude, latitude]) => {
        const x = Math.round(width / 2 + (longitude - 10) * scale);
        const y = Math.round(height / 2 - (latitude - middle) * scale);
        return pixels[4 * (y * width + x) + 3] / 255;
      });
    }, places);
  }

  it('opens on a forecast, tells whose clock it shows, and has nothing to complain about', async () => {
    const page = await show('', { timezoneId: 'Europe/Amsterdam' });
    await expectText(page, '#place-name', 'Amsterdam');
    await expectText(page, '#source', 'Sample world, replayed: 1 h each 5 s');
    await expectText(page, '#clock', 'Thu 20 Feb 2025, 06:00 UTC');
    await expectText(page, '#run', 'Thu 20 Feb 06:00 UTC');
    await expectText(page, '#run-age', '0 h old');
    await expectText(page, '#readiness', 'Ready');
    expect(await page.locator('#waiting').isVisible()).toBe(false);
    expect(dashboard.complaints).toEqual([]);
  });

  it('shows the forecast of a station that is clicked on the map: in figures, in the chart, and as a table', async () => {
    const page = await show();
    await expectText(page, '#readiness', 'Ready');
    await clickStation(page, 'nairobi');
    await expectText(page, '#place-name', 'Nairobi');
    await expectText(page, '#now-temperature', temperatureAt('nairobi', 6));
    await expectText(page, '#readout-temperature .forecast b', temperatureAt('nairobi', 6));
    expect(new URL(page.url()).hash).toBe('#station=nairobi');
    for (const chart of ['chart-temperature', 'chart-wind']) {
      const { past, future } = await accentPixels(page, chart);
      expect(future, chart).toBeGreaterThan(150);
      expect(past, chart).toBe(0);
      expect(await page.locator(`#${chart}`).getAttribute('aria-label')).toContain('at Nairobi: 48 hours observed');
    }
    await page.locator('#values summary').click();
    await page.locator('#values tbody tr').first().waitFor();
    const rows = await page.locator('#values tbody tr').allTextContents();
    expect(rows).toHaveLength(72);
    expect(rows[47]).toContain(`Thu 20 Feb 06:00observed${temperatureAt('nairobi', 0)}`);
    expect(rows[48]).toContain(`Thu 20 Feb 07:00forecast${temperatureAt('nairobi', 1)}`);
    expect(dashboard.complaints).toEqual([]);
  });

  it('reads out the hour under the pointer, and takes its lead hour on a click', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    const box = await page.locator('#chart-temperature').boundingBox();
    if (!box) throw new Error('no chart');
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await expectText(page, '#now-when', /^Observed (Tue 18|Wed 19) Feb/);
    await expectText(page, '#readout-temperature', /^Observed−?\d+\.\d$/);
    await page.mouse.click(box.x + box.width - 9, box.y + 60);
    await expectText(page, '#valid-lead', '+24 h');
    await page.mouse.move(5, 5);
    await expectText(page, '#now-when', 'Forecast for Fri 21 Feb 06:00 UTC');
    await expectText(page, '#now-temperature', temperatureAt('amsterdam', 24));
  });

  it('finds a place by its name with the keyboard alone', async () => {
    const page = await show();
    await expectText(page, '#readiness', 'Ready');
    await page.keyboard.press('/');
    await page.keyboard.type('reyk');
    await page.locator('#search-results [role=option]').first().waitFor();
    expect(await page.locator('#search').getAttribute('aria-activedescendant')).toBe('search-result-0');
    await page.keyboard.press('Enter');
    await expectText(page, '#place-name', 'Reykjavík');
    await page.keyboard.type('zzzz');
    await expectText(page, '#search-results .nothing', 'No station of that name');
    await page.keyboard.press('Escape');
    expect(await page.locator('#search-results').isVisible()).toBe(false);
  });

  it('goes from station to station with the arrow keys on the map', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    await page.locator('#map-surface').focus();
    await page.keyboard.press('ArrowDown');
    await expectText(page, '#place-name', /^(?!Amsterdam).+/);
    await expectText(page, '#map-spoken', /: −?\d+\.\d °C, \d+\.\d m\/s from [NESW]+$/);
  });

  it('opens a link as it was sent, and goes back by the back button', async () => {
    const page = await show('#station=tokyo&variable=wind_speed_10m&lead=12');
    await expectText(page, '#place-name', 'Tokyo');
    expect(await page.locator('#variable-wind_speed_10m').isChecked()).toBe(true);
    await expectText(page, '.legend-title', 'Wind speed at 10\u00a0m, m/s');
    await expectText(page, '#valid-lead', '+12 h');
    await page.locator('#search').fill('Nairobi');
    await page.keyboard.press('Enter');
    await expectText(page, '#place-name', 'Nairobi');
    await page.goBack();
    await expectText(page, '#place-name', 'Tokyo');
    await page.goForward();
    await expectText(page, '#place-name', 'Nairobi');
  });

  it('takes the baselines out of the charts and back', async () => {
    const page = await show('#station=amsterdam');
    await page.locator('#readout-temperature .persistence').waitFor();
    await page.locator('#compare-persistence').uncheck();
    await page.locator('#compare-climatology').uncheck();
    await expectText(page, '#readout-temperature', /^Forecast[^A-Z]*band[^A-Z]*$/);
    await expectHash(page, '#station=amsterdam&compare=');
    await page.locator('#compare-climatology').check();
    await page.locator('#readout-temperature .climatology').waitFor();
    expect(await page.locator('#readout-temperature .persistence').count()).toBe(0);
  });

  it('shows how good the forecasts have been beside the baselines', async () => {
    const page = await show();
    await expectText(page, '#skill-temperature-persistence', /^\+\d+ %$/);
    await expectText(page, '#skill-wind-climatology', /^[+−]\d+ %$/);
    await expectText(page, '#skill-span', '36 runs, Mon 17 Feb 19:00 to Wed 19 Feb 06:00 UTC');
  });

  it('says so while there is nothing to score', async () => {
    dashboard.api.score(0);
    const page = await show();
    await expectText(page, '#skill-empty', /^Nothing to score yet/);
    expect(await page.locator('#skill-body').isVisible()).toBe(false);
  });

  it('moves map, chart and scores to a new run without a reload and without going blank', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    await page.evaluate(() => {
      Object.assign(window, { blinked: false, sameDocument: true });
      const panel = document.getElementById('place');
      new MutationObserver(() => {
        if (panel?.getAttribute('aria-busy') === 'true' || panel?.classList.contains('empty')) {
          Object.assign(window, { blinked: true });
        }
      }).observe(document.body, { subtree: true, attributes: true, childList: true });
    });
    dashboard.api.advance();
    dashboard.api.score(37);
    await expectText(page, '#run', 'Thu 20 Feb 07:00 UTC');
    await expectText(page, '#valid-clock', '13:00 UTC');
    await expectText(page, '#now-temperature', temperatureAt('amsterdam', 6));
    await expectText(page, '#skill-span', /^37 runs, .* to Wed 19 Feb 07:00 UTC$/);
    await page.waitForTimeout(400);
    const [sahara, atlantic] = await shadeOver(page, [20, 20], [-30, -10]);
    expect(sahara).toBeGreaterThan(0.6);
    expect(atlantic).toBeLessThan(0.2);
    const seen = await page.evaluate(() => {
      const { sameDocument, blinked } = window as unknown as Record<string, boolean>;
      return { sameDocument, blinked };
    });
    expect(seen).toEqual({ sameDocument: true, blinked: false });
    expect(dashboard.complaints).toEqual([]);
  });

  it('holds a run on request, and catches up when let go', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#run', 'Thu 20 Feb 06:00 UTC');
    await page.locator('#live').click();
    dashboard.api.advance(3);
    await expectText(page, '#clock', 'Thu 20 Feb 2025, 09:00 UTC');
    await expectText(page, '#run', 'Thu 20 Feb 06:00 UTC');
    await expectText(page, '#run-age', '3 h old');
    await page.locator('#live').click();
    await expectText(page, '#run', 'Thu 20 Feb 09:00 UTC');
  });

  it('says that the service is gone, keeps what it has, and goes on when it is back', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    await dashboard.api.stop();
    await expectText(page, '#readiness', 'No answer');
    await expectText(page, '#banner', /^The service has not answered since .* What you see is the last that came/);
    await expectText(page, '#now-temperature', temperatureAt('amsterdam', 6));
    await page.locator('#search').fill('Nairobi');
    await page.keyboard.press('Enter');
    await expectText(page, '#place-message h2', 'No forecast for this place');
    dashboard.api.advance();
    await dashboard.api.start();
    await expectText(page, '#readiness', 'Ready', 15_000);
    expect(await page.locator('#banner').isVisible()).toBe(false);
    await expectText(page, '#run', 'Thu 20 Feb 07:00 UTC');
    await expectText(page, '#place-name', 'Nairobi');
    await expectText(page, '#now-temperature', temperatureAt('nairobi', 6));
  });

  it('waits while the service prepares its first run, and opens when it comes', async () => {
    dashboard.api.prepare('The first forecast is being made.');
    const page = await show('', { timezoneId: 'Europe/Amsterdam' });
    await expectText(page, '#waiting-title', 'Preparing the sample world …');
    await expectText(page, '#waiting-reason', 'The first forecast is being made.');
    await expectText(page, '#readiness', 'Preparing');
    dashboard.api.prepare(undefined);
    await expectText(page, '#place-name', 'Amsterdam');
    expect(await page.locator('#waiting').isVisible()).toBe(false);
    expect(dashboard.complaints).toEqual([]);
  });

  it('passes on what the service says against its own forecast', async () => {
    dashboard.api.doubt('The newest run is 5 h old.');
    const page = await show();
    await expectText(page, '#banner', 'The newest run is 5 h old.');
    await expectText(page, '#readiness', 'Not current');
  });

  it('keeps the run that it has while the next one cannot be read, and says why', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    dashboard.api.damage('A part of the store is damaged.');
    dashboard.api.advance();
    await expectText(page, '#banner', 'A part of the store is damaged.');
    await expectText(page, '#readiness', 'Not current');
    await expectText(page, '#run', 'Thu 20 Feb 06:00 UTC');
    dashboard.api.damage(undefined);
    await expectText(page, '#run', 'Thu 20 Feb 07:00 UTC');
    expect(await page.locator('#banner').isVisible()).toBe(false);
  });

  it('explains a link to a station that does not exist', async () => {
    const page = await show('#station=atlantis');
    await expectText(page, '#place-message p >> nth=0', "There is no station 'atlantis' in 'sample-world'.");
    await page.locator('#search').fill('Nairobi');
    await page.keyboard.press('Enter');
    await expectText(page, '#place-name', 'Nairobi');
    expect(await page.locator('#place-message').isVisible()).toBe(false);
  });

  it('leaves names from data inert, wherever they stand', async () => {
    const page = await show(`#station=nasty`);
    await expectText(page, '#place-name', NASTY);
    await clickStation(page, 'nasty');
    await expectText(page, '#map-tooltip strong', NASTY);
    await page.locator('#values summary').click();
    await expectText(page, '#values caption', new RegExp(`^${NASTY.replace(/[()]/g, '\\$&')}:`));
    await page.locator('#search').fill('<img');
    await expectText(page, '#search-results .option-name', NASTY);
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(dashboard.complaints).toEqual([]);
  });

  it('works behind a path prefix', async () => {
    await dashboard.serve({ prefix: '/weather/kernelcast/', stations: 50 });
    const page = await show();
    await expectText(page, '#readiness', 'Ready');
    await expectText(page, '#now-temperature', /\d/);
    expect(dashboard.complaints).toEqual([]);
  });
});
