/** The thread that forecasts beside a service: opens the models, then makes the runs and forecasts that it is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLocalForecaster } from './local-forecaster.ts';
import { type FromWorker, type ToWorker, toPlainError, type WorkerSettings } from './messages.ts';

const port = parentPort!;
const tell = (message: FromWorker) => port.postMessage(message);

try {
  const forecaster = await openLocalForecaster(workerData as WorkerSettings);
  const work = (message: Extract<ToWorker, { id: number }>) => {
    if (message.kind === 'run') return forecaster.run(message.request);
    if (message.kind === 'part') return forecaster.part(message.request);
    return forecaster.predict(message.request);
  };
  port.on('message', async (message: ToWorker) => {
    if (message.kind === 'close') {
      await forecaster.close();
      port.close(); // nothing keeps the thread alive then
      return;
    }
    if (message.kind === 'partArrived') return forecaster.partArrived();
    const { id } = message;
    try {
      tell({ kind: 'result', id, result: await work(message) });
    } catch (error) {
      tell({ kind: 'error', id, error: toPlainError(error) });
    }
  });
  tell({ kind: 'ready', engine: forecaster.engine, models: [...forecaster.models] });
} catch (error) {
  tell({ kind: 'failed', error: toPlainError(error) });
}
