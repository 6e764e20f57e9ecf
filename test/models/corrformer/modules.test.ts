import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutAliases } from '../../../models/corrformer/artefact/checkpoint-names.ts';
import { autoCorrelation } from '../../../models/corrformer/correlation/auto-correlation.ts';
import { projectionSpecs } from '../../../models/corrformer/correlation/heads.ts';
import { oneHot, strongestLags } from '../../../models/corrformer/correlation/lags.ts';
import { multiCorrelation, multiCorrelationSpecs } from '../../../models/corrformer/correlation/multi-correlation.ts';
import { convolve, correlate, seriesOf, spectrum } from '../../../models/corrformer/correlation/spectrum.ts';
import { geographicFeatures } from '../../../models/corrformer/embedding/geography.ts';
import { timeMarks } from '../../../models/corrformer/embedding/time-marks.ts';
import { normaliseWindow } from '../../../models/corrformer/embedding/window-normalisation.ts';
import { causalConvolution, causalConvolutionSpecs } from '../../../models/corrformer/layers/causal-convolution.ts';
import { decompose } from '../../../models/corrformer/layers/decomposition.ts';
import { initialise } from '../../../models/engine/initialise.ts';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { dropout } from '../../../models/layers/dropout.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ops, placeAll, tf } from '../unireplknet/on-tensorflow.ts';

beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const modulo = (a: number, n: number) => ((a % n) + n) % n;

function expectClose(actual: Iterable<number>, expected: Iterable<number>, digits = 4): void {
  expect([...actual]).toEqual([...expected].map((value) => expect.closeTo(value, digits)));
}

describe('spectrum', () => {
  const period = fc.integer({ min: 1, max: 13 });
  const series = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 16 });
  /** Cut to the period, or followed by zeros. */
  const fitted = (x: number[], length: number) => Array.from({ length }, (_, t) => x[t] ?? 0);
  const of = (x: number[], length: number) => spectrum(ops, tf.tensor2d([x]), length);

  it('gives the circular correlation and convolution of series of any length, even or odd', () => {
    fc.assert(
      fc.property(series, series, period, (x, y, length) => {
        const [a, b] = [fitted(x, length), fitted(y, length)];
        const sums = (index: (t: number, s: number) => number) =>
          a.map((_, t) => b.reduce((sum, value, s) => sum + value * a[modulo(index(t, s), length)], 0));
        const correlated = seriesOf(ops, correlate(ops, of(x, length), of(y, length)), length);
        const convolved = seriesOf(ops, convolve(ops, of(x, length), of(y, length)), length);
        expectClose(
          correlated.dataSync(),
          sums((t, s) => t + s),
          2,
        );
        expectClose(
          convolved.dataSync(),
          sums((t, s) => t - s),
          2,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('lags', () => {
  it('are the strongest first, equal ones by ascending lag', () => {
    const { lags, weights, oneHot: selected } = strongestLags(ops, tf.tensor3d([[[1, 7, 7, 9, 0]]]), 3);
    expect([...lags.dataSync()]).toEqual([3, 1, 2]);
    expect([...weights.dataSync()]).toEqual([9, 7, 7]);
    expect(selected.arraySync()).toEqual([
      [
        [
          [0, 0, 0, 1, 0],
          [0, 1, 0, 0, 0],
          [0, 0, 1, 0, 0],
        ],
      ],
    ]);
  });

  it('become exactly one and zero', () => {
    expect(oneHot(ops, tf.tensor1d([2, 0]), 3).arraySync()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });
});

describe('auto-correlation', () => {
  const config = { branching: [1], dModel: 6, heads: 3, lagFactor: 1, tcnLayers: 1, dropoutRate: 0 };
  const parameters = new Parameters(placeAll(initialise(projectionSpecs(6), seededRandom('auto'))));

  it('follows its input through time: a delayed series gives the delayed result', () => {
    const [x, cross] = [random([2, 12, 6], 1), random([2, 12, 6], 2)];
    const delay = (y: typeof x) => tf.concat([y.slice([0, 9, 0]), y.slice([0, 0, 0], [-1, 9, -1])], 1);
    const late = autoCorrelation(ops, delay(x), delay(cross), parameters, config);
    expectClose(late.dataSync(), delay(autoCorrelation(ops, x, cross, parameters, config)).dataSync());
  });

  it('sees no more of the keys and values than it has hours', () => {
    const [x, cross] = [random([1, 8, 6], 1), random([1, 12, 6], 2)];
    const cut = cross.slice([0, 0, 0], [1, 8, 6]);
    const whole = autoCorrelation(ops, x, cross, parameters, config);
    expect(whole.dataSync()).toEqual(autoCorrelation(ops, x, cut, parameters, config).dataSync());
  });
});

describe('causal convolution', () => {
  const parameters = new Parameters(placeAll(initialise(causalConvolutionSpecs(4, 2), seededRandom('tcn'))));
  const run = (x: ReturnType<typeof random>) => causalConvolution(ops, x, parameters, 2, (y) => y);

  it('sees only what came before', () => {
    const x = random([1, 9, 4], 3);
    const changed = tf.concat([x.slice([0, 0, 0], [1, 6, 4]), random([1, 3, 4], 4)], 1);
    const [before, after] = [run(x), run(changed)].map((y) => y.slice([0, 0, 0], [1, 6, 4]).dataSync());
    expect(after).toEqual(before);
    expect(run(changed).dataSync()).not.toEqual(run(x).dataSync());
  });

  it('reaches back through two convolutions of dilation 1 and two of dilation 3', () => {
    const zero = tf.zeros([1, 20, 4]);
    const pulse = tf.concat([tf.ones([1, 1, 4]).mul(5), tf.zeros([1, 19, 4])], 1);
    const moved = tf
      .sub(run(pulse), run(zero as typeof pulse))
      .abs()
      .sum([0, 2])
      .dataSync();
    const last = moved.findLastIndex((value) => value > 0);
    expect(last).toBe(2 * 2 * 1 + 2 * 2 * 3);
  });
});

it('decomposition averages over the window, with the ends held', () => {
  const x = [4, 1, 0, 7, 3, 8];
  const { seasonal, trend } = decompose(ops, tf.tensor3d([x.map((value) => [value])]), 5);
  const held = [4, 4, ...x, 8, 8];
  const averages = x.map((_, t) => held.slice(t, t + 5).reduce((sum, value) => sum + value, 0) / 5);
  expectClose(trend.dataSync(), averages);
  expectClose(
    seasonal.dataSync(),
    x.map((value, t) => value - averages[t]),
  );
});

it('window normalisation is undone exactly, whatever the affine map', () => {
  const parameters = new Parameters(
    new Map([
      ['affine_weight', tf.tensor([2, -0.5], [1, 1, 2])],
      ['affine_bias', tf.tensor([3, 0.1], [1, 1, 2])],
    ]),
  );
  const x = random([3, 10, 4], 5).mul(20).add(280);
  const { normalised, restore } = normaliseWindow(ops, x, parameters, 2);
  expectClose(tf.mean(normalised, 1).dataSync(), Array.from({ length: 3 }, () => [3, 0.1, 3, 0.1]).flat());
  expectClose(restore(normalised).dataSync(), x.dataSync(), 2);
});

describe('time marks', () => {
  it.each([
    // A Wednesday, the first day of a year; and a Sunday, the last of a leap year.
    ['2020-01-01T00:00Z', [0 / 23, 2 / 6, 0 / 30, 0 / 365]],
    ['2024-12-31T23:00Z', [23 / 23, 1 / 6, 30 / 30, 365 / 365]],
    ['2023-10-29T12:00Z', [12 / 23, 6 / 6, 28 / 30, 301 / 365]],
  ])('%s', (time, shares) => {
    expectClose(
      timeMarks(parseHour(time)),
      shares.map((share) => share - 0.5),
      12,
    );
  });
});

describe('geographic features', () => {
  const tree = {
    stationsPerNode: 2,
    branching: [2],
    nodes: [
      [2, 0],
      [1, -1],
    ],
  };

  it('are standardised over the stations, with zeros for padding and for what is not known', () => {
    const places = [
      { latitude: 10, longitude: 5, elevation: 100 },
      { latitude: 20, longitude: 5, elevation: null },
      { latitude: 30, longitude: 5, elevation: 300 },
    ];
    const unit = Math.sqrt(3 / 2);
    expectClose(geographicFeatures(places, tree), [unit, 0, 1, -unit, 0, -1, 0, 0, 0, 0, 0, 0], 6);
  });
});

describe('dropout', () => {
  const pass = (seed: string) => ({ training: true, random: seededRandom(seed).uniform, onStatistic: () => {} });
  const x = tf.keep(tf.ones([40, 50]));

  it('zeroes the given share, keeps the mean, and is repeatable from its seed', () => {
    const values = dropout(ops, x, 0.2, pass('a')).dataSync();
    const zeros = values.filter((value) => value === 0).length;
    expect(Math.abs(zeros / 2000 - 0.2)).toBeLessThan(0.03);
    expect(values.every((value) => value === 0 || value === Math.fround(1.25))).toBe(true);
    expect(dropout(ops, x, 0.2, pass('a')).dataSync()).toEqual(values);
    expect(dropout(ops, x, 0.2, pass('b')).dataSync()).not.toEqual(values);
  });

  it('is drawn twice for the leaves and once for the levels, and after every convolution of the tree', () => {
    const config = { branching: [2, 3], dModel: 4, heads: 2, lagFactor: 1, tcnLayers: 1, dropoutRate: 0.1 };
    const weights = placeAll(initialise(multiCorrelationSpecs(config, 5), seededRandom('multi')));
    let draws = 0;
    const counted = {
      training: true,
      random: () => {
        draws++;
        return 0.9;
      },
      onStatistic: () => {},
    };
    const size = 6 * 5 * 4;
    const nodes = random([6, 5, 4], 6);
    multiCorrelation(ops, nodes, nodes, new Parameters(weights), config, counted);
    // Both levels: two convolutions over their nodes, which hold 5 x 4 values each.
    expect(draws).toBe(3 * size + 2 * (2 + 6) * 5 * 4);
  });

  it('does nothing in evaluation', () => {
    expect(dropout(ops, x, 0.2, EVALUATION)).toBe(x);
  });
});

it('a tensor that a checkpoint holds under two names is taken once', () => {
  const names = ['a.network.0.conv1.bias', 'a.network.0.net.0.bias', 'b.network.1.net.4.weight_g', 'c.net.0.bias'];
  expect([...withoutAliases(new Map(names.map((name) => [name, name])))]).toEqual([
    ['a.network.0.conv1.bias', 'a.network.0.conv1.bias'],
    ['b.network.1.conv2.weight_g', 'b.network.1.net.4.weight_g'],
    ['c.net.0.bias', 'c.net.0.bias'],
  ]);
});
