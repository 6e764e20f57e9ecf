/** Answers are made once for all who ask at the same time, and nobody is refused for another's limit. */
import { expect, test } from 'vitest';
import { LimitError } from '../../../src/api/access/limits.ts';
import { AnswerCache } from '../../../src/api/answers/answer-cache.ts';

const BYTES = Buffer.from('answer');
const refuse = async (): Promise<never> => {
  throw new LimitError('more than 12 a minute were asked for', 'Try again.', 30);
};

test('who asks for the same while it is made waits for it', async () => {
  const cache = new AnswerCache();
  let made = 0;
  const make = async () => {
    made++;
    return BYTES;
  };
  const all = await Promise.all([cache.body('a', make), cache.body('a', make), cache.body('a', make)]);
  expect([made, all]).toEqual([1, [BYTES, BYTES, BYTES]]);
});

test('the limit of who asked first is not that of those who wait', async () => {
  const cache = new AnswerCache();
  const asked = [refuse, async () => BYTES, refuse, async () => BYTES].map((make) => cache.body('a', make));
  const outcomes = await Promise.allSettled(asked);
  // The third waits for what the second makes.
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
});

test('any other failure is told to all, and the next attempt is made anew', async () => {
  const cache = new AnswerCache();
  let made = 0;
  const fail = async (): Promise<never> => {
    made++;
    throw new Error('no disk');
  };
  const outcomes = await Promise.allSettled([cache.body('a', fail), cache.body('a', fail)]);
  expect([made, outcomes.map(({ status }) => status)]).toEqual([1, ['rejected', 'rejected']]);
  expect(await cache.body('a', async () => BYTES)).toBe(BYTES);
});
