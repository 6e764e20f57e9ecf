/** Work that needs a forecaster: opened before, told in the log, closed after, however it ends. */
import type { Forecaster } from '../models/serving/forecaster.ts';
import type { WorkOptions } from './work.ts';

export async function withForecaster(
  { openForecaster, log }: Pick<WorkOptions, 'openForecaster' | 'log'>,
  work: (forecaster: Forecaster) => Promise<void>,
): Promise<void> {
  const forecaster = await openForecaster();
  const { engine, models } = forecaster;
  log.info({ engine, models: models.map(({ id }) => id) }, `forecasts are computed by ${engine.name}`);
  try {
    await work(forecaster);
  } finally {
    await forecaster.close();
  }
}
