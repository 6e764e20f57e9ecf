/** `kernelcast forecast`: one run of all models on a dataset, published in the run store. */
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { systemClock } from '../domain/clock.ts';
import { formatHour, parseHour } from '../domain/time.ts';

export function registerForecast(program: Command): void {
  program
    .command('forecast')
    .description('forecast the next 24 hours of every station of a dataset and publish the run')
    .requiredOption('--dataset <name>', 'the dataset to forecast')
    .option('--at <time>', 'last hour of observations to use, e.g. 2025-02-20T00:00Z (default: the newest)', parseHour)
    .option('--network <folder>', 'a model artefact of your own, in place of the shipped one')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(async (options: { dataset: string; at?: number; network?: string; data?: string }) => {
      const [{ ObservationStore }, { RunStore }, { forecastRun }, { openForecastModels }] = await Promise.all([
        import('../store/observations/observations.ts'),
        import('../store/runs/runs.ts'),
        import('../../models/serving/forecast-run.ts'),
        import('../../models/serving/registry.ts'),
      ]);
      const root = dataDirectory(options.data);
      const { init, outcome } = await forecastRun({
        observations: new ObservationStore(root),
        runs: new RunStore(root),
        models: await openForecastModels({ network: options.network }),
        dataset: options.dataset,
        init: options.at,
        clock: systemClock,
      });
      const done = outcome === 'published' ? 'published' : 'there already; nothing to do';
      process.stdout.write(`run ${formatHour(init)} of '${options.dataset}': ${done}\n`);
    });
}
