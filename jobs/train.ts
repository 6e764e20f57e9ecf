/**
 * The job that trains, once a week where it is asked for: a model on all that is observed but the last two weeks, of which
 * the first selects the best step and the second, which neither model has seen, judges the new model against the one that
 * serves. The better one serves from then on. What is interrupted goes on from its last checkpoint.
 */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { listTrained, modelFolder, type Serves } from '../models/serving/serving-model.ts';
import { formatHour, type Hour } from '../src/domain/time.ts';
import { KernelcastError } from '../src/errors.ts';
import type { Log } from '../src/log.ts';
import { localFolder } from '../src/store/bucket/bucket-address.ts';
import { nodeFiles } from '../src/store/disk/files.ts';
import { encodeJson, readJson, readVerified } from '../src/store/manifest.ts';
import { MODEL_MANIFEST_NAME, modelManifestSchema } from '../src/store/models/models.ts';
import type { ObservationStore } from '../src/store/observations/observations.ts';
import { openStorage } from '../src/store/open-storage.ts';
import { hasData } from './forecast.ts';
import { POLICIES } from './schedule/policies.ts';
import type { Job } from './schedule/schedule.ts';
import { type RunCommand, runCommand } from './service/command-process.ts';

export interface TrainJobOptions {
  /** The data directory. */
  root: string;
  observations: ObservationStore;
  dataset: string;
  /** A training configuration without data, as `kernelcast train --config` takes it. */
  config: string;
  /** The folder of the model that serves where none was trained yet; the shipped one by default. */
  network?: string;
  log: Log;
  run?: RunCommand;
}

const WEEK = 7 * 24;
/** Less is no training: a few weeks, and the two that select and judge. */
const LEAST_HOURS = 6 * WEEK;
/** Trained models that are kept, the one that serves among them. */
const KEPT = 4;

export function trainJob(options: TrainJobOptions): Job {
  const { root, observations, dataset, config, network, log, run = runCommand } = options;
  const storage = openStorage(root);

  return {
    policy: POLICIES.train,
    canBeBrokenOff: true,
    async run(slot, signal) {
      if (!(await hasData({ observations, dataset }))) return;
      const { from, to } = await observations.describe(dataset);
      const end = Math.min(slot + 1, to);
      if (end - from < LEAST_HOURS) {
        log.info({ dataset, hours: end - from, least: LEAST_HOURS }, 'there is too little to train on yet');
        return;
      }
      const trained = await listTrained(root, dataset);
      if (trained.some(({ serves }) => serves.slot === formatHour(slot))) return;
      const serving = trained[0] ? await modelFolder(root, trained[0].name) : (network ?? (await shipped()));
      const id = idOf(dataset, slot);
      const out = join(localFolder(root), 'training', dataset, id);
      const trial = { from: formatHour(end - WEEK), to: formatHour(end) };
      if (!(await isThere(out))) {
        const span = ['--until', trial.from, '--validation-days', '7'];
        const what = ['--id', id, '--name', `${dataset}, trained ${formatHour(slot).slice(0, 10)}`, '--from', serving];
        await run(
          ['train', '--config', config, '--dataset', dataset, ...span, ...what, '--out', out, '--data', root],
          signal,
        );
      }
      const models = ['--network', out, serving, '--dataset', dataset, '--data', root];
      const text = await run(['evaluate', '--from', trial.from, '--to', trial.to, ...models, '--json'], signal);
      const { ratio, against } = judge(text, id);
      const serves: Serves = { dataset, slot: formatHour(slot), trial: { ...trial, ratio, against } };
      if (ratio < 1) await publish(out, id, serves);
      log.info({ id, against, ratio, ...trial }, ratio < 1 ? 'a new model serves' : 'the new model is no better');
      await rm(out, { recursive: true, force: true });
      for (const { name } of (await listTrained(root, dataset)).slice(KEPT)) await storage.remove(`models/${name}`);
    },
  };

  async function publish(folder: string, id: string, serves: Serves): Promise<void> {
    const manifest = await readJson(nodeFiles, join(folder, MODEL_MANIFEST_NAME), modelManifestSchema);
    if (!manifest) throw new KernelcastError('NOT_FOUND', 'the model that was trained is gone', { where: { folder } });
    const entries = new Map<string, Uint8Array>();
    for (const [name, entry] of Object.entries(manifest.files)) {
      entries.set(name, await readVerified(nodeFiles, folder, name, entry));
    }
    entries.set(MODEL_MANIFEST_NAME, encodeJson({ ...manifest, serves }));
    await storage.publish(`models/${id}`, entries);
  }
}

const evaluationSchema = z.object({
  models: z.array(
    z.object({ model: z.string(), kind: z.string(), variables: z.record(z.string(), z.object({ mse: z.number() })) }),
  ),
});

/** The new model's mean squared errors as a share of those of the other network. */
function judge(text: string, id: string): { ratio: number; against: string } {
  const { models } = evaluationSchema.parse(JSON.parse(text));
  const candidate = models.find(({ model }) => model === id);
  const other = models.find(({ model, kind }) => model !== id && kind === 'network');
  if (!candidate || !other) throw new KernelcastError('MODEL', 'the evaluation has not both models', { where: { id } });
  const logs = Object.entries(candidate.variables).map(([name, { mse }]) => Math.log(mse / other.variables[name].mse));
  return { ratio: Math.exp(logs.reduce((sum, each) => sum + each, 0) / logs.length), against: other.model };
}

function idOf(dataset: string, slot: Hour): string {
  return `${dataset.slice(0, 48)}-${formatHour(slot).slice(0, 10)}`;
}

/** Loaded when it is needed: who only plans loads no model. */
async function shipped(): Promise<string> {
  return (await import('../models/serving/registry.ts')).DEFAULT_MODEL;
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
