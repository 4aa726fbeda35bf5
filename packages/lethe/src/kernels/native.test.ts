import { describe, it } from 'vitest';
import { runKernelSuite } from './conformance.suite.ts';
import { loadNative, nativeProblem } from './native.ts';

const native = loadNative();
if (native) runKernelSuite(`native (${native.isa})`, () => native);
else {
  describe('the native engine', () => {
    it.skip(`does not load here: ${nativeProblem()}`, () => {});
  });
}
