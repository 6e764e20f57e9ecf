/** `kernelcast evaluate`: the error of models over a span of a dataset, beside the baselines. */
import type { Command } from 'commander';
import type { Evaluation } from '../../models/evaluation/evaluate.ts';
import { dataDirectory } from '../config.ts';
import { formatHour, parseHour } from '../domain/time.ts';
import { VARIABLES } from '../domain/variables.ts';
import { KernelcastError } from '../errors.ts';
import { positiveNumber, wholeNumber } from './options.ts';
import { startProgress } from './progress.ts';

interface Options {
  dataset: string;
  model: string;
  from?: number;
  to?: number;
  lastDays: number;
  stride: number;
  json?: boolean;
  network?: string;
  data?: string;
}

const HOURS_PER_DAY = 24;

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('score models on every 24 hours of a span, from every hour (nothing is published)')
    .requiredOption('--dataset <name>', 'the dataset to evaluate on')
    .option('--model <id>', "a model's id, or all", 'all')
    .option('--from <time>', 'first target hour (default: --last-days before the end)', parseHour)
    .option('--to <time>', 'end of the target hours, exclusive (default: the end of the dataset)', parseHour)
    .option('--last-days <days>', 'length of the span where --from is not given', positiveNumber, 10)
    .option('--stride <hours>', 'hours from one forecast to the next', wholeNumber, 1)
    .option('--json', 'print JSON, with the errors by lead hour')
    .option('--network <folder>', 'a model artefact of your own, in place of the shipped one')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ ObservationStore }, { evaluate }, { openForecastModels }] = await Promise.all([
    import('../store/observations.ts'),
    import('../../models/evaluation/evaluate.ts'),
    import('../../models/registry.ts'),
  ]);
  const store = new ObservationStore(dataDirectory(options.data));
  const span = await store.describe(options.dataset);
  const to = Math.min(options.to ?? span.to, span.to);
  const from = options.from ?? to - Math.round(options.lastDays * HOURS_PER_DAY);
  if (from >= to) {
    throw new KernelcastError('USAGE', 'the span to evaluate is empty', {
      where: { from: formatHour(from), to: formatHour(to), dataset: options.dataset },
      hint: `The dataset holds ${formatHour(span.from)} to ${formatHour(span.to - 1)}; --to is exclusive.`,
    });
  }
  const all = await openForecastModels({ network: options.network });
  const models = options.model === 'all' ? all : all.filter(({ id }) => id === options.model);
  if (models.length === 0) {
    throw new KernelcastError('NOT_FOUND', `no model is called '${options.model}'`, {
      hint: `Models here: ${all.map(({ id }) => id).join(', ')}.`,
    });
  }
  const progress = startProgress('evaluating');
  const evaluation = await evaluate({
    observations: await store.read(options.dataset, span.from, to),
    models,
    from,
    to,
    stride: options.stride,
    onProgress: progress.update,
  }).finally(progress.stop);
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ dataset: options.dataset, from: formatHour(from), to: formatHour(to), ...evaluation })}\n`,
    );
  } else {
    process.stdout.write(
      `${options.dataset}, targets ${formatHour(from)} to ${formatHour(to - 1)}, ${evaluation.windows} windows\n\n`,
    );
    process.stdout.write(table(evaluation));
  }
}

/** One line a model and variable: errors, and the MSE's gain on persistence and climatology. */
function table({ models }: Evaluation): string {
  const header = [
    'model',
    'variable',
    'unit',
    'MSE',
    'RMSE',
    'MAE',
    'bias',
    'targets',
    'vs persistence',
    'vs climatology',
  ];
  const mseOf = (id: string, variable: string) =>
    models.find(({ model }) => model === id)?.variables[variable as keyof typeof VARIABLES]?.mse;
  const gain = (mse: number, reference: number | undefined) =>
    reference === undefined ? '' : `${(Math.round((1 - mse / reference) * 1000) / 10 || 0).toFixed(1)} %`;
  const lines = models.flatMap(({ model, variables }) =>
    Object.entries(variables).map(([variable, scores]) => [
      model,
      variable,
      VARIABLES[variable as keyof typeof VARIABLES].unit,
      ...[scores.mse, scores.rmse, scores.mae, scores.bias].map((value) => value.toFixed(3)),
      String(scores.count),
      gain(scores.mse, mseOf('persistence', variable)),
      gain(scores.mse, mseOf('climatology', variable)),
    ]),
  );
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column].length)));
  return [header, ...lines]
    .map(
      (line) =>
        `${line.map((cell, column) => (column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')}\n`,
    )
    .join('');
}
