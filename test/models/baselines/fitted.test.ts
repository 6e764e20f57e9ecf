import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openBaseline, writeBaseline } from '../../../models/baselines/fitted/artefact.ts';
import { dampedBlend } from '../../../models/baselines/fitted/damped-blend.ts';
import { dlinear, dlinearIndividual } from '../../../models/baselines/fitted/dlinear.ts';
import { type FittedWithChoice, fitBaseline, fitReferenceClimatology } from '../../../models/baselines/fitted/fit.ts';
import { openFitted } from '../../../models/baselines/fitted/fitted-model.ts';
import { harmonicClimatology } from '../../../models/baselines/fitted/harmonic-climatology.ts';
import { BASELINE_METHODS } from '../../../models/baselines/fitted/methods.ts';
import { ridge } from '../../../models/baselines/fitted/ridge.ts';
import { evaluate } from '../../../models/evaluation/evaluate.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { type Series, viewSeries } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { temporaryFolder } from '../../store/support.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

const FROM = parseHour('2020-01-01');
const TO = parseHour('2022-01-01');
const VALIDATE_TO = parseHour('2022-04-01');
const END = parseHour('2022-07-01');
const stations = testStations(3);
const span = { from: FROM, to: TO, validateTo: VALIDATE_TO };

/** The mean of day and year that the weather below wanders about. */
function season(hour: number, station: number): number {
  return 10 + station + 3 * Math.cos((2 * Math.PI * (hour - 14)) / 24) + 8 * Math.cos((2 * Math.PI * hour) / 8766);
}

/** A front that passes station 0 first, station 1 ten hours and station 2 twenty hours later. */
function weather(): Series {
  const random = seededRandom('front');
  const front: number[] = [0];
  for (let hour = 1; hour < END - FROM + 20; hour++) front.push(0.97 * front[hour - 1] + random.normal());
  const noise = seededRandom('noise');
  const value = (hour: number, station: number) =>
    season(hour, station) + front[hour - FROM + 20 - 10 * station] + 0.1 * noise.normal();
  const speed = (hour: number, station: number) => Math.max(0, (value(hour, station) - season(hour, station)) / 3);
  return testSeries({
    stations,
    from: FROM,
    hours: END - FROM,
    values: { temperature_2m: value, wind_speed_10m: speed },
  });
}

let observations: Series;
let fitted: Map<string, FittedWithChoice>;
let mse: Map<string, number>;
let reports: Awaited<ReturnType<typeof evaluate>>['models'];

beforeAll(async () => {
  observations = weather();
  const seen = viewSeries(observations, FROM, VALIDATE_TO);
  fitted = new Map();
  for (const method of BASELINE_METHODS)
    fitted.set(method.id, await fitBaseline(method, { observations: seen, ...span }));
  const models = await Promise.all([...fitted.values()].map(openFitted));
  const evaluation = await evaluate({ observations, models, from: VALIDATE_TO, to: END, stride: 5 });
  reports = evaluation.models;
  mse = new Map(reports.map(({ model, variables }) => [model, variables.temperature_2m!.mse]));
});

describe('on weather that moves from station to station', () => {
  test('the harmonic climatology is the mean that the weather wanders about', async () => {
    const model = await openFitted(fitted.get('harmonic-climatology')!);
    const init = VALIDATE_TO + 500;
    const forecast = await model.forecast({ observations: viewSeries(observations, init - 47, init + 1), init });
    const { values } = forecast.variables.temperature_2m!;
    for (let cell = 0; cell < values.length; cell++) {
      // Two years of a front that is 4 degrees strong leave a mean uncertain by some tenths.
      expect(Math.abs(values[cell] - season(init + 1 + Math.floor(cell / 3), cell % 3))).toBeLessThan(1.5);
    }
  });

  test('what the past adds and what the neighbours add make each the better forecast', () => {
    const error = (id: string) => mse.get(id)!;
    expect(error('damped-blend')).toBeLessThan(0.9 * error('harmonic-climatology'));
    expect(error('ridge')).toBeLessThan(0.75 * error('damped-blend'));
    expect(Math.abs(error('dlinear') / error('damped-blend') - 1)).toBeLessThan(0.25);
    expect(Math.abs(error('dlinear-individual') / error('dlinear') - 1)).toBeLessThan(0.05);
  });

  test('ridge sees the front come: station 2 is nearly known where station 0 had it in the last hours', () => {
    const leads = reports.find(({ model }) => model === 'ridge')!.variables.temperature_2m!;
    expect(leads.byStation[2].mse).toBeLessThan(0.5 * leads.byStation[0].mse);
  });

  test('80 % of what is observed lies within the 80 % interval, 50 % within the other, and wind is never below zero', async () => {
    for (const { variables } of reports) {
      for (const scores of Object.values(variables)) {
        expect(scores.coverage80).toBeGreaterThan(0.7);
        expect(scores.coverage80).toBeLessThan(0.95);
      }
      expect(variables.temperature_2m!.coverage50).toBeGreaterThan(0.38);
      expect(variables.temperature_2m!.coverage50).toBeLessThan(0.62);
    }
    for (const one of fitted.values()) {
      const model = await openFitted(one);
      const { quantiles, variables } = await model.forecast({ observations, init: VALIDATE_TO + 77 });
      const levels = quantiles!.wind_speed_10m!;
      expect(Math.min(...levels[0], ...variables.wind_speed_10m!.values)).toBeGreaterThanOrEqual(0);
      levels[0].forEach((low, cell) => {
        const cells = levels.map((level) => level[cell]);
        expect([low, ...cells.slice(1)]).toEqual(cells.toSorted((a, b) => a - b));
      });
    }
  });
});

describe('a fit', () => {
  test('is the exact one: on noise-free persistence of anomalies the damped blend finds the share', async () => {
    const random = seededRandom('shares');
    const noise = Array.from({ length: END - FROM }, () => random.normal());
    // Anomaly at t is 0.8 of the one 24 hours before, plus noise: the share of yesterday at lead 24 of the last is 0.8.
    const series = testSeries({
      stations: testStations(1),
      from: FROM,
      hours: END - FROM,
      values: { temperature_2m: () => 0 },
    });
    const { values } = series.variables.temperature_2m!;
    for (let t = 0; t < values.length; t++) values[t] = (t < 24 ? 0 : 0.8 * values[t - 24]) + noise[t];
    const { weights } = dampedBlend.fit({
      observations: series,
      ...span,
      variables: ['temperature_2m'],
      harmonics: new Map([['temperature_2m', new Float32Array(24 * 7)]]),
    });
    const shares = weights.get('temperature_2m.shares')!.values;
    for (const lead of [0, 5, 11, 22]) {
      expect(shares[lead * 3]).toBeCloseTo(0, 1);
      expect(shares[lead * 3 + 1]).toBeCloseTo(0.8, 1);
    }
    expect(shares[23 * 3] + shares[23 * 3 + 1]).toBeCloseTo(0.8, 1);
  });

  test('of DLinear forecasts a line and a daily wave without error', async () => {
    for (const method of [dlinear, dlinearIndividual]) {
      const random = seededRandom('line');
      // Days of a slope and a phase of their own would break the line, so each station keeps its own for good.
      const slopes = stations.map(() => (random.normal() * 1) / 1000);
      const series = testSeries({
        stations,
        from: FROM,
        hours: END - FROM,
        values: {
          temperature_2m: (hour, s) => slopes[s] * (hour - FROM) + Math.sin((2 * Math.PI * hour) / 24 + s),
        },
      });
      const model = await openFitted(await fitBaseline(method, { observations: series, ...span }));
      const { models } = await evaluate({
        observations: series,
        models: [model],
        from: VALIDATE_TO,
        to: END,
        stride: 31,
      });
      expect(models[0].variables.temperature_2m!.rmse).toBeLessThan(0.02);
    }
  });

  test('looks at nothing after the validation span, and fits nothing to that', async () => {
    const spoilt = viewSeries(observations, FROM, END);
    const copy = structuredClone({ ...spoilt, stations: [...spoilt.stations] }) as Series;
    copy.variables.temperature_2m!.values.fill(1e6, (VALIDATE_TO - FROM) * 3);
    const again = await fitBaseline(dampedBlend, { observations: copy, ...span });
    expect(again.weights).toEqual(fitted.get('damped-blend')!.weights);
    copy.variables.temperature_2m!.values.fill(1e6, (TO - FROM) * 3);
    const other = await fitBaseline(dampedBlend, { observations: copy, ...span });
    for (const name of ['temperature_2m.harmonics', 'temperature_2m.shares']) {
      expect(other.weights.get(name)).toEqual(again.weights.get(name));
    }
    expect(other.weights.get('temperature_2m.residuals')).not.toEqual(again.weights.get('temperature_2m.residuals'));
  });

  test('of less than a year, or without a window to validate on, is refused', async () => {
    const refused = (change: Partial<typeof span>) =>
      expect(fitBaseline(harmonicClimatology, { observations, ...span, ...change })).rejects.toThrow(
        expect.objectContaining({ code: 'TOO_LITTLE_DATA' }),
      );
    await refused({ from: TO - 364 * 24 });
    await refused({ validateTo: TO + 71 });
    await refused({ validateTo: END + 1 });
    expect(await fitReferenceClimatology(observations, FROM + 364 * 24)).toBeUndefined();
    expect((await fitReferenceClimatology(observations, TO))?.id).toBe('harmonic-climatology');
  });
});

describe('a forecast', () => {
  test('sees nothing after init', async () => {
    const init = VALIDATE_TO + 300;
    const spoilt = structuredClone({ ...observations, stations: [...stations] }) as Series;
    spoilt.variables.temperature_2m!.values.fill(1e6, (init + 1 - FROM) * 3);
    for (const one of fitted.values()) {
      const model = await openFitted(one);
      const forecast = await model.forecast({ observations, init });
      expect(await model.forecast({ observations: spoilt, init })).toEqual(forecast);
    }
  });

  test('bridges short gaps, takes long ones for climatology, and is never missing for it', async () => {
    const init = VALIDATE_TO + 300;
    const broken = structuredClone({ ...observations, stations: [...stations] }) as Series;
    const { values, flags } = broken.variables.temperature_2m!;
    const lose = (hour: number, station: number) => {
      values[(hour - FROM) * 3 + station] = Number.NaN;
      flags[(hour - FROM) * 3 + station] = 255;
    };
    for (let hour = init - 20; hour < init - 14; hour++) lose(hour, 0);
    for (let hour = init - 47; hour <= init; hour++) lose(hour, 1);
    const model = await openFitted(fitted.get('ridge')!);
    const whole = (await model.forecast({ observations, init })).variables.temperature_2m!.values;
    const bridged = (await model.forecast({ observations: broken, init })).variables.temperature_2m!.values;
    expect(bridged.some(Number.isNaN)).toBe(false);
    expect(Math.abs(bridged[0] - whole[0])).toBeLessThan(0.5);
    const blend = await openFitted(fitted.get('damped-blend')!);
    const climate = await openFitted(fitted.get('harmonic-climatology')!);
    const silent = (await blend.forecast({ observations: broken, init })).variables.temperature_2m!.values[1];
    expect(silent).toBeCloseTo((await climate.forecast({ observations, init })).variables.temperature_2m!.values[1], 4);
  });

  test('finds its stations by their ids; others are missing', async () => {
    const init = VALIDATE_TO + 300;
    const [a, b, c] = stations;
    const order = [c, { ...a, id: 'stranger' }, a, b];
    const source = [2, 0, 0, 1];
    const moved = testSeries({
      stations: order,
      from: init - 47,
      hours: 48,
      values: {
        temperature_2m: (hour, s) => observations.variables.temperature_2m!.values[(hour - FROM) * 3 + source[s]],
      },
    });
    const model = await openFitted(fitted.get('ridge')!);
    const straight = (await model.forecast({ observations, init })).variables.temperature_2m!.values;
    const turned = await model.forecast({ observations: moved, init });
    expect(Object.keys(turned.variables)).toEqual(['temperature_2m']);
    expect([...turned.variables.temperature_2m!.values.slice(0, 4)]).toEqual([
      straight[2],
      Number.NaN,
      straight[0],
      straight[1],
    ]);
    expect(turned.quantiles!.temperature_2m![0][1]).toBeNaN();
  });
});

describe('an artefact', () => {
  test('forecasts what was fitted, under its checksum', async () => {
    const root = temporaryFolder();
    const init = VALIDATE_TO + 300;
    for (const method of BASELINE_METHODS) {
      const one = fitted.get(method.id)!;
      const folder = join(root, method.id);
      await writeBaseline(folder, one, { training: { dataset: 'x' }, createdAt: '2024-01-01T00:00:00.000Z' });
      const model = (await openBaseline(folder))!;
      expect([model.id, model.kind, model.weightsSha256?.length]).toEqual([method.id, 'baseline', 64]);
      expect(await model.forecast({ observations, init })).toEqual(
        await (await openFitted(one)).forecast({ observations, init }),
      );
    }
  });

  test('whose tensors are of other stations is refused, and another kind of model is none', async () => {
    const root = temporaryFolder();
    const folder = join(root, 'blend');
    const one = fitted.get('damped-blend')!;
    const training = { training: {}, createdAt: '2024-01-01T00:00:00.000Z' };
    await writeBaseline(folder, { ...one, stations: ['a', 'b'] }, training);
    await expect(openBaseline(folder)).rejects.toThrow(/of the wrong shape/);
    const manifest = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other', 'model.json'), JSON.stringify({ ...manifest, kind: 'forecaster' }));
    expect(await openBaseline(join(root, 'other'))).toBeUndefined();
  });

  test('of ridge says which penalty was chosen, and its error on validation', () => {
    const { chosen } = fitted.get(ridge.id)!;
    expect(chosen.temperature_2m).toEqual({ penalty: expect.any(Number), validationMse: expect.any(Number) });
  });
});
