import { describe, it } from 'vitest';
import { isLeftToItsOwnRun } from './conformance/support.suite.ts';
import { runKernelSuite } from './conformance.suite.ts';
import { loadNative, nativeProblem } from './native.ts';

const native = isLeftToItsOwnRun('native') ? null : loadNative();
if (native) runKernelSuite(`native (${native.isa})`, () => native, { half: 'sequences' });
else {
  describe('the native engine', () => {
    const why = nativeProblem() ?? 'is left to its own run: LETHE_ENGINE asks for another';
    it.skip(`does not load here: ${why}`, () => {});
  });
}
