import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Tests of the lab change nothing that a process shares, so that its files run in one and load the lab once. */
const lab = 'packages/lab/src/**/*.test.ts';
/** But for this one, which takes the place of a package. */
const apart = 'packages/lab/src/cli/reproduce-without-png.test.ts';
const others = ['packages/!(lab)/src/**/*.test.ts', 'test/**/*.test.ts', apart];
/** What starts, stops and kills programs, of whatever engine: `--project '!programs'` leaves it out. */
const programs = [
  'packages/lab/src/cli/{parallel,search,compare,sweep}.test.ts',
  'packages/lab/src/experiments/search/{queue,local}.test.ts',
  'packages/lab/src/playground/playground.test.ts',
  'packages/lab/src/tasks/{music/readout,translate}/killed.test.ts',
  'packages/playground/src/page/page.test.ts',
  'test/{browser,broken-engine,dashboard,million-rows,queue,readme,search,strict-types,toy-task}.test.ts',
];

// Tests run on the sources: the condition `lethe-source` resolves the workspace packages to src/. Programs that they start
// are the built ones, which begin in a third of the time that a loader of TypeScript takes.
export default defineConfig({
  resolve: { conditions: ['lethe-source'] },
  ssr: { resolve: { conditions: ['lethe-source', 'node', 'import', 'default'] } },
  test: {
    testTimeout: 60_000,
    // What is prepared is built, trained or started, as in tests.
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    globalSetup: './test/build.ts',
    // Kernels bring their own threads; more than two test processes would only compete.
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'programs', include: programs } },
      { extends: true, test: { name: 'lab', include: [lab], exclude: [apart, ...programs], isolate: false } },
      { extends: true, test: { name: 'others', include: others, exclude: programs } },
    ],
  },
});
