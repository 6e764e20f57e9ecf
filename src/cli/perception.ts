/** `kernelcast perception`: repeats the small trainings of the senses, and writes the page about what came of them. */
import { appendFile, readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { TrainingResult } from '../../models/perception/experiment.ts';
import type { DataSet, Sense } from '../../models/perception/tasks/data-set.ts';
import { KernelcastError } from '../errors.ts';
import { openObservations } from './observations.ts';
import { wholeNumber } from './support/options.ts';
import { startProgress } from './support/progress.ts';

interface RunChoice {
  results: string;
  series?: string;
  senses: Sense[];
  seeds: number;
  moreSeeds: Sense[];
}

export function registerPerception(program: Command): void {
  const perception = program
    .command('perception')
    .description('small trainings of the networks on pictures, sounds, points, films and series');
  perception
    .command('train')
    .description('train what is missing from the results, one line of JSON each')
    .option('--results <file>', 'where the results are kept', 'docs/perception.jsonl')
    .option('--senses <sense...>', 'image, audio, points, video, series', [
      'image',
      'audio',
      'points',
      'video',
      'series',
    ])
    .option('--series <file>', 'for the series: a CF file of hourly stations with wind')
    .option(
      '--seeds <n>',
      'trainings of each kind, with other random numbers, of the senses of --more-seeds',
      wholeNumber,
      3,
    )
    .option('--more-seeds <sense...>', 'senses that are trained with more seeds than one', ['points', 'video'])
    .action(train);
  perception
    .command('report')
    .description('write the page about the results')
    .option('--results <file>', 'where the results are kept', 'docs/perception.jsonl')
    .option('--out <file>', 'the page', 'docs/perception.md')
    .action(report);
}

async function train({ results, series, senses, seeds, moreSeeds }: RunChoice): Promise<void> {
  const [{ openTensorFlow }, { BUDGET, planTrainings, isSame, remembered, runTraining }] = await Promise.all([
    import('../../models/engine/tensorflow-backend.ts'),
    import('../../models/perception/experiment.ts'),
  ]);
  const { tf, name, version } = await openTensorFlow();
  const done = await readResults(results);
  const plan = planTrainings(Object.fromEntries(senses.map((sense) => [sense, moreSeeds.includes(sense) ? seeds : 1])));
  const open = new Map<Sense, DataSet>();
  for (const training of plan.filter((each) => !done.some((result) => isSame(result, each)))) {
    const { sense, learned, seed } = training;
    // One sense's examples at a time are in memory.
    const data = open.get(sense) ?? remembered(await openTask(sense, series));
    open.clear();
    open.set(sense, data);
    const progress = startProgress(`${sense}, ${learned}, seed ${seed}`);
    const result = runTraining(data, training, {
      tf,
      engine: `${name} ${version}`,
      onStep: (step) => progress.update(step, BUDGET.steps),
    });
    progress.stop();
    await appendFile(results, `${JSON.stringify(result)}\n`);
    const share = [...result.right].filter((each) => each === '1').length / result.right.length;
    process.stdout.write(
      `${sense}, ${learned}, seed ${seed}: ${(100 * share).toFixed(1)} % right, ${result.seconds} s\n`,
    );
  }
}

async function openTask(sense: Sense, file: string | undefined): Promise<DataSet> {
  switch (sense) {
    case 'image':
      return (await import('../../models/perception/tasks/digits.ts')).openDigits();
    case 'audio':
      return (await import('../../models/perception/tasks/words.ts')).openWords();
    case 'points':
      return (await import('../../models/perception/tasks/shapes.ts')).openShapes();
    case 'video':
      return (await import('../../models/perception/tasks/motions.ts')).openMotions();
    case 'series': {
      const { observations } = await openObservations({ dataset: file });
      return (await import('../../models/perception/tasks/stations.ts')).openStations(observations);
    }
    default:
      throw new KernelcastError('USAGE', `there is no sense '${sense}'`);
  }
}

async function readResults(file: string): Promise<TrainingResult[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function report({ results, out }: { results: string; out: string }): Promise<void> {
  const [{ perceptionReport }, { writeAtomically }, { nodeFiles }] = await Promise.all([
    import('../../models/perception/report.ts'),
    import('../store/disk/atomic.ts'),
    import('../store/disk/files.ts'),
  ]);
  const all = await readResults(results);
  if (all.length === 0)
    throw new KernelcastError('NOT_FOUND', 'there are no results yet', { where: { file: results } });
  await writeAtomically(nodeFiles, out, Buffer.from(perceptionReport(all)));
  process.stdout.write(`wrote ${out} from ${all.length} trainings\n`);
}
