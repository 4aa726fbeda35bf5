/** Reads a reference case: one JSON file with inputs, expected outputs and gradients, all checked before use. */
import { DataError } from 'lethe';

/** An array of a case. */
export interface CaseArray {
  shape: number[];
  data: number[];
}

/** Arrays by name. */
export type CaseArrays = Record<string, CaseArray>;

/** A reference case as it stands in its file. */
export interface GoldenCase {
  name: string;
  op: string;
  config: Record<string, unknown>;
  inputs: CaseArrays;
  outputs: CaseArrays;
  grads: CaseArrays;
  loss?: number;
  /** optimiser cases: the parameter at the start, then per update its gradient and the parameter after it */
  initial?: CaseArray;
  gradients: CaseArray[];
  trajectory: CaseArray[];
}

/** Parses the text of a case file; throws DataError where it is not a case. */
export function parseCase(text: string): GoldenCase {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`the file is not JSON (${(cause as Error).message}); write it again`, { cause });
  }
  const file = record(root, 'the file');
  if (typeof file.op !== 'string') throw new DataError('"op" is missing; expected the name of an operation');
  return {
    name: typeof file.name === 'string' ? file.name : '',
    op: file.op,
    config: file.config === undefined ? {} : record(file.config, '"config"'),
    inputs: arrays(file.inputs, 'inputs'),
    outputs: arrays(file.outputs, 'outputs'),
    grads: arrays(file.grads, 'grads'),
    loss: file.loss === undefined || file.loss === null ? undefined : number(file.loss, '"loss"'),
    initial: file.initial === undefined ? undefined : array(file.initial, '"initial"'),
    gradients: list(file.gradients, 'gradients'),
    trajectory: list(file.trajectory, 'trajectory'),
  };
}

/** The input of that name; DataError where the case lacks it. */
export function input(golden: GoldenCase, name: string): CaseArray {
  const found = golden.inputs[name];
  if (!found) throw new DataError(`input "${name}" is missing`);
  return found;
}

/** The input of that name with exactly this shape. */
export function shapedInput(golden: GoldenCase, name: string, shape: readonly number[]): CaseArray {
  const found = input(golden, name);
  if (found.shape.length !== shape.length || found.shape.some((n, i) => n !== shape[i])) {
    throw new DataError(`input "${name}" should have shape [${shape}], found [${found.shape}]`);
  }
  return found;
}

/** A number of the config, or undefined where it is absent or null. */
export function configNumber(golden: GoldenCase, name: string): number | undefined {
  const value = golden.config[name];
  return value === undefined || value === null ? undefined : number(value, `config "${name}"`);
}

// --- internal ---

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataError(`${what} should be an object`);
  }
  return value as Record<string, unknown>;
}

function number(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new DataError(`${what} should be a finite number, found ${JSON.stringify(value)}`);
  }
  return value;
}

function arrays(value: unknown, what: string): CaseArrays {
  if (value === undefined) return {};
  const entries = Object.entries(record(value, `"${what}"`));
  return Object.fromEntries(entries.map(([name, item]) => [name, array(item, `${what} "${name}"`)]));
}

function list(value: unknown, what: string): CaseArray[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new DataError(`"${what}" should be a list of arrays`);
  return value.map((item, i) => array(item, `${what} ${i}`));
}

function array(value: unknown, what: string): CaseArray {
  const { shape, data } = record(value, what);
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new DataError(`${what} should have a shape of whole numbers`);
  }
  // A scalar may stand as a bare number.
  const values = typeof data === 'number' ? [data] : data;
  if (!Array.isArray(values)) throw new DataError(`${what} should have a list of numbers as data`);
  const size = (shape as number[]).reduce((product, n) => product * n, 1);
  if (values.length !== size) {
    throw new DataError(`${what} of shape [${shape}] should hold ${size} numbers, found ${values.length}`);
  }
  for (const item of values) number(item, `each element of ${what}`);
  return { shape: shape as number[], data: values as number[] };
}
