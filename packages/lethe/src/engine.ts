/** lethe/engine: what computes, with which numbers, threads and precision; and its kernels, for who calls them without a layer. */

export type { CallSettings, Engine } from './kernels/contract/engine.ts';
export type { Active, Mask } from './kernels/contract/fields.ts';
export type { Kernels } from './kernels/contract/kernels.ts';
export { type EngineInUse, type EngineName, engineInUse } from './kernels/engine.ts';
export { type FixedWeights, fixedWeights } from './kernels/fixed-weights.ts';
export { nativeProblem } from './kernels/native.ts';
export { type Precision, useThreads, withPrecision, withThreads } from './kernels/settings.ts';
export { wasmProblem } from './kernels/wasm.ts';
export { kernels, useEngine } from './kernels/whole-engine.ts';
export { dtype, realFrom, realZeros } from './tensor/dtype.ts';
