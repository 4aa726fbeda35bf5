/**
 * The order of the test files: those that take longest come first, so that no process waits at the end for one
 * long file of another. Without it the largest files come first, and the suites of kernels stand in the smallest.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Ends of paths, from about 100 seconds to 10. */
const longest = [
  'test/queue.test.ts',
  'kernels/native.test.ts',
  'kernels/wasm.test.ts',
  'kernels/portable.test.ts',
  'playground/src/page/page.test.ts',
  'test/dashboard/run.test.ts',
  'test/dashboard/start.test.ts',
  'test/dashboard/accessibility.test.ts',
  'test/search.test.ts',
  'search/queue.test.ts',
  'cli/sweep.test.ts',
  'cli/compare.test.ts',
  'test/readme.test.ts',
  'kernels/native-sequences.test.ts',
  'kernels/wasm-sequences.test.ts',
  'test/toy-task.test.ts',
  'tasks/windows.test.ts',
  'search/local.test.ts',
  'cli/parallel.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((end) => moduleId.endsWith(`/${end}`));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
