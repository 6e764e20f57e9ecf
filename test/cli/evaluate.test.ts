import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ingestFiles } from '../../ingest/ingest.ts';
import type { Evaluation } from '../../models/evaluation/report.ts';
import { registerEvaluate } from '../../src/cli/evaluate.ts';
import { registerFit } from '../../src/cli/fit.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { writeNetcdf } from '../ingest/support.ts';
import { temporaryFolder } from '../store/support.ts';
import { printed } from './support.ts';

const HOURS = 500 * 24;
const SPAN = ['--from', '2021-05-01', '--to', '2021-05-14'];

let root: string;
let file: string;
let artefact: string;

/** A file of two stations, from 2020-01-01 on, whose temperature wanders about a daily wave. */
async function writeStations(path: string): Promise<string> {
  const random = seededRandom('evaluate');
  const values: number[] = [];
  for (let station = 0; station < 2; station++) {
    let anomaly = 0;
    for (let hour = 0; hour < HOURS; hour++) {
      anomaly = 0.95 * anomaly + random.normal();
      values.push(10 + 4 * Math.sin((2 * Math.PI * hour) / 24) + anomaly);
    }
  }
  return writeNetcdf(path, {
    dimensions: { station: 2, time: HOURS, strlen: 2 },
    attributes: { featureType: 'timeSeries' },
    variables: {
      time: {
        type: 'int',
        dimensions: ['time'],
        attributes: { units: 'hours since 2020-01-01' },
        values: Array.from({ length: HOURS }, (_, hour) => hour),
      },
      code: {
        type: 'char',
        dimensions: ['station', 'strlen'],
        attributes: { cf_role: 'timeseries_id' },
        values: 's1s2',
      },
      lat: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_north' }, values: [52, 53] },
      lon: { type: 'float', dimensions: ['station'], attributes: { units: 'degrees_east' }, values: [5, 6] },
      air: {
        type: 'float',
        dimensions: ['station', 'time'],
        attributes: { units: 'degC', standard_name: 'air_temperature' },
        values,
      },
    },
  });
}

const evaluateCommand = (...args: string[]) => printed(registerEvaluate, 'evaluate', ...args);

beforeAll(async () => {
  root = temporaryFolder(afterAll);
  file = await writeStations(join(root, 'two.nc'));
  await ingestFiles([file], { dataset: 'two', store: new ObservationStore(join(root, 'data')) });
  const said = await printed(
    registerFit,
    ...['fit', '--dataset', file, '--model', 'damped-blend', '--out', join(root, 'fits')],
    ...['--to', '2021-03-01', '--validate-to', '2021-05-01'],
  );
  artefact = join(root, 'fits', 'damped-blend');
  expect(said).toBe(`wrote ${artefact}\n`);
});

describe('kernelcast evaluate', () => {
  test('scores a file of stations without a store as it does the dataset that was ingested from it', async () => {
    const common = [...SPAN, '--network', artefact, '--json'];
    const ofFile: Evaluation = JSON.parse(await evaluateCommand('--dataset', file, ...common));
    const ofStore = JSON.parse(await evaluateCommand('--dataset', 'two', '--data', join(root, 'data'), ...common));
    expect(ofStore.models).toEqual(ofFile.models);
    expect(JSON.parse(await evaluateCommand('--data', file, ...common))).toEqual(ofFile);
    expect(ofFile).toMatchObject({ dataset: file, from: '2021-05-01T00:00Z', to: '2021-05-14T00:00Z', windows: 289 });
    const ids = ofFile.models.map(({ model }) => model);
    expect(ids).toEqual(['damped-blend', 'persistence', 'diurnal-persistence', 'climatology', 'harmonic-climatology']);
    for (const { variables } of ofFile.models) expect(variables.temperature_2m!.count).toBe(289 * 48);
    const [blend, persistence] = ofFile.models.map(({ variables }) => variables.temperature_2m!);
    expect(blend.mse).toBeLessThan(persistence.mse);
    expect(blend.intervals.mse![0]).toBeLessThan(blend.mse);
    expect(blend.byLead[0].mse).toBeLessThan(blend.byLead[23].mse);
  });

  test('prints a table, the differences to the best, and what is asked for by lead or station', async () => {
    const chosen = [...SPAN, '--dataset', file, '--network', artefact, '--model', 'damped-blend', 'persistence'];
    const text = await evaluateCommand(...chosen, '--by', 'station');
    expect(text).toMatch(/^model +variable +unit +MSE/m);
    expect(text).toMatch(/^damped-blend +temperature_2m +degC +\d+\.\d{3} +\d+\.\d+ \.\. \d+\.\d+ .* 13872 /m);
    expect(text).toMatch(/^temperature_2m +damped-blend +persistence .* yes /m);
    expect(text).toMatch(/^persistence +temperature_2m +s2 /m);
    expect(await evaluateCommand(...chosen, '--by', 'lead')).toMatch(/^persistence +temperature_2m +24 /m);
  });

  test('says what is wrong with what it is asked', async () => {
    const cases: [string[], object][] = [
      [[], { code: 'USAGE', message: expect.stringMatching(/which observations/) }],
      [['--dataset', file, '--from', '2030-01-01'], { code: 'USAGE', message: expect.stringMatching(/span .* empty/) }],
      [
        ['--dataset', file, ...SPAN, '--network', artefact, '--model', 'oracle'],
        { code: 'NOT_FOUND', hint: expect.stringMatching(/damped-blend, persistence/) },
      ],
      [['--dataset', file, ...SPAN, '--network', root], { code: 'NOT_FOUND' }],
      [['--dataset', file, ...SPAN, '--by', 'hour'], { code: 'USAGE' }],
    ];
    for (const [args, error] of cases) {
      await expect(evaluateCommand(...args)).rejects.toThrow(expect.objectContaining(error));
    }
  });
});

test('kernelcast fit names the baselines that there are, and refuses too short a span', async () => {
  const fitCommand = (...args: string[]) =>
    printed(registerFit, 'fit', '--dataset', file, '--out', join(root, 'other'), ...args);
  await expect(fitCommand('--model', 'oracle', '--to', '2021-03-01', '--validate-to', '2021-05-01')).rejects.toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', hint: expect.stringMatching(/harmonic-climatology, damped-blend/) }),
  );
  await expect(fitCommand('--to', '2020-12-01', '--validate-to', '2021-03-01')).rejects.toThrow(
    expect.objectContaining({ code: 'TOO_LITTLE_DATA' }),
  );
});
