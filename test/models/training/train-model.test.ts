import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ObservationSource } from '../../../models/training/data/observation-source.ts';
import { type TrainModelOptions, trainingFolder, trainModel } from '../../../models/training/train-model.ts';
import { dataConfigSchema, parseTrainingConfig } from '../../../models/training/training-config.ts';
import { openForecasterArtefact } from '../../../models/universal/forecaster-artefact.ts';
import { openNetworkModel } from '../../../models/universal/network-model.ts';
import { sliceSeries } from '../../../src/domain/series.ts';
import { formatHour } from '../../../src/domain/time.ts';
import { cycle, SMALL, smallSettings } from './small-training.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelcast-train-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const source: ObservationSource = {
  name: 'cycle',
  stations: cycle.stations,
  from: cycle.from,
  to: cycle.from + cycle.hours,
  variables: 1,
  revision: 'first',
  read: async (from, to) => sliceSeries(cycle, from, to),
};

const at = (hours: number) => formatHour(cycle.from + hours);

function options(out: string, overrides: Partial<TrainModelOptions> = {}): TrainModelOptions {
  const data = dataConfigSchema.parse({
    sources: [{ dataset: 'cycle', train: { from: at(0), to: at(90) }, validate: { from: at(140), to: at(200) } }],
  });
  const training = smallSettings({ steps: 8, validateEvery: 3, validationExamples: 3 });
  return {
    kind: 'forecaster',
    config: { architecture: SMALL, data, training },
    sources: [source],
    id: 'small',
    name: 'Small',
    out: join(root, out),
    resume: true,
    checkpointMinutes: 5,
    clock: { now: () => Date.UTC(2025, 0, 1) },
    onNotice: () => {},
    onProgress: () => {},
    ...overrides,
  };
}

/** Stops after the step of the first report. */
async function stopEarly(given: TrainModelOptions) {
  const stopper = new AbortController();
  return trainModel({ ...given, signal: stopper.signal, onProgress: () => stopper.abort() });
}

test('an artefact tells its data, settings and curve, forecasts, and leaves nothing beside it', async () => {
  const result = await trainModel(options('whole'));
  const { manifest } = await openForecasterArtefact(join(root, 'whole'));
  expect(manifest.training).toMatchObject({
    clipNorm: 1,
    selectBy: 'loss',
    stepsDone: 8,
    bestStep: result.bestStep,
    validation: result.validation,
    spans: [
      { source: 'cycle', role: 'training', firstTarget: at(48), lastTarget: at(89), inits: 19, stations: 3 },
      { source: 'cycle', role: 'validation', firstTarget: at(140), lastTarget: at(199), inits: 37 },
    ],
  });
  const log = (await readFile(join(root, 'whole', 'training.jsonl'), 'utf8')).trim().split('\n');
  expect(log.map((line) => JSON.parse(line).step)).toEqual([3, 6, 8]);
  const picture = await readFile(join(root, 'whole', 'training.svg'), 'utf8');
  expect(picture).toMatch(/^<svg.*validation.*<\/svg>\n$/s);
  expect(picture).not.toContain('NaN');
  const model = await openNetworkModel(join(root, 'whole'), { threads: 1 });
  const forecast = await model.forecast({ observations: cycle, init: cycle.from + 100 });
  expect(forecast.variables.temperature_2m!.values.every(Number.isFinite)).toBe(true);
  // Of the validation's 37 inits and three stations; wind was not observed.
  expect(Object.keys(forecast.rankPaths!)).toEqual(['temperature_2m']);
  const ranks = forecast.rankPaths!.temperature_2m!;
  expect(ranks).toHaveLength(24 * 111);
  for (const lead of [0, 23]) {
    const sorted = ranks.slice(lead * 111, (lead + 1) * 111).sort();
    expect(sorted).toEqual(Float32Array.from({ length: 111 }, (_, rank) => (rank + 0.5) / 111));
  }
  await model.close();
  expect((await readdir(root)).filter((name) => name.startsWith('whole'))).toEqual(['whole']);
});

test('stopped and begun again, it goes on from its checkpoint to the same bytes', async () => {
  const stopped = await stopEarly(options('again'));
  expect(stopped).toMatchObject({ outcome: 'stopped', step: 3 });
  expect(await readdir(root)).not.toContain('again');
  const notices: string[] = [];
  const result = await trainModel(options('again', { onNotice: (notice) => notices.push(notice) }));
  expect(notices.join()).toMatch(/goes on at step 4 of 8/);
  expect(result.outcome).toBe('finished');
  const bytes = (name: string) => readFile(join(root, name, 'weights.safetensors'));
  expect((await bytes('again')).equals(await bytes('whole'))).toBe(true);
  const log = (await readFile(join(root, 'again', 'training.jsonl'), 'utf8')).trim().split('\n');
  expect(log.map((line) => JSON.parse(line).step)).toEqual([3, 6, 8]);
});

test('a checkpoint of other settings, data or weights is refused with every difference, and can be forgotten', async () => {
  const given = options('other');
  await stopEarly(given);
  const training = { ...given.config.training, learningRate: 0.5, patience: 2 };
  const changed = {
    ...given,
    config: { ...given.config, training },
    sources: [{ ...source, revision: 'second' }],
  };
  await expect(trainModel(changed)).rejects.toMatchObject({
    code: 'USAGE',
    where: {
      'training.learningRate': 'was 0.02, is 0.5',
      'training.patience': 'was not given, is 2',
      'data.found.cycle.revision': 'was "first", is "second"',
    },
  });
  const notices: string[] = [];
  await trainModel({ ...changed, resume: false, onNotice: (notice) => notices.push(notice) });
  expect(notices).toEqual([]);
});

test('a damaged checkpoint is an error that names the file', async () => {
  await stopEarly(options('damaged'));
  const folder = join(trainingFolder(join(root, 'damaged')), 'step-000000003');
  await writeFile(join(folder, 'first-moments.safetensors'), 'half');
  await expect(trainModel(options('damaged'))).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
    where: { file: join(folder, 'first-moments.safetensors') },
  });
});

test('fine-tuning begins with the weights that fit, and names the others', async () => {
  const wider = { ...SMALL, dModel: 2 * SMALL.dModel };
  const given = options('tuned', { from: join(root, 'whole') });
  const notices: string[] = [];
  await trainModel({
    ...given,
    config: { ...given.config, architecture: wider, training: { ...given.config.training, steps: 3 } },
    onNotice: (notice) => notices.push(notice),
    onProgress: () => {},
  });
  expect(notices.join()).toMatch(/begins with \d+ of \d+ parameters/);
  expect(notices.join()).toMatch(
    /new ones: embedding\.token\.weight, embedding\.marks\.weight, embedding\.context\.weight, embedding\.context\.bias$/,
  );

  const same = options('tuned-2', { from: join(root, 'whole') });
  const losses: number[] = [];
  const training = { ...same.config.training, steps: 1, validateEvery: 1, learningRate: 1e-9 };
  const result = await trainModel({
    ...same,
    config: { ...same.config, training },
    onProgress: ({ validation }) => losses.push(validation!.loss),
  });
  const { manifest } = await openForecasterArtefact(join(root, 'whole'));
  const { validation } = (manifest as unknown as { training: { validation: { loss: number } } }).training;
  expect(result.validation.loss).toBeCloseTo(validation.loss, 2);
});

test('weights of another network are refused', async () => {
  const given = options('misfit', { from: join(root, 'whole') });
  const architecture = { ...SMALL, dModel: 48, backbone: { ...SMALL.backbone, dims: [6, 6, 10, 12] } };
  const result = trainModel({ ...given, config: { ...given.config, architecture } });
  // The skip path is the same for every size.
  await expect(result).resolves.toMatchObject({ outcome: 'finished' });
  await expect(trainModel({ ...options('none'), from: join(root, 'nowhere') })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('an existing folder is refused before any work, and a bad configuration with its field', async () => {
  await expect(trainModel(options('whole'))).rejects.toThrow(/exists already/);
  const given = options('bad');
  const architecture = { ...SMALL, dModel: -1 };
  await expect(trainModel({ ...given, config: { ...given.config, architecture } })).rejects.toMatchObject({
    code: 'USAGE',
    where: { field: 'architecture.dModel' },
  });
  const span = { from: '2025-01-01', to: '2025-02-01' };
  const cases: [unknown, string][] = [
    [{ sources: [{ dataset: 'a', file: 'b.nc', train: span }] }, 'data.sources.0'],
    [{ sources: [{ dataset: 'a' }] }, 'data.sources.0'],
    [{ sources: [{ dataset: 'a', train: { ...span, to: 'tomorrow' } }] }, 'data.sources.0.train.to'],
    [{ sources: [{ dataset: 'a', train: span }], holdOutStations: { share: 1 } }, 'data.holdOutStations.share'],
  ];
  for (const [data, field] of cases) {
    const value = { architecture: SMALL, training: smallSettings(), data };
    expect(() => parseTrainingConfig(value, 'c.json')).toThrow(
      expect.objectContaining({ where: { file: 'c.json', field } }),
    );
  }
});
