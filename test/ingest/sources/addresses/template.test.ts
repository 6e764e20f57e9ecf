import { describe, expect, it } from 'vitest';
import { expandTemplate } from '../../../../ingest/sources/addresses/template.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { station } from '../../support.ts';

const span = (from: string, to: string) => ({ from: parseHour(from), to: parseHour(to) });
const urls = (...args: Parameters<typeof expandTemplate>) => expandTemplate(...args).map(({ url }) => url);

describe('an address with fields', () => {
  it('is one file for each hour, day, month or year of the span, by its finest field', () => {
    expect(urls('h/{YYYY}{MM}{DD}{HH}', span('2023-12-31T23', '2024-01-01T02'))).toEqual([
      'h/2023123123',
      'h/2024010100',
      'h/2024010101',
    ]);
    expect(urls('d/{YYYY}/{JJJ}', span('2023-12-31T23', '2024-01-01T02'))).toEqual(['d/2023/365', 'd/2024/001']);
    expect(urls('m/{YYYY}-{MM}', span('2023-11-30T23', '2024-01-01'))).toEqual(['m/2023-11', 'm/2023-12']);
    expect(urls('y/{YYYY}', span('2022-06-01', '2024-01-01T01'))).toEqual(['y/2022', 'y/2023', 'y/2024']);
  });

  it('is one file for each station', () => {
    const stations = [station('72530094846', 42, -88), station('a b', 0, 0)];
    expect(urls('{YYYY}/{id}.csv', { ...span('2024-01-01', '2024-02-01'), stations })).toEqual([
      '2024/72530094846.csv',
      '2024/a%20b.csv',
    ]);
    expect(urls('{usaf}-{wban}', { stations: stations.slice(0, 1) })).toEqual(['725300-94846']);
  });

  it.each([
    ['a span that is missing', '{YYYY}', {}],
    ['stations that are missing', '{id}', {}],
    ['an unknown field', '{year}', span('2024-01-01', '2024-02-01')],
    ['more files than anybody means', '{YYYY}{MM}{DD}{HH}', span('2000-01-01', '2024-01-01')],
  ])('is refused for %s', (_, template, wanted) => {
    expect(() => expandTemplate(template, wanted)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
