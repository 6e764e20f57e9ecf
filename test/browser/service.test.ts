/** The page of the service: its jobs, what went wrong, its data, its disk and its machine; and what it says to those who are not told. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectText, hasChromium } from './browser.ts';
import { useDashboard } from './use-dashboard.ts';

describe.skipIf(!hasChromium)('the page of the service (needs Chromium)', () => {
  const dashboard = useDashboard({ system: true });

  async function show(): Promise<Page> {
    const { page } = await dashboard.open('#view=service');
    await expectText(page, '#runs', /UniRepLKNet/);
    return page;
  }

  it('tells an operator in five figures how it is', async () => {
    const page = await show();
    await expectText(page, '#vitals', /^ServiceReadyKernelcast 0\.1\.0Newest runjust nowThu 20 Feb 06:00 UTC/);
    await expectText(page, '#vitals', /Failed attempts2of the last 97Free on the disk70\.0 GiBof 250 GiB$/);
    dashboard.api.doubt('The newest run is 5 h old.');
    await expectText(page, '#vitals', /^ServiceNot currentThe newest run is 5 h old\./);
  });

  it('shows the attempts of each job along the time, with how long they take and when the next is due', async () => {
    const page = await show();
    const forecast = page.locator('#jobs tr', { hasText: 'forecast' });
    await forecast.locator('.attempts i').first().waitFor();
    expect(await forecast.locator('.attempts i').count()).toBe(26);
    expect(await forecast.locator('.bar-failed').count()).toBe(2);
    expect(await forecast.locator('.attempts').getAttribute('aria-label')).toBe('26 attempts, 2 of them failed');
    expect(await forecast.textContent()).toMatch(/21 s.*Thu 20 Feb 07:00 UTC$/);
  });

  it('unfolds an error to all that its attempt said, and keeps it so when a new slot goes by', async () => {
    const page = await show();
    await expectText(page, '#job-errors li >> nth=1', /^failedforecast.*attempt 2.*not enough memory/);
    await page.locator('#job-errors summary').nth(1).click();
    const unfolded = page.locator('#job-errors details[open]');
    expect(await unfolded.locator('pre').allTextContents()).toEqual([
      expect.stringMatching(/Free some memory/),
      expect.stringMatching(
        /^2025-02-19T21:06:50\.000Z info .*\n2025-02-19T21:06:50\.000Z error a job failed\nKernelcastError/,
      ),
    ]);
    expect(await unfolded.locator('code').allTextContents()).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      'kernelcast jobs log forecast',
    ]);
    dashboard.api.advance();
    await expectText(page, '#jobs-span', /Thu 20 Feb 07:05 UTC/);
    expect(await unfolded.locator('pre').first().textContent()).toMatch(/Free some memory/);
  });

  it('tells of each source how fresh it is, and what its newest file brought', async () => {
    const page = await show();
    const source = page.locator('#sources tr', { hasText: 'isd-lite' });
    await source.waitFor();
    expect(await source.locator('td').allTextContents()).toEqual([
      'just now',
      'Thu 20 Feb 06:00 UTC',
      'Thu 20 Feb 06:04 UTC',
      '360',
      '1\u202f055',
      '8',
      '17',
      '5',
      '3 h',
    ]);
    expect(await source.locator('.warn').getAttribute('title')).toBe(
      'out of range 1, too great a step 1, stuck 0, unlike its neighbours 3',
    );
  });

  it('shows what is kept, what room there is, and what the doctor finds, the worst first', async () => {
    const page = await show();
    await expectText(page, '#storage-parts', /^Observations412 MiBRuns60 kept540 MiBModels1 kept12\.0 MiB/);
    await expectText(page, '#findings li >> nth=0', /^training.*Run `npm run setup:tensorflow`/);
    expect(await page.locator('#findings li').count()).toBe(9);
    await expectText(page, '#machine-looked', 'Looked at Thu 20 Feb 06:00 UTC');
    expect(dashboard.complaints).toEqual([]);
  });

  it('says so to those whom the service does not tell of its machine, and asks no more', async () => {
    dashboard.api.close();
    const page = await show();
    await expectText(page, '#operation-closed', /holders of a key\.\s+Ask from the machine itself/);
    for (const id of ['sources-card', 'storage-card']) expect(await page.locator(`#${id}`).isVisible(), id).toBe(false);
    await expectText(page, '#jobs', /^ingestidle.*forecastidle/);
    await expectText(page, '#engine', 'ONNX Runtime 1.30.0 (cpu)');
    dashboard.api.advance();
    await expectText(page, '#vitals', /Thu 20 Feb 07:00 UTC/);
    expect(dashboard.api.requests.filter((path) => /v1\/(storage|doctor)/.test(path))).toHaveLength(1);
  });
});
