/** Stored arrays into the parameters of a model. */
import { DataError } from '../errors.ts';
import { found } from '../found.ts';
import { nearestWord } from '../options.ts';
import { namedParameters, type ParameterSet } from '../tensor/parameters.ts';
import { shapeText } from '../tensor/tensor.ts';
import type { StoredTensor } from './stored.ts';
import { checkStoredTensors } from './stored.ts';

/**
 * Copies arrays into the parameters of the same names: all of them, or, where one is missing, unknown or of another
 * shape, none.
 * @param parameters changed in place
 * @param stored as `decodeSafetensors(…).tensors` or `recurrentFromTorch` give them
 * @throws DataError naming the array that does not fit; ConfigError for what is no set of parameters or arrays
 */
export function loadParameters<P extends ParameterSet<P>>(
  parameters: P,
  stored:
    | { readonly [name: string]: StoredTensor | undefined }
    | Partial<Record<keyof P, StoredTensor | undefined>>,
): void {
  const where = 'loadParameters';
  const named = namedParameters(where, parameters);
  checkStoredTensors(where, 'stored', stored, [], undefined);
  const arrays = stored as Record<string, StoredTensor | undefined>;
  const names = Object.keys(named);
  for (const [name, array] of Object.entries(arrays)) {
    if (array === undefined || Object.hasOwn(named, name)) continue;
    const guess = nearestWord(name, names);
    throw new DataError(
      `${where}: expected arrays for the parameters ${names.join(', ')}, got '${name}'${guess ? `; did you mean '${guess}'?` : ''}`,
    );
  }
  for (const [name, { shape }] of Object.entries(named)) {
    const array = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
    if (array && shapeText(array.shape) === shapeText(shape)) continue;
    const got = array ? `shape ${shapeText(array.shape)}` : found(array);
    throw new DataError(`${where}: expected an array of shape ${shapeText(shape)} for ${name}, got ${got}`);
  }
  const targets = Object.entries(named).map(([name, parameter]) => ({ name, data: parameter.data }));
  for (const { name, data } of targets) data.set(arrays[name]!.data);
}
