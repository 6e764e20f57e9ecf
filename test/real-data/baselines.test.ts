/** The baselines on KNMI-30's validation year, against the figures that others published for the same windows and targets. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStationSeries } from '../../ingest/hourly/station-series.ts';
import { diurnalPersistence } from '../../models/baselines/diurnal-persistence.ts';
import { dampedBlend } from '../../models/baselines/fitted/damped-blend.ts';
import { dlinear } from '../../models/baselines/fitted/dlinear.ts';
import { fitBaseline, fitReferenceClimatology } from '../../models/baselines/fitted/fit.ts';
import { openFitted } from '../../models/baselines/fitted/fitted-model.ts';
import { persistence } from '../../models/baselines/persistence.ts';
import { evaluate } from '../../models/evaluation/evaluate.ts';
import type { ModelReport } from '../../models/evaluation/report.ts';
import { packageRoot } from '../../src/config.ts';
import type { Series } from '../../src/domain/series.ts';
import { parseHour } from '../../src/domain/time.ts';

const SHARED = join(packageRoot(), '..', 'shared', 'data');
const FILE = join(SHARED, 'stations', 'knmi30_hourly_2019_2024.nc');
const PEERS = join(SHARED, 'benchmark', 'peers.json');
const [TO, VALIDATE_TO] = [parseHour('2023-01-01'), parseHour('2024-01-01')];
/** Every window counts 720 targets of temperature and as many of wind. */
const WINDOWS = 8737;

/** 2019 to 2023; of the test year nothing is read. Temperature and wind speed, which the figures are of. */
async function readYears(): Promise<Series> {
  const file = await openStationSeries(FILE);
  const { variables, ...series } = await file.read(file.from, VALIDATE_TO);
  await file.close();
  const { temperature_2m, wind_speed_10m } = variables;
  return { ...series, variables: { temperature_2m, wind_speed_10m } };
}

describe.skipIf(!existsSync(FILE))('KNMI-30, validation year 2023', () => {
  let reports: ModelReport[];
  let windows: number;

  beforeAll(async () => {
    const observations = await readYears();
    const span = { observations, from: observations.from, to: TO, validateTo: VALIDATE_TO };
    const models = [persistence, diurnalPersistence, (await fitReferenceClimatology(observations, TO))!];
    for (const method of [dampedBlend, dlinear]) {
      models.push(await openFitted(await fitBaseline(method, span)));
    }
    const evaluation = await evaluate({ observations, models, from: TO, to: VALIDATE_TO });
    ({ windows, models: reports } = evaluation);
  }, 600_000);

  test.each([
    ['persistence', 'persistence', 1e-4],
    ['diurnal-persistence', 'diurnal_persistence', 1e-4],
    ['harmonic-climatology', 'climatology', 1e-3],
    ['damped-blend', 'damped_blend3', 1e-3],
    ['dlinear', 'dlinear', 2e-3],
  ])('%s has the published errors, over every target', (id, peer, tolerance) => {
    const peers = JSON.parse(readFileSync(PEERS, 'utf8'));
    expect(windows).toBe(WINDOWS);
    const { variables } = reports.find(({ model }) => model === id)!;
    for (const [variable, name] of [
      ['temperature_2m', 'temp'],
      ['wind_speed_10m', 'wind'],
    ] as const) {
      const { mse, mae, count } = variables[variable]!;
      const published = peers[name][peer].validation_2023;
      expect(count).toBe(WINDOWS * 720);
      expect(Math.abs(mse / published.mse - 1)).toBeLessThan(tolerance);
      expect(Math.abs(mae / published.mae - 1)).toBeLessThan(tolerance);
    }
  });
});
