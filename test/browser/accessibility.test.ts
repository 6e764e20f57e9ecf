/** What keeps people out, as far as a program finds it (axe-core, WCAG 2.2 AA): nothing, on any page, in either scheme. */
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { expectText, hasChromium } from './browser.ts';
import { useDashboard } from './use-dashboard.ts';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const CASES: [name: string, hash: string, prepare: (page: Page) => Promise<void>][] = [
  ['the forecast', '#station=amsterdam', async (page) => expectText(page, '#place-name', 'Amsterdam')],
  [
    'the forecast with everything unfolded',
    '#station=amsterdam&map=globe&past=168&earlier=1',
    async (page) => {
      await expectText(page, '#place-name', 'Amsterdam');
      for (const id of ['rose', 'values', 'settings']) await page.locator(`#${id} summary`).click();
    },
  ],
  [
    'the search',
    '#station=amsterdam',
    async (page) => {
      await expectText(page, '#place-name', 'Amsterdam');
      await page.locator('#search').fill('san');
    },
  ],
  ['an unknown place', '#station=atlantis', async (page) => expectText(page, '#place-message h2', /No forecast/)],
  ['the skill', '#view=skill', async (page) => expectText(page, '#worst-temperature', /°C/)],
  ['the service', '#view=service', async (page) => expectText(page, '#runs', /UniRepLKNet/)],
];

describe.skipIf(!hasChromium)('accessibility (needs Chromium)', () => {
  const dashboard = useDashboard({ system: true });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it.each(CASES)('%s', async (_, hash, prepare) => {
      const { page } = await dashboard.open(hash, { colorScheme, reducedMotion: 'reduce' });
      await prepare(page);
      expect(await findings(page)).toEqual([]);
    });
  });

  it('on a phone, where a finger is wider than a pointer', async () => {
    const options = { viewport: { width: 390, height: 844 }, hasTouch: true, reducedMotion: 'reduce' } as const;
    const { page } = await dashboard.open('#station=amsterdam', options);
    await expectText(page, '#place-name', 'Amsterdam');
    expect(await findings(page)).toEqual([]);
  });

  it('in Chinese, which the page says that it is in', async () => {
    const { page } = await dashboard.open('#station=amsterdam', { locale: 'zh-CN' });
    await expectText(page, '#go-skill', '检验');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
    await expectText(page, '#place-where', /^荷兰/);
    expect(await findings(page)).toEqual([]);
  });

  it('with the keyboard alone: the skip link, every control, and never a trap', async () => {
    const { page } = await dashboard.open('#station=amsterdam');
    await expectText(page, '#place-name', 'Amsterdam');
    const reached: string[] = [];
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press('Tab');
      const id = await page.evaluate(() => document.activeElement?.id || document.activeElement?.className || 'body');
      if (reached.includes(id) && id === reached[0]) break;
      reached.push(id);
    }
    expect(reached[0]).toBe('skip');
    for (const id of [
      'go-skill',
      'live',
      'variable-temperature_2m',
      'map-surface',
      'play',
      'lead',
      'search',
      'favourite',
      'compare-persistence',
    ]) {
      expect(reached, id).toContain(id);
    }
  });
});

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (tags) => (window as unknown as { axe: typeof axe }).axe.run({ runOnly: { type: 'tag', values: tags } }),
    TAGS,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target.join(' ')).slice(0, 4)}`);
}
