import { defineConfig } from 'vitest/config';

/** CommonJS packages look as they do to Node itself. */
const deps = { interopDefault: false };

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['operator/src/core/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      reportsDirectory: '.cache/coverage',
      reportOnFailure: true,
    },
    projects: [
      {
        test: {
          name: 'unit',
          deps,
          include: ['operator/src/**/*.test.ts', 'hack/**/*.test.ts'],
          testTimeout: 60_000, // properties and real sockets on a busy machine
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          deps,
          include: ['operator/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'vllm',
          deps,
          include: ['test/vllm/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          deps,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
