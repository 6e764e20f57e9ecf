/** `kernelcast evaluate`: the errors of models over a span of a dataset or of a file, beside the baselines. */
import { type Command, Option } from 'commander';
import type { ForecastModel } from '../../models/forecast-model.ts';
import { formatHour, parseHour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import { PROTOCOLS, type Protocol, runProtocol } from './evaluate/protocols.ts';
import { breakdownTable, differencesTable, scoresTable } from './evaluate/tables.ts';
import { openObservations } from './observations.ts';
import { positiveNumber, wholeNumber } from './support/options.ts';
import { startProgress } from './support/progress.ts';

interface Options {
  dataset?: string;
  model: string[];
  from?: number;
  to?: number;
  lastDays: number;
  stride: number;
  stations?: string[];
  by?: 'lead' | 'station';
  pairs?: string;
  lead: number;
  json?: boolean;
  network?: string[];
  protocol?: Protocol;
  data?: string;
}

const HOURS_PER_DAY = 24;

export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('score models on every 24 hours of a span, from every hour (nothing is published)')
    .option('--dataset <name|file>', 'what to evaluate on: a dataset of the store, or a CF file of stations')
    .option('--model <id...>', 'ids of models, or all', ['all'])
    .option('--from <time>', 'first target hour (default: --last-days before the end)', parseHour)
    .option('--to <time>', 'end of the target hours, exclusive (default: the end of the data)', parseHour)
    .option('--last-days <days>', 'length of the span where --from is not given', positiveNumber, 10)
    .option('--stride <hours>', 'hours from one forecast to the next', wholeNumber, 1)
    .option('--stations <id...>', 'score these alone; the models see the others too (default: all)')
    .option('--by <what>', 'show the errors by lead or by station too', leadOrStation)
    .option(
      '--pairs <file>',
      'forecasts of other models with what was observed (CSV), judged without peeking, corrected and blended',
    )
    .option('--lead <hours>', 'of the forecasts of --pairs', wholeNumber, 48)
    .option('--json', 'print JSON: all scores, by lead hour and station, with intervals, and all differences')
    .option('--network <folder...>', 'model artefacts of your own, in place of the shipped one')
    .addOption(
      new Option(
        '--protocol <name>',
        'the public evaluation of a published data set, whose folder --data is; models are rules, and those of --network',
      ).choices(PROTOCOLS),
    )
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data); or a file, as --dataset')
    .action(run);
}

function leadOrStation(text: string): 'lead' | 'station' {
  if (text === 'lead' || text === 'station') return text;
  throw new KernelcastError('USAGE', `'${text}' is nothing to break the errors down by`, {
    hint: 'Write --by lead or --by station.',
  });
}

async function run(options: Options): Promise<void> {
  if (options.pairs !== undefined) {
    const { evaluatePairs } = await import('./evaluate/pairs.ts');
    return evaluatePairs({ ...options, pairs: options.pairs });
  }
  if (options.protocol) {
    if (!options.data) {
      throw new KernelcastError('USAGE', 'it is not said where the published data are', {
        hint: 'Give --data FOLDER.',
      });
    }
    return runProtocol(options.protocol, { folder: options.data, artefacts: options.network, json: options.json });
  }
  const [{ evaluate }, { openEvaluatedModels }] = await Promise.all([
    import('../../models/evaluation/evaluate.ts'),
    import('../../models/serving/registry.ts'),
  ]);
  const { name, observations } = await openObservations(options, options.to);
  const end = observations.from + observations.hours;
  const to = Math.min(options.to ?? end, end);
  const from = options.from ?? to - Math.round(options.lastDays * HOURS_PER_DAY);
  if (from >= to || to <= observations.from) {
    throw new KernelcastError('USAGE', 'the span to evaluate is empty', {
      where: { from: formatHour(from), to: formatHour(to), dataset: name },
      hint: `The data begin at ${formatHour(observations.from)} and are read to ${formatHour(end)}; --to is exclusive.`,
    });
  }
  const models = choose(await openEvaluatedModels(observations, from, { artefacts: options.network }), options.model);
  const progress = startProgress('evaluating');
  const evaluation = await evaluate({
    observations,
    models,
    from,
    to,
    stride: options.stride,
    scored: options.stations,
    onProgress: progress.update,
  }).finally(progress.stop);
  if (options.json) {
    const span = {
      dataset: name,
      from: formatHour(from),
      to: formatHour(to),
      stride: options.stride,
      stations: options.stations,
    };
    process.stdout.write(`${JSON.stringify({ ...span, ...evaluation })}\n`);
    return;
  }
  const { windows, blocks } = evaluation;
  process.stdout.write(
    `${name}, targets ${formatHour(from)} to ${formatHour(to - 1)}, ${windows} windows; intervals of 95 % by a bootstrap over ${blocks} days\n\n`,
  );
  process.stdout.write(`${scoresTable(evaluation)}\n${differencesTable(evaluation)}`);
  if (options.by) process.stdout.write(`\n${breakdownTable(evaluation, options.by)}`);
}

function choose(all: readonly ForecastModel[], ids: readonly string[]): readonly ForecastModel[] {
  if (ids.includes('all')) return all;
  return ids.map((id) => {
    const model = all.find((candidate) => candidate.id === id);
    if (model) return model;
    throw new KernelcastError('NOT_FOUND', `no model is called '${id}'`, {
      hint: `Models here: ${all.map((candidate) => candidate.id).join(', ')}.`,
    });
  });
}
