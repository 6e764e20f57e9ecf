import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';
import { LogTail } from '../src/log-tail.ts';
import { withTrace } from '../src/trace.ts';

const written: string[] = [];
const log = createLog('info', { write: (line) => written.push(line) });
const texts = ({ lines }: LogTail): string[] => lines.map(({ text }) => text);

describe('the last lines of the log', () => {
  it('are those that the work writes, and what it calls later, as the log has them too', async () => {
    written.length = 0;
    const [one, other] = [new LogTail(), new LogTail()];
    const work = async (name: string): Promise<void> => {
      log.info(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.child({ part: name }).warn(`${name} goes on`);
      log.debug('below the level of the log');
    };
    await Promise.all([one.during(() => work('one')), other.during(() => work('other')), work('neither')]);
    expect(texts(one)).toEqual(['one begins', 'one goes on {"part":"one"}']);
    expect(texts(other)).toEqual(['other begins', 'other goes on {"part":"other"}']);
    expect(one.lines.map(({ level }) => level)).toEqual(['info', 'warn']);
    expect(written).toHaveLength(6);
    expect(one.lines[0].at).toBe(JSON.parse(written[0]).time);
  });

  it('tell what a line was told with, and the stack of an error, but not which attempt they are of', () => {
    const tail = new LogTail();
    const err = new Error('no room on the disk');
    withTrace('ab'.repeat(16), () =>
      tail.during(() => log.error({ job: 'ingest', slot: 's', attempt: 2, file: 'a.nc', err }, 'a job failed')),
    );
    expect(texts(tail)).toEqual([`a job failed {"file":"a.nc"}\n${err.stack}`]);
  });

  it('are bounded: the newest, and of a long one its beginning', () => {
    const tail = new LogTail();
    tail.during(() => {
      for (let line = 0; line < 50; line++) log.info(`line ${line}`);
    });
    expect(texts(tail)).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 30}`));
    tail.during(() => {
      for (const letter of ['a', 'b', 'c']) log.info(letter.repeat(5_000));
    });
    expect(texts(tail).map((text) => [text.length, text[0], text.at(-1)])).toEqual([
      [1_500, 'b', '…'],
      [1_500, 'c', '…'],
    ]);
  });
});
