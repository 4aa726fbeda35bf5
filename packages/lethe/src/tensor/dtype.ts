/**
 * The number type of a whole process: float32, or float64 on the portable engine when `LETHE_DTYPE=f64`
 * is set (the oracle for gradient checks).
 */

/** Flat storage of numbers, the one currency between tensors and kernels. */
export type Real = Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>;

export const dtype: 'f32' | 'f64' = globalThis.process?.env?.LETHE_DTYPE === 'f64' ? 'f64' : 'f32';

/** Fresh storage of `length` zeros in the process's number type. */
export function zeros(length: number): Real {
  return dtype === 'f64' ? new Float64Array(length) : new Float32Array(length);
}

/** A copy of `values` in the process's number type. */
export function realFrom(values: ArrayLike<number>): Real {
  return dtype === 'f64' ? Float64Array.from(values) : Float32Array.from(values);
}
