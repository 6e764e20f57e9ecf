/**
 * The whole path as a person meets it: `kernelcast start` with an empty data folder, the built pages in a browser, a click on a
 * station, and its forecast in the chart - the very numbers that the API gives.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForecastResponse, Run } from '../../dashboards/src/api/contracts.ts';
import { project, viewportFor } from '../../dashboards/src/map/viewport.ts';
import { packageRoot } from '../../src/config.ts';
import { buildIntoDist, expectText, hasChromium, launch, openPage, savePicture } from './browser.ts';

const STATION = { id: 'nairobi', name: 'Nairobi', longitude: 36.82, latitude: -1.28 };

describe.skipIf(!hasChromium)('the whole path in a browser (needs Chromium)', () => {
  let browser: Browser;
  let data: string;
  let service: ChildProcess;
  let url: string;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'kernelcast-browser-'));
    await buildIntoDist();
    browser = await launch();
    ({ service, url } = await startService(data));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    service?.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  async function ask<T>(path: string): Promise<T> {
    return (await (await fetch(new URL(path, url))).json()) as T;
  }

  it('clicks a station and reads its forecast in the chart, as the API gives it', async () => {
    const { page, complaints } = await openPage(browser, url);
    await expectText(page, '#readiness', 'Ready', 90_000);
    await expectText(page, '#source', /^Sample world, replayed: 1 h each 10 s$/);
    // From here on this run stays on show, however many come.
    await page.locator('#live').click();
    await expectText(page, '#now-temperature', /\d/);

    const box = await page.locator('#map-frame').boundingBox();
    if (!box) throw new Error('there is no map');
    const [x, y] = project(viewportFor([], box), box, STATION.longitude, STATION.latitude);
    await page.mouse.click(box.x + x, box.y + y);
    await expectText(page, '#place-name', STATION.name);
    expect(new URL(page.url()).hash).toBe(`#station=${STATION.id}`);

    const init = (await page.locator('#run').textContent()) ?? '';
    const { runs } = await ask<{ runs: Run[] }>('v1/runs');
    const run = runs.find((candidate) => init.includes(candidate.init.slice(11, 16)));
    if (!run) throw new Error(`the API knows no run of ${init}`);
    const query = `station=${STATION.id}&run=${run.init}&past_hours=48&wind_speed_unit=ms&models=${run.models[0].id}`;
    const { hourly } = await ask<ForecastResponse>(`v1/forecast?${query}`);
    await page.locator('#values summary').click();
    await page.locator('#values tbody tr').first().waitFor();
    const rows = await page
      .locator('#values tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
    const written = (value: unknown, digits = 1): string => {
      const text = typeof value === 'number' ? Math.abs(value).toFixed(digits) : '–';
      return Number(value) < 0 && Number(text) !== 0 ? `−${text}` : text;
    };
    expect(rows.map(([, kind, ...values]) => [kind, ...values])).toEqual(
      hourly.time.map((_, hour) => [
        hour < 48 ? 'observed' : 'forecast',
        written(hourly.temperature_2m[hour]),
        written(hourly.wind_speed_10m[hour]),
        written(hourly.wind_direction_10m[hour], 0),
      ]),
    );
    expect(rows.flat()).not.toContain('–');
    await expectText(page, '#now-temperature', written(hourly.temperature_2m[48 + 5]));
    expect(await page.locator('#chart-temperature').getAttribute('aria-label')).toContain(`at ${STATION.name}`);
    await savePicture(page, 'whole-path');

    await page.locator('#live').click();
    await expectText(page, '#skill-temperature-persistence', /^[+−]?\d+ %$/, 60_000);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 180_000);

  it('sees runs arrive and scores move, without a reload', async () => {
    const { page, complaints } = await openPage(browser, url);
    await expectText(page, '#skill-span', /runs?, /, 60_000);
    const [run, span] = await Promise.all([
      page.locator('#run').textContent(),
      page.locator('#skill-span').textContent(),
    ]);
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    const other = (text: string | null): RegExp => new RegExp(`^(?!${text?.replaceAll('+', '\\+')}$).`);
    await expectText(page, '#run', other(run), 60_000);
    await expectText(page, '#skill-span', other(span), 60_000);
    expect(await page.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 180_000);
});

/** Resolves when the service says where it answers; rejects with what it said when it ends before. */
function startService(data: string): Promise<{ service: ChildProcess; url: string }> {
  // A slow clock: an hour must not pass between two glances of the test.
  const options = ['start', '--data', data, '--port', '0', '--seconds-per-hour', '10'];
  const service = spawn(process.execPath, ['--import', 'tsx', 'src/cli/cli.ts', ...options], { cwd: packageRoot() });
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer): void => {
      said += chunk;
      const url = /answers at (\S+)/.exec(said)?.[1];
      if (url) resolve({ service, url });
    };
    service.stdout?.on('data', listen);
    service.stderr?.on('data', listen);
    service.on('exit', (code) => reject(new Error(`the service ended (${code}): ${said}`)));
  });
}
