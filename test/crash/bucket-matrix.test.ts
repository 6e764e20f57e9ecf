/**
 * Writers of a bucket that die at each of their requests in turn: before it is carried out, and after, when its answer does
 * not reach them any more. Readers see the old state or the new one, what was acknowledged is there, and the next writer
 * comes through.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkStore } from '../../src/store/care/check.ts';
import { S3Server } from '../store/bucket/s3-server.ts';
import { STORE_SCENARIOS } from './scenarios.ts';

let server: S3Server;
let tried = 0;
beforeAll(async () => {
  server = (await S3Server.start()).useIt();
});
afterAll(async () => {
  await server.stop();
  process.stdout.write(`crash matrix of a bucket: ${tried} points\n`);
  expect(tried).toBeGreaterThan(100);
});

/** An error that the client does not try again: to the store, it is as if nothing were asked any more. */
const DEAD = 400;

test.each(Object.entries(STORE_SCENARIOS))(
  'the writer of %s leaves the old state or the new one',
  async (name, scenario) => {
    for (const when of ['before', 'after'] as const) {
      for (let fatal = 0, isOver = false; !isOver; fatal++) {
        const root = `s3://bucket/${name}-${when}-${fatal}`;
        await scenario.prepare(root);
        const began = server.requests.length;
        server.fate = (_, number) => {
          if (number < began + fatal) return 'answered';
          return when === 'after' && number === began + fatal ? 'lost' : DEAD;
        };
        const acknowledged = await scenario.write(root).then(
          () => true,
          () => false,
        );
        isOver = server.requests.length <= began + fatal;
        server.fate = () => 'answered';
        const at = `${when} request ${fatal}, ${server.requests[began + fatal]}`;
        const seen = await scenario.read(root).catch((error: unknown) => `${error}`);
        expect(acknowledged ? ['new'] : ['old', 'new'], at).toContain(seen);
        await scenario.write(root);
        expect(await scenario.read(root), at).toBe('new');
        expect((await checkStore(root)).findings, at).toEqual([]);
        tried++;
      }
    }
  },
);
