import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

/** Tests change nothing that a process shares, so that the files of a project run in one and load the packages once. */
const [lab, others] = ['packages/lab/src/**/*.test.ts', 'packages/!(lab)/src/**/*.test.ts'];
/** But for those that take the place of a package or a module, or set what an engine has but once: its threads, its memory. */
const apart = [
  'packages/lab/src/cli/reproduce-without-png.test.ts',
  'packages/lethe/src/kernels/**/*.test.ts',
  'packages/lethe/src/nn/every-operation.test.ts',
  'test/**/*.test.ts',
];
/** What starts, stops and kills programs, of whatever engine: `--project '!programs'` leaves it out. */
const programs = [
  'packages/lab/src/cli/{parallel,search,compare,sweep}.test.ts',
  'packages/lab/src/experiments/search/{queue,local}.test.ts',
  'packages/lab/src/playground/playground.test.ts',
  'packages/lab/src/tasks/{music/readout,translate}/killed.test.ts',
  'packages/playground/src/page/page.test.ts',
  'test/{browser,broken-engine,million-rows,queue,readme,search,strict-types,toy-task}.test.ts',
  'test/dashboard/*.test.ts',
];

/** A project that comes after the programs, of all files but those that are elsewhere. */
function after(name: string, include: string[]) {
  const exclude = include === apart ? programs : [...apart, ...programs];
  return { name, include, exclude, sequence: { groupOrder: 1 } };
}

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
      {
        extends: true,
        // Who started a program waits for it, so that two such tests leave two cores idle every now and then.
        test: { name: 'programs', include: programs, isolate: false, maxWorkers: 3 },
      },
      { extends: true, test: { ...after('lab', [lab]), isolate: false } },
      { extends: true, test: { ...after('others', [others]), isolate: false } },
      { extends: true, test: after('apart', apart) },
    ],
  },
});
