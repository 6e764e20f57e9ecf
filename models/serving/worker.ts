/** The thread that forecasts beside a service: opens the models, then makes the runs and forecasts that it is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLocalForecaster } from './local-forecaster.ts';
import { type FromWorker, type ToWorker, toPlainError, type WorkerSettings } from './messages.ts';

const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);

try {
  const forecaster = await openLocalForecaster(workerData as WorkerSettings);
  port.on('message', async (message: ToWorker) => {
    if (message.kind === 'close') {
      await forecaster.close();
      port.close(); // nothing keeps the thread alive then
      return;
    }
    const { id } = message;
    try {
      const work = message.kind === 'run' ? forecaster.run(message.request) : forecaster.predict(message.request);
      tell({ kind: 'result', id, result: await work });
    } catch (error) {
      tell({ kind: 'error', id, error: toPlainError(error) });
    }
  });
  tell({ kind: 'ready', engine: forecaster.engine, models: [...forecaster.models] });
} catch (error) {
  tell({ kind: 'failed', error: toPlainError(error) });
}
