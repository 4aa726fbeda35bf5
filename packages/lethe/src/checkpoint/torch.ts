/**
 * PyTorch's names and layouts for recurrent and linear layers. PyTorch keeps weights as [out, in] and two
 * biases that are always added; here a weight is [in, out] and there is one bias. With several gates both
 * keep them side by side in one order (i f g o), so only the transposition remains.
 */
import { DataError } from '../errors.ts';
import { type Real, realFrom, zeros } from '../tensor/dtype.ts';
import type { StoredTensor } from './safetensors.ts';

/** Parameters of a recurrent layer, gates side by side: G = 1 for an RNN, 4 for an LSTM (i f g o), 3 for a GRU (r z n). */
export interface RecurrentArrays {
  /** [I, G H] */
  weightIn: StoredTensor;
  /** [H, G H] */
  weightRec: StoredTensor;
  /** [G H] */
  bias: StoredTensor;
  /** [G H], of a GRU, whose two biases do not add up */
  biasRec?: StoredTensor;
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
 */
export function recurrentToTorch(
  layer: RecurrentArrays,
  index: number | string = 0,
  prefix = '',
): Record<string, StoredTensor> {
  const { shape } = layer.bias;
  return {
    [`${prefix}weight_ih_l${index}`]: transposed(layer.weightIn),
    [`${prefix}weight_hh_l${index}`]: transposed(layer.weightRec),
    [`${prefix}bias_ih_l${index}`]: { shape, data: layer.bias.data.slice() },
    [`${prefix}bias_hh_l${index}`]: {
      shape,
      data: layer.biasRec ? layer.biasRec.data.slice() : zeros(layer.bias.data.length),
    },
  };
}

/**
 * Reads a recurrent layer back; a layer stored without biases gets zeros.
 * @param hasRecurrentBias keeps the two biases apart, as a GRU needs it; else they are added
 * @throws DataError when an array is missing or the shapes do not belong together
 */
export function recurrentFromTorch(
  tensors: Record<string, StoredTensor>,
  index: number | string = 0,
  prefix = '',
  hasRecurrentBias = false,
): RecurrentArrays {
  const weightIn = matrix(tensors, `${prefix}weight_ih_l${index}`);
  const weightRec = matrix(tensors, `${prefix}weight_hh_l${index}`);
  const [rows, hidden] = weightRec.shape;
  if (rows % hidden !== 0) {
    throw new DataError(
      `torch: expected ${prefix}weight_hh_l${index} of shape [gates * hidden, hidden], got [${rows}, ${hidden}]`,
    );
  }
  if (weightIn.shape[0] !== rows) {
    throw new DataError(
      `torch: expected ${prefix}weight_ih_l${index} to have ${rows} rows as ${prefix}weight_hh_l${index} has, got [${weightIn.shape.join(', ')}]`,
    );
  }
  const bias = zeros(rows);
  const biasRec = hasRecurrentBias ? zeros(rows) : bias;
  for (const [name, to] of [
    [`${prefix}bias_ih_l${index}`, bias],
    [`${prefix}bias_hh_l${index}`, biasRec],
  ] as const) {
    if (!Object.hasOwn(tensors, name)) continue;
    const data = vector(tensors, name, rows);
    for (let i = 0; i < rows; i++) to[i] += data[i];
  }
  return {
    weightIn: transposed(weightIn),
    weightRec: transposed(weightRec),
    bias: { shape: [rows], data: bias },
    ...(hasRecurrentBias ? { biasRec: { shape: [rows], data: biasRec } } : {}),
  };
}

/** A linear layer as torch.nn.Linear stores it: `weight` [O, I], `bias` [O]. */
export function linearToTorch(layer: LinearArrays, prefix = ''): Record<string, StoredTensor> {
  return {
    [`${prefix}weight`]: transposed(layer.weight),
    [`${prefix}bias`]: { shape: layer.bias.shape, data: layer.bias.data.slice() },
  };
}

/**
 * Reads a linear layer back; one stored without a bias gets zeros.
 * @throws DataError when an array is missing or the shapes do not belong together
 */
export function linearFromTorch(tensors: Record<string, StoredTensor>, prefix = ''): LinearArrays {
  const weight = matrix(tensors, `${prefix}weight`);
  const outputs = weight.shape[0];
  const stored = Object.hasOwn(tensors, `${prefix}bias`);
  const bias = stored ? realFrom(vector(tensors, `${prefix}bias`, outputs)) : zeros(outputs);
  return { weight: transposed(weight), bias: { shape: [outputs], data: bias } };
}

// --- internal ---

/** The transpose, in the number type of the process. */
function transposed({ shape: [rows, columns], data }: StoredTensor): StoredTensor {
  const result = zeros(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j];
  }
  return { shape: [columns, rows], data: result };
}

function stored(tensors: Record<string, StoredTensor>, name: string): StoredTensor {
  if (Object.hasOwn(tensors, name)) return tensors[name];
  const found = Object.keys(tensors).slice(0, 8).join(', ');
  throw new DataError(`torch: expected an array named '${name}', got none; the first names are: ${found}`);
}

function matrix(tensors: Record<string, StoredTensor>, name: string): StoredTensor {
  const found = stored(tensors, name);
  if (found.shape.length === 2) return found;
  throw new DataError(`torch: expected '${name}' to be a matrix, got shape [${found.shape.join(', ')}]`);
}

function vector(tensors: Record<string, StoredTensor>, name: string, length: number): Real {
  const { shape, data } = stored(tensors, name);
  if (shape.length === 1 && shape[0] === length) return data;
  throw new DataError(`torch: expected '${name}' of shape [${length}], got [${shape.join(', ')}]`);
}
