import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_VIEW, formatView, MAX_LEAD, parseView, type ViewState } from '../../dashboards/src/view-state.ts';

const views: fc.Arbitrary<ViewState> = fc.record({
  station: fc.option(fc.string({ minLength: 1, unit: 'grapheme' }), { nil: undefined }),
  variable: fc.constantFrom('temperature_2m', 'wind_speed_10m'),
  lead: fc.integer({ min: 1, max: MAX_LEAD }),
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
    expect(formatView({ station: 'amsterdam', variable: 'wind_speed_10m', lead: 12 })).toBe(
      '#station=amsterdam&variable=wind_speed_10m&lead=12',
    );
  });

  it('falls back to the defaults, one by one, where it is malformed', () => {
    for (const lead of ['0', '25', '1.5', 'x', '-3', '1e9']) expect(parseView(`#lead=${lead}`)).toEqual(DEFAULT_VIEW);
    expect(parseView('#variable=snow&station=&lead=3')).toEqual({ ...DEFAULT_VIEW, lead: 3 });
  });
});
