/**
 * PyTorch's names and layouts for recurrent, linear and embedding layers. PyTorch keeps weights as [out, in] and two
 * biases, which are added in an RNN and an LSTM; here a weight is [in, out] and there is one bias. In a GRU the two
 * do not add up, since the reset gate multiplies one of them, and both are kept. With several gates both keep them
 * side by side in one order (i f g o and r z n), so only the transposition remains.
 */

import { ConfigError, DataError } from '../errors.ts';
import { found } from '../found.ts';
import { type Real, realFrom, realZeros } from '../tensor/dtype.ts';
import type { StoredTensor } from './stored.ts';
import { checkStored, checkStoredTensors } from './stored.ts';
import { type ModuleArrays, moduleArrays, prefixesOf } from './torch-names.ts';

/** Parameters of a recurrent layer, gates side by side: G = 1 for an RNN, 4 for an LSTM (i f g o), 3 for a GRU (r z n). */
export interface RecurrentArrays {
  /** [I, G H] */
  weightIn: StoredTensor;
  /** [H, G H] */
  weightRec: StoredTensor;
  /** [G H] */
  bias: StoredTensor;
  /** [G H], of a GRU, whose two biases do not add up */
  biasRec?: StoredTensor | undefined;
}

/** Parameters of a linear layer. */
export interface LinearArrays {
  /** [I, O] */
  weight: StoredTensor;
  /** [O] */
  bias: StoredTensor;
}

/**
 * A recurrent layer as torch.nn.RNN, LSTM or GRU stores it: `weight_ih_l0` [G H, I], `weight_hh_l0` [G H, H],
 * `bias_ih_l0` the bias, `bias_hh_l0` zeros or the bias of the recurrent side.
 * @param index number of the layer; the reverse one of a pair: '0_reverse'
 * @param prefix in front of every name, such as 'rnn.'
 * @throws ShapeError when the arrays do not belong together, ConfigError for what is no layer, index or prefix
 */
export function recurrentToTorch(
  layer: RecurrentArrays,
  index: number | string = 0,
  prefix = '',
): Record<string, StoredTensor> {
  const where = 'recurrentToTorch';
  checkPlace(where, index, prefix);
  checkStoredTensors(where, 'layer', layer, ['weightIn', 'weightRec', 'bias'], ['biasRec']);
  checkStored(where, 'weightRec', layer.weightRec, ['hidden', 'gates * hidden']);
  const columns = layer.weightRec.shape[1];
  checkStored(where, 'weightIn', layer.weightIn, ['input', columns]);
  checkStored(where, 'bias', layer.bias, [columns]);
  if (layer.biasRec) checkStored(where, 'biasRec', layer.biasRec, [columns]);
  const { shape } = layer.bias;
  return {
    [`${prefix}weight_ih_l${index}`]: transposed(layer.weightIn),
    [`${prefix}weight_hh_l${index}`]: transposed(layer.weightRec),
    [`${prefix}bias_ih_l${index}`]: { shape, data: layer.bias.data.slice() },
    [`${prefix}bias_hh_l${index}`]: {
      shape,
      data: layer.biasRec ? layer.biasRec.data.slice() : realZeros(layer.bias.data.length),
    },
  };
}

/**
 * Reads one layer of torch.nn.RNN, LSTM or GRU, or a cell (LSTMCell and its kin, whose names have no number). How many gates
 * there are, the shape of `weight_hh` says: with three, a GRU's, both biases are kept, else they are added; a layer stored without
 * biases gets zeros. Names are read as people export them: below `module.` and `_orig_mod.`, and `weight_hh_l0_raw` of a
 * weight that is dropped. Numbers become the process's type, float32.
 * @param tensors of a file, by name
 * @param index number of the layer; the reverse one of a pair: '0_reverse'. @defaultValue the only layer
 * @param prefix in front of every name, such as 'rnn.'
 * @param hasRecurrentBias keeps the two biases apart in any case. @defaultValue whether there are three gates
 * @throws DataError when an array is missing, the shapes do not belong together, or the file holds what a layer here does not have,
 *   by its name: a projection (`proj_size`), peepholes, norms, and more layers than one where none is named
 * @throws ConfigError when the biases of a GRU are to be added
 */
export function recurrentFromTorch(
  tensors: Record<string, StoredTensor>,
  index?: number | string,
  prefix = '',
  hasRecurrentBias?: boolean,
): RecurrentArrays {
  const where = 'recurrentFromTorch';
  checkPlace(where, index ?? 0, prefix);
  checkTensors(where, tensors);
  const arrays = moduleArrays(tensors, prefix);
  if (index === undefined) checkOnlyLayer(arrays);
  const ending = endingOf(arrays, index ?? 0);
  checkNothingElse(arrays, ending);
  const weightRec = matrix(tensors, arrays, `weight_hh${ending}`);
  const weightIn = matrix(tensors, arrays, `weight_ih${ending}`);
  const { rows, gates } = gatesOf(arrays, ending, weightRec, weightIn);
  const isApart = hasRecurrentBias ?? gates === 3;
  if (!isApart && gates === 3) {
    throw new ConfigError(
      `${where}: expected hasRecurrentBias true for ${arrays.fullName(`weight_hh${ending}`)} with its three gates, got false; the biases of a GRU do not add up`,
    );
  }
  const bias = realZeros(rows);
  const biasRec = isApart ? realZeros(rows) : bias;
  for (const [name, to] of [
    [`bias_ih${ending}`, bias],
    [`bias_hh${ending}`, biasRec],
  ] as const) {
    if (!arrays.find(name)) continue;
    const data = vector(tensors, arrays, name, rows);
    for (let i = 0; i < rows; i++) to[i] += data[i];
  }
  return {
    weightIn: transposed(weightIn),
    weightRec: transposed(weightRec),
    bias: { shape: [rows], data: bias },
    ...(isApart ? { biasRec: { shape: [rows], data: biasRec } } : {}),
  };
}

/**
 * A linear layer as torch.nn.Linear stores it: `weight` [O, I], `bias` [O].
 * @throws ShapeError when the arrays do not belong together
 */
export function linearToTorch(layer: LinearArrays, prefix = ''): Record<string, StoredTensor> {
  const where = 'linearToTorch';
  checkPlace(where, 0, prefix);
  checkStoredTensors(where, 'layer', layer, ['weight', 'bias'], []);
  checkStored(where, 'weight', layer.weight, ['input', 'output']);
  checkStored(where, 'bias', layer.bias, [layer.weight.shape[1]]);
  return {
    [`${prefix}weight`]: transposed(layer.weight),
    [`${prefix}bias`]: { shape: layer.bias.shape, data: layer.bias.data.slice() },
  };
}

/**
 * Reads a linear layer back; one stored without a bias gets zeros.
 * @throws DataError when an array is missing, the shapes do not belong together, or the weight is stored as a norm and a direction
 */
export function linearFromTorch(tensors: Record<string, StoredTensor>, prefix = ''): LinearArrays {
  checkPlace('linearFromTorch', 0, prefix);
  checkTensors('linearFromTorch', tensors);
  const arrays = moduleArrays(tensors, prefix);
  const weight = matrix(tensors, arrays, 'weight');
  const outputs = weight.shape[0];
  const bias = arrays.find('bias') ? realFrom(vector(tensors, arrays, 'bias', outputs)) : realZeros(outputs);
  return { weight: transposed(weight), bias: { shape: [outputs], data: bias } };
}

/**
 * Reads the table of torch.nn.Embedding, `weight` [words, features], such as `encoder.weight` of the AWD-LSTM; rows stay rows,
 * as `embedding` and the readout of language models have them.
 * @param prefix in front of the name, such as 'encoder.'
 * @throws DataError when it is missing or no matrix
 */
export function embeddingFromTorch(
  tensors: Record<string, StoredTensor>,
  prefix = '',
): { weight: StoredTensor } {
  checkPlace('embeddingFromTorch', 0, prefix);
  checkTensors('embeddingFromTorch', tensors);
  const { shape, data } = matrix(tensors, moduleArrays(tensors, prefix), 'weight');
  return { weight: { shape, data: realFrom(data) } };
}

// --- internal ---

function checkPlace(where: string, index: unknown, prefix: unknown): void {
  const isNumber = typeof index === 'number' && Number.isInteger(index) && index >= 0;
  if (!isNumber && !(typeof index === 'string' && /^\d+(_reverse)?$/.test(index))) {
    throw new ConfigError(
      `${where}: expected index to be the number of a layer or such as '0_reverse', got ${found(index)}`,
    );
  }
  if (typeof prefix !== 'string') {
    throw new ConfigError(`${where}: expected prefix to be a text such as 'rnn.', got ${found(prefix)}`);
  }
}

function checkTensors(where: string, tensors: Record<string, StoredTensor>): void {
  checkStoredTensors(where, 'tensors', tensors, [], undefined);
}

/** Arrays of a numbered layer. */
const numbered = /_l\d+(_reverse)?$/;

/** A call that names no layer must not leave any out. */
function checkOnlyLayer(arrays: ModuleArrays): void {
  const layers = new Set(
    arrays.names.map((name) => numbered.exec(name)?.[0]).filter((one) => one !== undefined),
  );
  if (layers.size <= 1) return;
  const names = [...layers]
    .map((ending) => `'${ending.slice(2)}'`)
    .slice(0, 16)
    .join(', ');
  throw new DataError(
    `torch: expected one layer under '${arrays.prefix}' where none is named, got ${names}; read each by its index, the backward one of a pair by '0_reverse'`,
  );
}

/** What follows the names of the layer: `_l0`, or nothing for a cell. */
function endingOf(arrays: ModuleArrays, index: number | string): string {
  const isCell = `${index}` === '0' && !arrays.find('weight_hh_l0') && arrays.find('weight_hh');
  return isCell ? '' : `_l${index}`;
}

/** Refuses what belongs to the layer and has no place here. */
function checkNothingElse(arrays: ModuleArrays, ending: string): void {
  const known = ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `${name}${ending}`);
  for (const name of arrays.names) {
    if (known.includes(name)) continue;
    const isOfLayer = ending !== '' && name.endsWith(ending);
    // Beside the layers, whatever has the name of a weight of theirs; other arrays of the file are not the layer's.
    const isOfAll = !numbered.test(name) && /^(weight|bias|w)_|peep|proj/i.test(name);
    if (!isOfLayer && !isOfAll) continue;
    const what = name.startsWith('weight_hr')
      ? 'a projection of the state (proj_size), which no layer here has'
      : 'an array of the layer that no layer here has';
    throw new DataError(
      `torch: expected ${known.join(', ')} alone, got '${arrays.fullName(name)}' as well: ${what}`,
    );
  }
}

function gatesOf(
  arrays: ModuleArrays,
  ending: string,
  weightRec: StoredTensor,
  weightIn: StoredTensor,
): { rows: number; gates: number } {
  const [name, nameIn] = ['weight_hh', 'weight_ih'].map((one) => arrays.fullName(`${one}${ending}`));
  const [rows, hidden] = weightRec.shape;
  const gates = rows / hidden;
  if (gates !== 1 && gates !== 3 && gates !== 4) {
    throw new DataError(
      `torch: expected ${name} of shape [gates * hidden, hidden] with 1, 3 or 4 gates, got [${rows}, ${hidden}]`,
    );
  }
  if (weightIn.shape[0] !== rows) {
    throw new DataError(
      `torch: expected ${nameIn} to have ${rows} rows as ${name} has, got [${weightIn.shape.join(', ')}]`,
    );
  }
  return { rows, gates };
}

/** The transpose, in the number type of the process. */
function transposed({ shape: [rows, columns], data }: StoredTensor): StoredTensor {
  const result = realZeros(data.length);
  // Of no columns there may be any number of rows.
  if (data.length === 0) return { shape: [columns, rows], data: result };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  }
  return { shape: [columns, rows], data: result };
}

function stored(tensors: Record<string, StoredTensor>, arrays: ModuleArrays, name: string): StoredTensor {
  const array = arrays.find(name);
  if (array) return array;
  const elsewhere = prefixesOf(tensors, name).slice(0, 8);
  const hint =
    elsewhere.length > 0
      ? `it stands under ${elsewhere.map((prefix) => `'${prefix}'`).join(', ')}; give that as the prefix`
      : `the first names are: ${Object.keys(tensors).slice(0, 8).join(', ')}`;
  throw new DataError(`torch: expected an array named '${arrays.prefix}${name}', got none; ${hint}`);
}

function matrix(tensors: Record<string, StoredTensor>, arrays: ModuleArrays, name: string): StoredTensor {
  const array = stored(tensors, arrays, name);
  if (array.shape.length === 2) return array;
  throw new DataError(
    `torch: expected '${arrays.fullName(name)}' to be a matrix, got shape [${array.shape.join(', ')}]`,
  );
}

function vector(
  tensors: Record<string, StoredTensor>,
  arrays: ModuleArrays,
  name: string,
  length: number,
): Real {
  const { shape, data } = stored(tensors, arrays, name);
  if (shape.length === 1 && shape[0] === length) return data;
  throw new DataError(
    `torch: expected '${arrays.fullName(name)}' of shape [${length}], got [${shape.join(', ')}]`,
  );
}
