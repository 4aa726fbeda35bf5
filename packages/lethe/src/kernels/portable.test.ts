import { runKernelSuite } from './conformance.suite.ts';
import { portable } from './portable/index.ts';

runKernelSuite('portable', () => portable, {
  skip: [{ part: 'threads', reason: 'it always has one thread' }],
});
