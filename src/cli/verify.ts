/** `kernelcast verify`: scores past runs against what was observed since. */
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { formatHour } from '../domain/time.ts';

export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description('score the runs whose 24 hours have been observed by now')
    .requiredOption('--dataset <name>', 'the dataset whose runs to score')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(async (options: { dataset: string; data?: string }) => {
      const [{ ObservationStore }, { RunStore }, { ScoreStore }, { verifyRuns }] = await Promise.all([
        import('../store/observations/observations.ts'),
        import('../store/runs/runs.ts'),
        import('../store/scores/scores.ts'),
        import('../../models/evaluation/verification.ts'),
      ]);
      const root = dataDirectory(options.data);
      const scored = await verifyRuns({
        observations: new ObservationStore(root),
        runs: new RunStore(root),
        scores: new ScoreStore(root),
        dataset: options.dataset,
      });
      for (const init of scored) process.stdout.write(`scored run ${formatHour(init)}\n`);
      process.stdout.write(`${scored.length} runs scored\n`);
    });
}
