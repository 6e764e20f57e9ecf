import { defineConfig } from 'vitest/config';

/**
 * `npm test` runs everything that a fresh clone can run: no network, no browser, no data outside the repository.
 * The longer suites (`test/browser`, `test/real-data`, `test/tensorflow`) are named on the command line by `.ci/run`.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/browser/**',
      'test/real-data/**',
      'test/tensorflow/**',
      'test/crash/**',
      'test/fuzz/**',
      'test/cluster/**',
      'test/deploy/executed/**',
      'node_modules/**',
    ],
    // How long a test takes says nothing: these only end one that hangs, also on a machine that does much else.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // `npm run coverage`; what only a browser or a long suite reaches counts as not reached.
    coverage: {
      include: ['src/**', 'ingest/**', 'models/**', 'jobs/**', 'dashboards/src/**'],
      reporter: ['text-summary'],
    },
    maxWorkers: 2,
    // The same engine wherever the tests run; `KERNELCAST_ENGINE=native` runs them on libtensorflow instead.
    env: { KERNELCAST_ENGINE: process.env.KERNELCAST_ENGINE ?? 'plain' },
  },
});
