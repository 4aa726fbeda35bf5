import { describe, it } from 'vitest';
import { isLeftToItsOwnRun } from './conformance/support.suite.ts';
import { runKernelSuite } from './conformance.suite.ts';
import { loadWasm, wasmProblem } from './wasm.ts';

const wasm = isLeftToItsOwnRun('wasm') ? null : loadWasm();
if (wasm) runKernelSuite(`WebAssembly (${wasm.isa})`, () => wasm, { half: 'sequences' });
else {
  describe('the WebAssembly engine', () => {
    const why = wasmProblem() ?? 'is left to its own run: LETHE_ENGINE asks for another';
    it.skip(`does not load here: ${why}`, () => {});
  });
}
