/** Long output, as fast as its reader takes it. */
import { once } from 'node:events';
import { systemCode } from '../../store/disk/files.ts';

const CHUNK_CHARACTERS = 64 * 1024;

/** Writes lines to standard output. A reader that stops early (`| head`) ends it without an error. */
export async function writeLines(lines: AsyncIterable<string>): Promise<void> {
  const { stdout } = process;
  let closed = false;
  const onError = (error: unknown) => {
    if (systemCode(error) !== 'EPIPE') throw error;
    closed = true;
  };
  stdout.on('error', onError);
  const flush = async (text: string) => {
    if (text !== '' && !stdout.write(text))
      await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => {});
  };
  try {
    let text = '';
    for await (const line of lines) {
      text += `${line}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      await flush(text);
      if (closed) return;
      text = '';
    }
    await flush(text);
  } finally {
    // An error of the last write comes after it.
    setImmediate(() => stdout.off('error', onError));
  }
}
