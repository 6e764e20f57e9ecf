/**
 * The thread that holds one HDF5 file open at a time and answers one request after the other. HDF5 is C code compiled to WebAssembly: it
 * reads through the file system of Node and may, given a damaged file, never come back; then this thread is ended.
 */
import { parentPort } from 'node:worker_threads';
import { ready } from 'h5wasm/node';
import { type Hdf5File, openHdf5 } from './hdf5-file.ts';
import { type Answers, type FromThread, Refusal, type Request } from './messages.ts';
import { keepToOneFile, valuesElsewhere } from './one-file.ts';

const port = parentPort!;
const tell = (message: FromThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

// Without this, HDF5 reports an error (a chunk that cannot be inflated, say) to nobody, and the values are what was in memory before.
const module = await ready;
module.activate_throwing_error_handler();
const oneFile = keepToOneFile(module);
let file: Hdf5File | undefined;

function answer(request: Request): Answers[Request['kind']] {
  if (request.kind === 'open') {
    oneFile.allow(request.path);
    file = openHdf5(request.path);
    return file.header;
  }
  if (request.kind === 'read') return file!.read(request.name, request.start, request.count);
  if (request.kind === 'texts') return file!.texts(request.name);
  file!.close();
  file = undefined;
  return undefined;
}

port.on('message', (request: Request) => {
  try {
    const given = answer(request);
    tell({ kind: 'answer', answer: given }, ArrayBuffer.isView(given) ? [given.buffer as ArrayBuffer] : []);
  } catch (thrown) {
    const error = oneFile.otherAskedFor() ? valuesElsewhere() : thrown;
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Refusal) tell({ kind: 'refused', message, hint: error.hint });
    else tell({ kind: 'failed', message });
  }
});
tell({ kind: 'ready' });
