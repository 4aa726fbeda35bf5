import { describe, it } from 'vitest';
import { describeBoundary } from './boundary.suite.ts';
import { nativeProblem } from './kernels/native.ts';
import { wasmProblem } from './kernels/wasm.ts';
import { dtype } from './tensor/dtype.ts';

describeBoundary('portable');
if (dtype === 'f32' && nativeProblem() === null) describeBoundary('native');
else describe.skip('the public boundary, native (the kernels are not built)', () => it('', () => {}));
if (dtype === 'f32' && wasmProblem() === null) describeBoundary('wasm');
