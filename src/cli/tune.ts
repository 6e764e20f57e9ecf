/** `kernelcast tune`: a small search over fields of a training configuration, by validation alone. */
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { systemClock } from '../domain/clock.ts';
import { KernelcastError } from '../errors.ts';
import { positiveNumber } from './support/options.ts';
import { startProgress } from './support/progress.ts';
import { readJsonFile } from './support/read-json-file.ts';
import { stopSignal } from './support/stop-signal.ts';

interface Options {
  config: string;
  out: string;
  checkpointMinutes: number;
  data?: string;
}

export function registerTune(program: Command): void {
  program
    .command('tune')
    .description('search for a better training configuration, by validation alone; what was interrupted goes on')
    .requiredOption('--config <file>', 'JSON: a training configuration, and what to vary (see models/README.md)')
    .requiredOption('--out <folder>', 'where to keep the results (results.jsonl) and the best configuration')
    .option('--checkpoint-minutes <minutes>', 'how often to keep a checkpoint', positiveNumber, 5)
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const [{ ObservationStore }, { tune, parseTuneConfig }, log, { openSources }, atomic, { nodeFiles }] =
    await Promise.all([
      import('../store/observations/observations.ts'),
      import('../../models/training/tuning/tune.ts'),
      import('../../models/training/progress/training-log.ts'),
      import('./support/training-sources.ts'),
      import('../store/disk/atomic.ts'),
      import('../store/disk/files.ts'),
    ]);
  const store = new ObservationStore(dataDirectory(options.data));
  const config = parseTuneConfig(await readJsonFile(options.config, 'the configuration of the search'), options.config);
  const { selectBy } = config.base.training;
  const stop = stopSignal();
  const progress = startProgress('searching');
  const { finished, best, results } = await tune({
    config,
    openSources: (data) => openSources(data, store),
    out: options.out,
    checkpointMinutes: options.checkpointMinutes,
    signal: stop.signal,
    clock: systemClock,
    onNotice: (notice) => process.stderr.write(`${notice}\n`),
    onProgress: (trial, trials, now) => {
      const note = `trial ${trial + 1} of ${trials}, ${log.describeProgress(now, selectBy)}`;
      progress.update(trial * now.steps + now.step, trials * now.steps, note);
    },
    onResult: (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
  }).finally(() => {
    progress.stop();
    stop.release();
  });
  if (best) {
    const file = `${options.out}/best.config.json`;
    const text = `${JSON.stringify(best.config, null, 2)}\n`;
    await atomic.writeAtomically(nodeFiles, file, Buffer.from(text));
    const { trial, validation } = best.result;
    process.stdout.write(
      `\nbest of ${results.length}: trial ${trial}, validation ${selectBy} ${validation![selectBy].toFixed(4)}; ` +
        `written to ${file}\n${text}`,
    );
  }
  if (!finished) {
    process.stdout.write('stopped; the same command goes on\n');
    process.exitCode = 130;
  } else if (!best) {
    throw new KernelcastError('MODEL', 'no trial came to an end', {
      where: { results: `${options.out}/results.jsonl` },
    });
  }
}
