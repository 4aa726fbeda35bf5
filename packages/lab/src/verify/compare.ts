/** Compares computed arrays with expected ones, relative to the largest expected magnitude of each array. */
import { DataError } from 'lethe';
import type { CaseArrays, GoldenCase } from './case-file.ts';

/** |got - expected| <= tolerance max|expected|. */
export const TOLERANCE = { output: 1e-5, gradient: 1e-4 } as const;

/** What an operation computed for a case: flat arrays by the names of the case. */
export interface Computed {
  outputs: Record<string, ArrayLike<number>>;
  grads: Record<string, ArrayLike<number>>;
  /** @defaultValue {@link TOLERANCE} */
  tolerance?: { output: number; gradient: number };
}

/** The largest error of one array, as a fraction of what it may be: above 1 it fails. */
export interface Deviation {
  array: string;
  /** max |got - expected| / max |expected| */
  error: number;
  tolerance: number;
}

/** The deviations of every expected array of the case, loss included. */
export function compareCase(golden: GoldenCase, computed: Computed): Deviation[] {
  const tolerance = computed.tolerance ?? TOLERANCE;
  const deviations = [
    ...compareArrays('outputs', golden.outputs, computed.outputs, tolerance.output),
    ...compareArrays('grads', golden.grads, computed.grads, tolerance.gradient),
  ];
  if (golden.loss !== undefined) deviations.push(compareLoss(golden, golden.loss, computed.outputs));
  if (deviations.length === 0) throw new DataError('the case expects nothing; give outputs, loss or grads');
  return deviations;
}

/** The deviation of one array; not finite counts as infinite. */
export function deviation(
  array: string,
  expected: ArrayLike<number>,
  got: ArrayLike<number>,
  tolerance: number,
): Deviation {
  if (got.length !== expected.length) {
    throw new DataError(`${array} should hold ${got.length} numbers for this case, found ${expected.length}`);
  }
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const error = Math.abs(got[i] - expected[i]);
    difference = Number.isFinite(error) ? Math.max(difference, error) : Number.POSITIVE_INFINITY;
  }
  return { array, error: relative(difference, largest), tolerance };
}

// --- internal ---

function compareArrays(
  kind: string,
  expected: CaseArrays,
  computed: Record<string, ArrayLike<number>>,
  tolerance: number,
): Deviation[] {
  return Object.entries(expected).map(([name, { data }]) => {
    const got = computed[name];
    if (!got) throw new DataError(`${kind} "${name}" is not a result of this operation`);
    return deviation(`${kind}.${name}`, data, got, tolerance);
  });
}

/**
 * loss = sum of outputs times cotangents. Its terms may cancel, so its error is measured against the sum of
 * their magnitudes.
 */
function compareLoss(
  golden: GoldenCase,
  expected: number,
  computed: Record<string, ArrayLike<number>>,
): Deviation {
  let loss = 0;
  let scale = Math.abs(expected);
  let size = 0;
  for (const [name, { data }] of Object.entries(golden.outputs)) {
    const weights = cotangent(golden, name, data.length);
    for (let i = 0; i < data.length; i++) {
      loss += computed[name][i] * weights[i];
      size += Math.abs(data[i] * weights[i]);
    }
  }
  scale = Math.max(scale, size);
  const error = Math.abs(loss - expected);
  return {
    array: 'loss',
    error: Number.isFinite(error) ? relative(error, scale) : Number.POSITIVE_INFINITY,
    tolerance: TOLERANCE.output,
  };
}

/** The weight of each element of an output in the loss; zeros where the case gives none. */
export function cotangent(golden: GoldenCase, output: string, length: number): ArrayLike<number> {
  const given = golden.inputs[`cotangent.${output}`];
  if (!given) return new Float64Array(length);
  if (given.data.length !== length) {
    throw new DataError(`"cotangent.${output}" should hold ${length} numbers, found ${given.data.length}`);
  }
  return given.data;
}

function relative(difference: number, largest: number): number {
  if (difference === 0) return 0;
  return largest === 0 ? Number.POSITIVE_INFINITY : difference / largest;
}
