import { defineConfig } from 'vitest/config';

/** The longer suites, named on the command line by `.ci/run`: real data, crashes, the browser, native TensorFlow. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // One file at a time: these start services and browsers, and would starve each other on two cores.
    maxWorkers: 1,
    fileParallelism: false,
  },
});
