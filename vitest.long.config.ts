import { defineConfig } from 'vitest/config';

/** The longer suites, named on the command line by `.ci/run`: real data, crashes, the browser, native TensorFlow. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They only end a test that hangs, also on a machine that does much else.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    // One file at a time: these start services and browsers, and would starve each other on two cores.
    maxWorkers: 1,
    fileParallelism: false,
  },
});
