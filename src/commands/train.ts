/** `kernelcast train`: trains the default forecaster on datasets of the store and writes a model artefact. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { parseHour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import { positiveNumber } from './options.ts';
import { startProgress } from './progress.ts';

interface Options {
  dataset: string[];
  validateOn: string;
  validationDays: number;
  until?: number;
  config: string;
  id: string;
  name: string;
  out: string;
  data?: string;
}

export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('train the default forecaster on datasets of the store')
    .requiredOption('--dataset <name...>', 'datasets to train on')
    .requiredOption('--config <file>', 'JSON: architecture and training (see models/README.md)')
    .requiredOption('--out <folder>', 'where to write the model artefact')
    .option('--id <id>', "the model's id in runs and in the API", 'unireplknet')
    .option('--name <name>', "the model's name for people", 'UniRepLKNet')
    .option('--until <time>', 'end of what may be seen of the validated dataset, exclusive', parseHour)
    .option('--validate-on <name>', 'the dataset whose last days validate (default: the first)')
    .option('--validation-days <days>', 'length of the validation span', positiveNumber, 5)
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ ObservationStore }, { trainForecaster }, { parseTrainingConfig }] = await Promise.all([
    import('../store/observations.ts'),
    import('../../models/training/train-forecaster.ts'),
    import('../../models/training/training-config.ts'),
  ]);
  const progress = startProgress('training');
  const result = await trainForecaster({
    observations: new ObservationStore(dataDirectory(options.data)),
    datasets: options.dataset,
    validateOn: options.validateOn ?? options.dataset[0],
    validationDays: options.validationDays,
    until: options.until,
    config: parseTrainingConfig(await readConfig(options.config), options.config),
    id: options.id,
    name: options.name,
    out: options.out,
    onProgress: ({ step, steps, loss, validation }) => {
      const held = validation === undefined ? '' : ` validation ${validation.toFixed(4)}`;
      progress.update(step, steps, `loss ${loss.toFixed(4)}${held}`);
    },
  });
  progress.stop();
  process.stdout.write(
    `wrote ${options.out}: validation loss ${result.validation.toFixed(4)} at step ${result.bestStep}, ` +
      `${result.parameters} parameters, trained with ${result.engine} in ${result.seconds.toFixed(0)} s\n`,
  );
}

async function readConfig(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new KernelcastError('USAGE', `the training configuration cannot be read: ${(error as Error).message}`, {
      where: { file },
      hint: 'It is a JSON file; models/pretrained holds the one that the shipped model was trained with.',
    });
  }
}
