import { defineConfig } from 'vitest/config';

// Tests run on the sources: the condition `lethe-source` resolves the workspace packages to src/. Programs that they start
// are the built ones, which begin in a third of the time that a loader of TypeScript takes.
export default defineConfig({
  resolve: { conditions: ['lethe-source'] },
  ssr: { resolve: { conditions: ['lethe-source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    globalSetup: './test/build.ts',
    // Kernels bring their own threads; more than two test processes would only compete.
    maxWorkers: 2,
  },
});
