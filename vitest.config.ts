import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** `npm run test:long` sets it: the slow forms of tests, in files of their own, join in. */
const long = process.env['NATTER_LONG'] === '1';

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/**/*.test.ts',
      'e2e/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])],
    // Tests wait for servers more than they compute; by itself Vitest would leave a core out, and on two that is half.
    maxWorkers: availableParallelism(),
    testTimeout: long ? 600_000 : 20_000,
    hookTimeout: 60_000,
  },
});
