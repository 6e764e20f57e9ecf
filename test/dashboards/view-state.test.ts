import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_VIEW,
  formatView,
  MAX_LEAD,
  PAGES,
  PAST_HOURS,
  PROJECTIONS,
  parseView,
  SCORE_DAYS,
  type ViewState,
  WIND_MARKS,
} from '../../dashboards/src/view-state.ts';

const views: fc.Arbitrary<ViewState> = fc.record({
  station: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
  variable: fc.constantFrom('temperature_2m', 'wind_speed_10m'),
  lead: fc.integer({ min: 1, max: MAX_LEAD }),
  page: fc.constantFrom(...PAGES),
  projection: fc.constantFrom(...PROJECTIONS),
  wind: fc.constantFrom(...WIND_MARKS),
  camera: fc.option(
    fc.record({
      longitude: fc.integer({ min: -17_999, max: 17_999 }).map((hundredths) => hundredths / 100 || 0),
      latitude: fc.integer({ min: -9000, max: 9000 }).map((hundredths) => hundredths / 100 || 0),
      zoom: fc.integer({ min: 100, max: 2400 }).map((hundredths) => hundredths / 100),
    }),
    { nil: undefined },
  ),
  past: fc.constantFrom(...PAST_HOURS),
  compare: fc.option(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 4 }), { nil: undefined }),
  earlier: fc.boolean(),
  days: fc.constantFrom(...SCORE_DAYS),
});

describe('the view in the address', () => {
  it('comes back as it was, whatever the station is called', () => {
    fc.assert(
      fc.property(views, (view) => {
        expect(parseView(formatView(view))).toEqual(view);
      }),
    );
  });

  it('is empty for the view that the page opens with', () => {
    expect(formatView(DEFAULT_VIEW)).toBe('');
    expect(parseView('')).toEqual(DEFAULT_VIEW);
  });

  it('is a link that a person can read', () => {
    expect(formatView({ ...DEFAULT_VIEW, station: 'amsterdam', variable: 'wind_speed_10m', lead: 12 })).toBe(
      '#station=amsterdam&variable=wind_speed_10m&lead=12',
    );
  });

  it('falls back to the defaults, one by one, where it is malformed', () => {
    for (const lead of ['0', '25', '1.5', 'x', '-3', '1e9']) expect(parseView(`#lead=${lead}`)).toEqual(DEFAULT_VIEW);
    for (const at of ['1,2', '91,0,2', '0,181,2', '0,0,0.5', 'x']) expect(parseView(`#at=${at}`)).toEqual(DEFAULT_VIEW);
    expect(parseView('#view=moon&past=49&map=cube&days=3')).toEqual(DEFAULT_VIEW);
    expect(parseView('#variable=snow&station=&lead=3')).toEqual({ ...DEFAULT_VIEW, lead: 3 });
  });
});
