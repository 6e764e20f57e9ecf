/** The numbers that the reference tools gave once (`oracle.py`); test/modalities makes them anew where Python has the tools. */
import { describe, expect, test } from 'vitest';
import { oracleCases, readExpected } from './oracle-cases.ts';

const FOLDER = new URL('../../fixtures/modalities', import.meta.url).pathname;

describe('what a sense makes of a file is what the reference makes of it', () => {
  test.each(oracleCases(FOLDER))('%s', (_, check) => check());

  test('the numbers were made by the tools that the reference uses', () => {
    expect(readExpected(FOLDER).tools).toEqual({ pictures: 'torchvision', sounds: 'torchaudio', frames: 'OpenCV' });
  });
});
