/** `kernelcast train`: trains a model on datasets of the store, or on station files, and writes a model artefact. */
import type { Command } from 'commander';
import type { DataConfig, TrainingConfig } from '../../models/training/training-config.ts';
import { dataDirectory } from '../config.ts';
import { systemClock } from '../domain/clock.ts';
import { parseHour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import type { ObservationStore } from '../store/observations/observations.ts';
import { positiveNumber } from './support/options.ts';
import { startProgress } from './support/progress.ts';
import { readJsonFile } from './support/read-json-file.ts';
import { stopSignal } from './support/stop-signal.ts';

interface Options {
  dataset?: string[];
  validateOn?: string;
  validationDays: number;
  until?: number;
  model: string;
  config: string;
  id: string;
  name?: string;
  out: string;
  from?: string;
  resume: boolean;
  checkpointMinutes: number;
  data?: string;
}

export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('train a model on datasets of the store or on station files; what was interrupted goes on')
    .requiredOption('--config <file>', 'JSON: architecture, data and training (see models/README.md)')
    .requiredOption('--out <folder>', 'where to write the model artefact')
    .option('--model <kind>', 'what to train', 'forecaster')
    .option('--id <id>', "the model's id in runs and in the API", 'unireplknet')
    .option('--name <name>', "the model's name for people (default: that of its architecture)")
    .option('--from <folder>', 'begin with the weights of this model, where they fit (fine-tuning)')
    .option('--no-resume', 'begin anew, and forget an interrupted training')
    .option('--checkpoint-minutes <minutes>', 'how often to keep a checkpoint', positiveNumber, 5)
    .option('--dataset <name...>', 'datasets to train on, where the configuration has no data')
    .option('--validate-on <name>', 'the dataset whose last days validate (default: the first)')
    .option('--validation-days <days>', 'length of the validation span', positiveNumber, 5)
    .option('--until <time>', 'end of what may be seen of the datasets, exclusive', parseHour)
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ ObservationStore }, { trainModel, trainingFolder }, { parseTrainingConfig }, log, { openSources }] =
    await Promise.all([
      import('../store/observations/observations.ts'),
      import('../../models/training/train-model.ts'),
      import('../../models/training/training-config.ts'),
      import('../../models/training/progress/training-log.ts'),
      import('./support/training-sources.ts'),
    ]);
  const store = new ObservationStore(dataDirectory(options.data));
  const given = parseTrainingConfig(await readJsonFile(options.config, 'the training configuration'), options.config);
  const config = { ...given, data: await dataOfEither(options, given, store) };
  const sources = await openSources(config.data, store);
  const stop = stopSignal();
  const progress = startProgress('training');
  const result = await trainModel({
    kind: options.model,
    config,
    sources,
    id: options.id,
    name: options.name,
    out: options.out,
    from: options.from,
    resume: options.resume,
    checkpointMinutes: options.checkpointMinutes,
    signal: stop.signal,
    clock: systemClock,
    onNotice: (notice) => process.stderr.write(`${notice}\n`),
    onProgress: (now) => progress.update(now.step, now.steps, log.describeProgress(now, config.training.selectBy)),
  }).finally(async () => {
    progress.stop();
    stop.release();
    for (const source of sources) await source.close?.();
  });
  if (result.outcome === 'stopped') {
    process.stdout.write(
      `stopped after step ${result.step}; the same command goes on from the checkpoint in ${trainingFolder(options.out)}\n`,
    );
    process.exitCode = 130;
    return;
  }
  const { selectBy } = config.training;
  process.stdout.write(
    `wrote ${options.out}: validation ${selectBy} ${result.validation[selectBy].toFixed(4)} at step ${result.bestStep}` +
      `${result.outcome === 'finished' ? '' : `, stopped at step ${result.step} since it grew no better`}, ` +
      `${result.parameters} parameters, trained with ${result.engine} in ${log.describeSeconds(result.seconds)}\n`,
  );
}

/** From the configuration, or from options; not from both. */
async function dataOfEither(options: Options, config: TrainingConfig, store: ObservationStore): Promise<DataConfig> {
  const { dataset } = options;
  if (config.data && dataset) {
    throw new KernelcastError('USAGE', '--dataset is given, but the configuration has data of its own', {
      where: { file: options.config },
      hint: 'Leave out one of the two.',
    });
  }
  if (config.data) return config.data;
  if (dataset) return (await import('./support/training-sources.ts')).dataOf({ ...options, dataset }, store);
  throw new KernelcastError('USAGE', 'there is nothing to train on', {
    where: { file: options.config },
    hint: 'Give --dataset, or the configuration a part `data` (see models/README.md).',
  });
}
