import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hoursOf, type InitRange, type Span, splitInits } from '../../../../models/training/data/spans.ts';
import { parseHour } from '../../../../src/domain/time.ts';

const span = (from: string, to: string): Span => ({ from: parseHour(from), to: parseHour(to) });
const inits = (ranges: readonly InitRange[]) => ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
const known = span('2019-01-01', '2025-01-01');

test('the windows of a validation year are those whose 24 targets lie in it; their inputs reach before it', () => {
  const [{ validate }] = splitInits([
    { name: 'a', known, train: span('2019-01-01', '2023-01-01'), validate: span('2023-01-01', '2024-01-01') },
  ]);
  expect(validate).toEqual([{ first: parseHour('2022-12-31T23'), last: parseHour('2023-12-30T23') }]);
  expect(inits(validate)).toBe(8737);
});

test('where the spans adjoin, training stops before the first hour that validation reads', () => {
  const spans = { train: span('2019-01-01', '2023-01-01'), validate: span('2023-01-01', '2024-01-01') };
  const [{ train }] = splitInits([{ name: 'a', known, ...spans }]);
  // The first window needs 48 hours of input; the last targets end 48 hours before 2023.
  expect(hoursOf(train[0], 48)).toEqual(span('2019-01-01', '2022-12-30'));
  expect(train).toHaveLength(1);
  const [{ train: apart }] = splitInits([{ name: 'a', known, ...spans }], { gapHours: 240 });
  expect(hoursOf(apart[0], 48)).toEqual(span('2019-01-01', '2022-12-20'));
});

test('training on both sides of validation is cut on both sides, in other sources too', () => {
  const [first, second] = splitInits([
    { name: 'a', known, train: span('2019-01-01', '2021-01-01'), validate: span('2021-01-01', '2021-02-01') },
    { name: 'b', known, train: span('2019-01-01', '2023-01-01') },
  ]);
  const hours = (range: InitRange) => hoursOf(range, 48);
  expect(second.train.map(hours)).toEqual([span('2019-01-01', '2020-12-30'), span('2021-02-01', '2023-01-01')]);
  expect(first.train.map(hours)).toEqual([span('2019-01-01', '2020-12-30')]);
});

test('no hour of validation is an hour of training, its history included, whatever the spans', () => {
  const history = fc.integer({ min: 48, max: 300 });
  const part = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 100, max: 600 }));
  const source = fc.record({ start: fc.integer({ min: 0, max: 300 }), train: part, validate: fc.option(part) });
  fc.assert(
    fc.property(fc.array(source, { minLength: 1, maxLength: 3 }), fc.nat(30), history, (given, gap, historyHours) => {
      const sources = given.map(({ start, train, validate }, index) => {
        const trained = { from: train[0], to: train[0] + train[1] };
        const held = validate && { from: trained.to + validate[0], to: trained.to + validate[0] + validate[1] };
        return { name: String(index), known: { from: start, to: 2000 }, train: trained, validate: held ?? undefined };
      });
      fc.pre(sources.some(({ validate }) => validate));
      let split: ReturnType<typeof splitInits>;
      try {
        split = splitInits(sources, { gapHours: gap, historyHours });
      } catch {
        return; // nothing is left to train or to validate on
      }
      const hours = (role: 'train' | 'validate', history: number) =>
        split.flatMap((source) => source[role].map((range) => hoursOf(range, history)));
      for (const trained of hours('train', historyHours)) {
        for (const held of hours('validate', 48)) {
          expect(trained.to + gap <= held.from || held.to + gap <= trained.from).toBe(true);
        }
      }
    }),
  );
});

test.each([
  [{ train: span('2019-01-01', '2023-01-02'), validate: span('2023-01-01', '2024-01-01') }, /overlap/],
  [{ train: span('2023-01-01', '2023-01-01'), validate: span('2023-01-01', '2024-01-01') }, /empty/],
  [{ train: span('2022-12-30', '2023-01-01'), validate: span('2023-01-01', '2024-01-01') }, /is left to train/],
  [{ train: span('2019-01-01', '2023-01-01'), validate: span('2025-01-01', '2026-01-01') }, /is left to validate/],
])('spans that cannot be are refused %#', (spans, message) => {
  expect(() => splitInits([{ name: 'a', known, ...spans }])).toThrow(message);
});
