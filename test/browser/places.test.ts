/** What a person can do with a place: units, zones, languages, favourites, positions, hours, models, files; and what a link keeps. */
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectHash, expectText, hasChromium } from './browser.ts';
import { useDashboard } from './use-dashboard.ts';

describe.skipIf(!hasChromium)('a place on the dashboard (needs Chromium)', () => {
  const dashboard = useDashboard();

  async function show(hash: string, options?: BrowserContextOptions): Promise<Page> {
    const { page } = await dashboard.open(hash, options);
    await expectText(page, '#readiness', /Ready|正常/);
    return page;
  }
  const prefer = async (page: Page, id: string): Promise<void> => {
    if (!(await page.locator('.settings-card').isVisible())) await page.locator('#settings summary').click();
    await page.locator(`#preferred-${id}`).check();
  };

  it('changes units everywhere at once, without asking the service again, and remembers them', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#now-temperature', /\d/);
    const celsius = Number((await page.locator('#now-temperature').textContent())?.replace('−', '-'));
    const asked = dashboard.api.requests.filter((path) => path.includes('v1/forecast')).length;
    await prefer(page, 'temperature-fahrenheit');
    await prefer(page, 'wind-kn');
    await expectText(page, '#now-temperature', (celsius * 1.8 + 32).toFixed(1).replace('-', '−'));
    await expectText(page, '#now-unit', '°F');
    await expectText(page, '.legend-title', /°F$/);
    await expectText(page, '#now-wind', /^\d+\.\d kn from [NESW]+$/);
    await expectText(page, '#days', /kn/);
    expect(dashboard.api.requests.filter((path) => path.includes('v1/forecast'))).toHaveLength(asked);
    await page.reload();
    await expectText(page, '#now-unit', '°F');
  });

  it("tells times in the person's own zone, days beginning at its midnight", async () => {
    const page = await show('#station=amsterdam', { timezoneId: 'Asia/Tokyo' });
    await expectText(page, '#valid-clock', '12:00 UTC');
    await prefer(page, 'zone-local');
    await expectText(page, '#valid-clock', '21:00 UTC+9');
    await expectText(page, '#run', 'Thu 20 Feb 15:00 UTC+9');
    await expectText(page, '#times-in', 'Times in UTC+9');
    expect(await page.locator('#days li').count()).toBe(4);
  });

  it('speaks Chinese when asked to, and English again', async () => {
    const page = await show('#station=amsterdam');
    await prefer(page, 'language-zh');
    await expectText(page, '#go-forecast', '预报');
    await expectText(page, '#readiness', '正常');
    await expectText(page, '#now-when', /^预报 2月20日/);
    await expectText(page, '#skill-title', '以往预报有多准？');
    await prefer(page, 'language-en');
    await expectText(page, '#go-forecast', 'Forecast');
    expect(dashboard.complaints).toEqual([]);
  });

  it('keeps favourites, and offers them before anything is typed', async () => {
    const page = await show('#station=nairobi');
    await expectText(page, '#place-name', 'Nairobi');
    await page.locator('#favourite').click();
    expect(await page.locator('#favourite').getAttribute('aria-pressed')).toBe('true');
    await page.reload();
    await expectText(page, '#place-name', 'Nairobi');
    await page.locator('#search').focus();
    await expectText(page, '#search-results .option-favourite .option-name', 'Nairobi');
    await page.keyboard.press('Escape');
    await page.locator('#favourite').click();
    await page.locator('#search').focus();
    expect(await page.locator('.option-favourite').count()).toBe(0);
  });

  it('finds the stations about a position, and about the person who allows it', async () => {
    const page = await show('#station=nairobi', {
      geolocation: { latitude: 52.4, longitude: 4.9 },
      permissions: ['geolocation'],
    });
    await page.locator('#search').fill('64.1N, 21.9W');
    await expectText(page, '#search-result-0', /^Reykjavík\d+ km away$/);
    await page.keyboard.press('Enter');
    await expectText(page, '#place-name', 'Reykjavík');
    await page.locator('#search').click();
    await page.locator('.option-near').click();
    await expectText(page, '#place-name', 'Amsterdam');
  });

  it('shows more of the past and earlier runs on request, and the link keeps it', async () => {
    const page = await show('#station=amsterdam&past=168&earlier=1');
    await expectText(page, '#place-name', 'Amsterdam');
    expect(await page.locator('#days li').count()).toBe(9);
    const runs = dashboard.api.requests
      .filter((path) => path.includes('v1/forecast'))
      .map((path) => new URL(path, dashboard.api.url).searchParams.get('run'));
    expect(runs).toContain('2025-02-19T06:00Z');
    expect(runs).toContain('2025-02-20T03:00Z');
    await page.locator('#past-72').check();
    await page.locator('#earlier').uncheck();
    await expectText(page, '#days', /^Mon 17/);
    await expectHash(page, '#station=amsterdam&past=72');
  });

  it('has bands where the model tells its uncertainty, and none where it does not', async () => {
    const page = await show('#station=amsterdam');
    await expectText(page, '#readout-temperature .band b', /^−?\d+\.\d to −?\d+\.\d$/);
    dashboard.api.certain(true);
    dashboard.api.advance();
    await expectText(page, '#run', 'Thu 20 Feb 07:00 UTC');
    expect(await page.locator('#readout-temperature .band').count()).toBe(0);
    await expectText(page, '#readout-temperature .forecast b', /\d/);
  });

  it('counts the wind by where it came from', async () => {
    const page = await show('#station=amsterdam');
    await page.locator('#rose summary').click();
    await expectText(page, '#rose-note', /72 h observed and forecast$/);
    expect(await page.locator('#rose-canvas').getAttribute('aria-label')).toMatch(/[NESW]+: \d+ %/);
    await expectText(page, '#rose-legend', /Calm: \d+ %$/);
  });

  it('gives the charts away: as the request behind them, as files of the API, and as a picture', async () => {
    const page = await show('#station=amsterdam', { permissions: ['clipboard-read', 'clipboard-write'] });
    await expectText(page, '#place-name', 'Amsterdam');
    await page.locator('#copy-query').click();
    await expectText(page, '#copy-query', 'Copied');
    const query = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(query.pathname).toBe('/v1/forecast');
    expect(query.searchParams.get('models')).toBe('unireplknet-sample,persistence,climatology');
    expect(query.searchParams.get('wind_speed_unit')).toBe('ms');
    const csv = new URL((await page.locator('#download-csv').getAttribute('href')) ?? '');
    expect([csv.searchParams.get('format'), csv.searchParams.get('past_hours')]).toEqual(['csv', '48']);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download-png').click()]);
    expect(download.suggestedFilename()).toBe('amsterdam.png');
    expect((await readFile(await download.path())).subarray(1, 4).toString()).toBe('PNG');
    expect(dashboard.complaints).toEqual([]);
  });

  it('goes between the pages by link, by click and by the back button, and to a worst case', async () => {
    const page = await show('#view=skill');
    await expectText(page, '#scores-rows-temperature tr >> nth=0', /^UniRepLKNet\d/);
    await expectText(page, '#reliability-temperature', /80 % band: 76 % of the observations lay inside/);
    await page.locator('#worst-temperature button').first().click();
    await expectText(page, '#place-name', /\w/);
    expect(await page.locator('#page-forecast').isVisible()).toBe(true);
    await page.goBack();
    await page.locator('#page-skill').waitFor();
    await page.locator('#go-service').click();
    await expectText(page, '#jobs', /^ingest.*forecast.*verify.*retain/);
    await expectText(page, '#engine', 'ONNX Runtime 1.30.0 (cpu)');
    expect(new URL(page.url()).hash).toBe('#view=service');
    await page.goBack();
    await page.locator('#page-skill').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  it('turns into a globe that keeps where it looks in the link', async () => {
    const page = await show('#station=amsterdam&map=globe&at=10,20,2');
    await expectText(page, '#place-name', 'Amsterdam');
    await page.locator('#zoom-in').click();
    await page.waitForFunction(() => /at=10,20,3\.2$/.test(location.hash));
    expect(new URL(page.url()).hash).toContain('map=globe');
    await page.locator('#projection-flat').check({ force: true });
    await expectHash(page, /^(?!.*map=globe)/);
  });

  it('lets particles drift, and not for those who ask for stillness', async () => {
    const page = await show('#station=amsterdam&wind=flow');
    const picture = () => page.locator('#map-flow').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await expectText(page, '#place-name', 'Amsterdam');
    const before = await picture();
    await page.waitForTimeout(500);
    expect(await picture()).not.toBe(before);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.reload();
    await expectText(page, '#place-name', 'Amsterdam');
    expect(await page.locator('#map-flow').isVisible()).toBe(false);
    expect(await page.locator('#wind-flow').isDisabled()).toBe(true);
  });
});
