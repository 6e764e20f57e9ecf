/** Work that needs a forecaster: opened before, told in the log, closed after, however it ends. */
import { type FollowingForecaster, openFollowing } from '../../models/serving/following-forecaster.ts';
import { listTrained, modelFolder } from '../../models/serving/serving-model.ts';
import type { WorkOptions } from './work.ts';

/** @param dataset whose trained models serve, where there are any */
export async function withForecaster(
  { openForecaster, log, root, dataset }: Pick<WorkOptions, 'openForecaster' | 'log' | 'root'> & { dataset: string },
  work: (forecaster: FollowingForecaster) => Promise<void>,
): Promise<void> {
  const forecaster = await openFollowing({
    async open(network) {
      const opened = await openForecaster(network);
      const { engine, models } = opened;
      log.info({ engine, models: models.map(({ id }) => id) }, `forecasts are computed by ${engine.name}`);
      return opened;
    },
    async serving() {
      const [newest] = await listTrained(root, dataset);
      return newest && modelFolder(root, newest.name);
    },
    onProblem: (error) =>
      log.error({ err: error }, 'the model that was trained last cannot serve; the one before goes on'),
  });
  try {
    await work(forecaster);
  } finally {
    await forecaster.close();
  }
}
