import { expect, test } from 'vitest';
import { DAILY } from '../../../models/correction/blend-options.ts';
import { StationBlend } from '../../../models/correction/station-blend.ts';
import { simulate } from './simulated-archive.ts';

const MODELS = [{ error: 1, bias: 8 }, { error: 2 }];
const two = MODELS.map(() => ({ hasQuantiles: false }));

function learned(days: ReturnType<typeof simulate>): StationBlend {
  const blend = new StationBlend(days[0].observed.length, two, DAILY);
  for (const { experts, observed } of days) blend.learn({ experts, observed, bin: 0, days: 1 });
  return blend;
}

test('the same archive gives the same bytes', () => {
  const archive = () => simulate({ seed: 'same', days: 50, stations: 6, models: MODELS });
  const [one, other] = [learned(archive()), learned(archive())];
  expect(one.state.map((part) => Buffer.from(part.buffer).toString('base64'))).toEqual(
    other.state.map((part) => Buffer.from(part.buffer).toString('base64')),
  );
});

test('a state that is written into another blend makes it say the same', () => {
  const days = simulate({ seed: 'state', days: 50, stations: 6, models: MODELS });
  const one = learned(days.slice(0, 49));
  const other = new StationBlend(6, two, DAILY);
  one.state.forEach((part, index) => {
    other.state[index].set(part);
  });
  const input = { experts: days[49].experts, bin: 0 };
  expect(other.forecast(input)).toEqual(one.forecast(input));
});

test('the bias of a model at a station is taken off, and the weights of what is there sum to one', () => {
  const days = simulate({ seed: 'bias', days: 200, stations: 6, models: MODELS });
  const blend = learned(days.slice(0, 150));
  let [raw, corrected] = [0, 0];
  for (const { experts, observed } of days.slice(150)) {
    const { values, weights } = blend.forecast({ experts, bin: 0 });
    for (let station = 0; station < 6; station++) {
      raw += (experts[0].values[station] - observed[station]) ** 2;
      corrected += (values[station] - observed[station]) ** 2;
      expect(weights[2 * station] + weights[2 * station + 1]).toBeCloseTo(1, 12);
      expect(weights[2 * station]).toBeGreaterThan(0.5);
    }
  }
  expect(corrected).toBeLessThan(raw / 4);
});

test('a model that is missing leaves its weight to the others; where all are missing nothing is said', () => {
  const days = simulate({ seed: 'missing', days: 60, stations: 3, models: MODELS });
  const blend = learned(days);
  const experts = [{ values: [Number.NaN, Number.NaN, 5] }, { values: [Number.NaN, 5, 5] }];
  const { values, quantiles, weights } = blend.forecast({ experts, bin: 0 });
  expect([...weights.subarray(0, 3)]).toEqual([0, 0, 0]);
  expect(weights[3]).toBeCloseTo(1, 12);
  expect(values[0]).toBeNaN();
  expect(quantiles[0][0]).toBeNaN();
  expect(values.slice(1).every(Number.isFinite)).toBe(true);
});
