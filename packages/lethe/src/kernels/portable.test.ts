import { describe, it } from 'vitest';
import { isLeftToItsOwnRun } from './conformance/support.suite.ts';
import { runKernelSuite } from './conformance.suite.ts';
import { portable } from './portable/index.ts';

if (isLeftToItsOwnRun('portable')) {
  describe('the portable engine', () => {
    it.skip('is left to its own run: LETHE_ENGINE asks for another', () => {});
  });
} else {
  runKernelSuite('portable', () => portable, {
    skip: [{ part: 'threads', reason: 'it always has one thread' }],
  });
}
