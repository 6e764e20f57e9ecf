import { describe, expect, it } from 'vitest';
import { describeQuality, QualityTally } from '../../../ingest/quality/report.ts';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { station } from '../support.ts';

const FROM = Date.UTC(2024, 0, 1) / 3_600_000;
const { OBSERVED, INTERPOLATED, RANGE, STEP, MISSING } = FLAG;

/** A series of the stations `a` and `b` with these flags of temperature, [time, station]. */
function block(from: number, flags: readonly number[]): Series {
  const values = Float32Array.from(flags, (flag) => (flag === MISSING ? Number.NaN : 1));
  return {
    stations: [station('a', 0, 0), station('b', 10, 10)],
    from,
    hours: flags.length / 2,
    variables: { temperature_2m: { values, flags: Uint8Array.from(flags) } },
  };
}

describe('the report of quality control', () => {
  const tally = new QualityTally();
  tally.add(block(FROM, [OBSERVED, MISSING, MISSING, MISSING, STEP, OBSERVED, OBSERVED, OBSERVED]));
  tally.add(block(FROM + 9, [INTERPOLATED, RANGE]));
  const report = tally.report(2);

  it('counts values by station and check, with first and last time, and the gaps between, across blocks', () => {
    const rejected = { range: 0, step: 0, persistence: 0, spatial: 0 };
    expect(report).toEqual({
      rejected: { ...rejected, range: 1, step: 1 },
      duplicates: 2,
      stations: [
        {
          id: 'a',
          first: '2024-01-01T00:00Z',
          last: '2024-01-01T09:00Z',
          observed: 2,
          interpolated: 1,
          missing: 1,
          rejected: { ...rejected, step: 1 },
          gaps: { count: 2, hours: 7, longest: 5 },
        },
        {
          id: 'b',
          first: '2024-01-01T02:00Z',
          last: '2024-01-01T03:00Z',
          observed: 2,
          interpolated: 0,
          missing: 2,
          rejected: { ...rejected, range: 1 },
          gaps: { count: 0, hours: 0, longest: 0 },
        },
      ],
    });
  });

  it('says it in a few lines, and nothing where there is nothing to say', () => {
    expect(describeQuality(report)).toEqual([
      'rejected: 1 by range, 1 by step',
      '  most at: a 1, b 1',
      'times that are there more than once: 2',
      'gaps: 1 of 2 stations; most at a 7 h in 2',
    ]);
    const fine = new QualityTally();
    fine.add(block(FROM, [OBSERVED, OBSERVED]));
    expect(describeQuality(fine.report(0))).toEqual([]);
  });
});
