/** `kernelcast fit`: fits the baselines that learn from data, and writes each as a model artefact beside which networks are judged. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatHour, parseHour } from '../domain/time.ts';
import { openObservations } from './observations.ts';
import { startProgress } from './support/progress.ts';

interface Options {
  dataset?: string;
  model: string[];
  from?: number;
  to: number;
  validateTo: number;
  out: string;
  data?: string;
}

export function registerFit(program: Command): void {
  program
    .command('fit')
    .description(
      'fit baselines (climatology, damped blend, DLinear, ridge over all stations) and write model artefacts',
    )
    .option('--dataset <name|file>', 'what to fit to: a dataset of the store, or a CF file of stations')
    .option('--model <id...>', 'ids of baselines, or all', ['all'])
    .option('--from <time>', 'first hour to fit to (default: the first of the data)', parseHour)
    .requiredOption('--to <time>', 'end of the hours to fit to, exclusive; where validation begins', parseHour)
    .requiredOption(
      '--validate-to <time>',
      'end of the validation span, exclusive; nothing after it is seen',
      parseHour,
    )
    .requiredOption('--out <folder>', 'where to write a folder for each baseline')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data); or a file, as --dataset')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ chooseMethods }, { fitBaseline }, { writeBaseline }] = await Promise.all([
    import('../../models/baselines/fitted/methods.ts'),
    import('../../models/baselines/fitted/fit.ts'),
    import('../../models/baselines/fitted/artefact.ts'),
  ]);
  const methods = chooseMethods(options.model);
  const { to, validateTo } = options;
  const { name, observations } = await openObservations(options, validateTo);
  const from = options.from ?? observations.from;
  const progress = startProgress('fitting');
  try {
    for (const [index, method] of methods.entries()) {
      progress.update(index, methods.length, method.id);
      const { chosen, ...fitted } = await fitBaseline(method, { observations, from, to, validateTo });
      const span = { dataset: name, from: formatHour(from), to: formatHour(to), validateTo: formatHour(validateTo) };
      const folder = join(options.out, method.id);
      await writeBaseline(folder, fitted, { training: { ...span, ...chosen }, createdAt: new Date().toISOString() });
      process.stdout.write(`wrote ${folder}\n`);
    }
  } finally {
    progress.stop();
  }
}
