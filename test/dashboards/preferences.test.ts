import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterEach, describe, expect, it } from 'vitest';
import { fullFrame } from '../../dashboards/frame.ts';
import { inUnit, windText, withUnit } from '../../dashboards/src/format/quantity.ts';
import { clockLabel, dayLabel, fullInstantLabel, zoneLabel } from '../../dashboards/src/format/time.ts';
import { unit } from '../../dashboards/src/format/units.ts';
import { en } from '../../dashboards/src/i18n/en.ts';
import { languageOf, speak, text } from '../../dashboards/src/i18n/language.ts';
import { zh } from '../../dashboards/src/i18n/zh.ts';
import { legendTicks } from '../../dashboards/src/map/legend.ts';
import {
  DEFAULT_PREFERENCES,
  parsePreferences,
  readPreferences,
  setPreferences,
  withFavourite,
} from '../../dashboards/src/preferences/preferences.ts';
import { packageRoot } from '../../src/config.ts';

afterEach(async () => {
  setPreferences(DEFAULT_PREFERENCES);
  await speak('en');
});

describe('what a person likes', () => {
  it('is read back as it was kept, and defaults one by one where it is not what it should be', () => {
    const kept = { ...DEFAULT_PREFERENCES, language: 'zh', wind: 'kn', favourites: ['b', 'a'] };
    expect(parsePreferences(JSON.stringify(kept), DEFAULT_PREFERENCES)).toEqual(kept);
    const odd = JSON.stringify({ language: 'xx', temperature: 5, zone: 'mars', favourites: [1, 'a', null] });
    expect(parsePreferences(odd, DEFAULT_PREFERENCES)).toEqual({ ...DEFAULT_PREFERENCES, favourites: ['a'] });
    for (const text of [null, '', '{', 'null', '7', '[]']) {
      expect(parsePreferences(text, DEFAULT_PREFERENCES), String(text)).toEqual(DEFAULT_PREFERENCES);
    }
  });

  it('lasts as long as the page where the browser keeps nothing', () => {
    const forbidden = (): Storage => {
      throw new DOMException('denied', 'SecurityError');
    };
    expect(readPreferences(forbidden, DEFAULT_PREFERENCES)).toEqual(DEFAULT_PREFERENCES);
  });

  it('has favourites without doubles, the latest first, a dozen at most', () => {
    let liked = DEFAULT_PREFERENCES;
    for (let index = 0; index < 20; index++) liked = withFavourite(liked, `s${index % 15}`, true);
    expect(liked.favourites).toHaveLength(12);
    expect(liked.favourites.slice(0, 2)).toEqual(['s4', 's3']);
    expect(withFavourite(liked, 's4', false).favourites[0]).toBe('s3');
  });
});

describe('units', () => {
  it('are those of the API, by its factors', () => {
    const written = (change: object, of: () => string): string => {
      setPreferences({ ...DEFAULT_PREFERENCES, ...change });
      return of();
    };
    expect(written({ temperature: 'fahrenheit' }, () => withUnit(-40, 'temperature'))).toBe('−40.0 °F');
    expect(written({ temperature: 'fahrenheit' }, () => withUnit(100, 'temperature'))).toBe('212.0 °F');
    expect(written({ wind: 'kmh' }, () => withUnit(10, 'speed'))).toBe('36.0 km/h');
    expect(written({ wind: 'mph' }, () => inUnit(10, 'speed', 3))).toBe('22.369');
    expect(written({ wind: 'kn' }, () => windText(10, 290))).toBe('19.4 kn from WNW');
    expect(written({}, () => windText(null, 290))).toBe('– m/s from WNW');
  });

  it('have no zero where a difference is meant, and come back to where they were', () => {
    setPreferences({ ...DEFAULT_PREFERENCES, temperature: 'fahrenheit' });
    const fahrenheit = unit('temperature');
    expect(fahrenheit.ofDifference(1)).toBe(1.8);
    expect(fahrenheit.from(fahrenheit.of(21.3))).toBeCloseTo(21.3);
  });

  it('have round numbers in the legend', () => {
    expect(legendTicks(-40, 50)).toEqual([-40, -20, 0, 20, 40]);
    expect(legendTicks(-40, 122)).toEqual([-25, 0, 25, 50, 75, 100]);
    expect(legendTicks(0, 25)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(legendTicks(0, 90)).toEqual([0, 20, 40, 60, 80]);
  });
});

describe('time zones', () => {
  const time = Date.UTC(2025, 1, 20, 23, 30);

  it("are UTC, or that of the person's clock, also where it is another day", () => {
    expect([clockLabel(time), dayLabel(time), zoneLabel(time)]).toEqual(['23:30', 'Thu 20 Feb', 'UTC']);
    setPreferences({ ...DEFAULT_PREFERENCES, zone: 'local' });
    const offset = -new Date(time).getTimezoneOffset();
    expect(clockLabel(time)).toBe(new Date(time + offset * 60_000).toISOString().slice(11, 16));
  });
});

describe('languages', () => {
  it('are the first of the person that the page speaks', () => {
    expect(languageOf(['de-DE', 'zh-CN', 'en'])).toBe('zh');
    expect(languageOf(['de'])).toBe('en');
  });

  it('hold the same texts, none empty, functions where the other has functions', () => {
    for (const [key, words] of Object.entries(en)) {
      const other = zh[key as keyof typeof zh];
      expect(typeof other, key).toBe(typeof words);
      if (typeof other === 'string') expect(other, key).not.toBe('');
    }
  });

  it('change every word that is written', async () => {
    await speak('zh');
    expect(text().live).toBe('实时');
    expect(fullInstantLabel(Date.UTC(2025, 1, 20, 6))).toBe('2025年2月20日 周四 06:00 UTC');
    expect(windText(5, 290)).toBe('5.0 m/s 西西北风');
  });

  it('are all written somewhere on the page', () => {
    const sources = globSync(['dashboards/{src,pages}/**/*.{ts,html}', 'dashboards/index.html'], { cwd: packageRoot() })
      .filter((path) => !/i18n\/(en|zh)/.test(path))
      .map((path) => readFileSync(join(packageRoot(), path), 'utf8'))
      .join('\n');
    expect(Object.keys(en).filter((key) => !new RegExp(`\\b${key}\\b`).test(sources))).toEqual([]);
  });

  it('stand in the frame of the page in English, word for word, until the script runs', () => {
    const html = fullFrame(readFileSync(new URL('../../dashboards/index.html', import.meta.url), 'utf8'));
    const words = en as unknown as Record<string, unknown>;
    const marked = [...html.matchAll(/data-text="(\w+)"[^>]*>([^<]*)</g)];
    expect(marked.length).toBeGreaterThan(60);
    for (const [, key, content] of marked) expect(content.replace(/\s+/g, ' ').trim(), key).toBe(words[key]);
    for (const [, attributes] of html.matchAll(/<\w+([^>]*data-label="\w+"[^>]*)>/g)) {
      const key = /data-label="(\w+)"/.exec(attributes)?.[1] ?? '';
      expect(/aria-label="([^"]*)"/.exec(attributes)?.[1], key).toBe(words[key]);
    }
    for (const [, key] of html.matchAll(/data-(?:title|placeholder)="(\w+)"/g))
      expect(typeof words[key], key).toBe('string');
  });
});
