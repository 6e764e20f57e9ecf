/** The thread of a lane (`lanes.ts`): opens a session, then computes the images that it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import type { NamedTensor } from '../../weights/safetensors.ts';
import { type OnnxSessionOptions, openOnnxSession } from './session.ts';

export interface LaneSettings {
  model: Uint8Array;
  options: OnnxSessionOptions;
}

export type ToLane = 'close' | { id: number; feeds: Readonly<Record<string, NamedTensor>> };

/** An answer; the first, of id -1, says that the session is open, or why it is not. */
export interface FromLane {
  id: number;
  outputs?: Record<string, NamedTensor>;
  error?: string;
}

const port = parentPort!;
const { model, options } = workerData as LaneSettings;
const tell = (message: FromLane) => port.postMessage(message);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

try {
  const session = await openOnnxSession(model, options);
  port.on('message', async (message: ToLane) => {
    if (message === 'close') {
      await session.close();
      port.close(); // nothing keeps the thread alive then
      return;
    }
    const { id, feeds } = message;
    try {
      tell({ id, outputs: await session.run(feeds) });
    } catch (error) {
      tell({ id, error: messageOf(error) });
    }
  });
  tell({ id: -1 });
} catch (error) {
  tell({ id: -1, error: messageOf(error) });
}
