/**
 * The layers, tables and linear maps among the weights of a Keras model: `kernel` [input, gates hidden], `recurrent_kernel`, `bias`, gates in the
 * order i f c o (LSTM) and z r h (GRU), two biases where the reset gate acts after the product. Names are those of Keras 2 and 3, or the numbers
 * (`vars/0`) by which a `.weights.h5` file has them.
 */
import { DataError } from '../errors.ts';
import { realFrom, realZeros } from '../tensor/dtype.ts';
import { shapeText } from '../tensor/tensor.ts';
import { type FoundArrays, type FoundLayer, type LeftOut, naturally } from './foreign.ts';
import type { StoredTensor } from './stored.ts';

/** Whether weights of a recurrent layer of Keras are in the file. */
export const isKeras = (names: readonly string[]): boolean =>
  names.some((name) => /(^|\/)(recurrent_kernel(:\d+)?|cell\/vars\/1)$/.test(name));

/** Throws DataError for what belongs to a recurrent layer and has no place in one here, by its name. */
export function kerasArrays(tensors: Record<string, StoredTensor>): FoundArrays {
  const groups = groupsOf(Object.keys(tensors));
  const found: FoundArrays = { layers: [], tables: [], maps: [], leftOut: [] };
  let index = -1;
  let pair: string | undefined;
  for (const [path, arrays] of groups) {
    if (arrays.recurrent_kernel === undefined) {
      addOther(found, tensors, path, arrays);
      continue;
    }
    const direction = /(^|\/)(forward|backward)_[^/]*/.exec(path);
    const parent = direction ? path.slice(0, direction.index) : undefined;
    if (parent === undefined || parent !== pair) index++;
    pair = parent;
    found.layers.push(layerOf(tensors, path, arrays, index, direction?.[2] === 'backward'));
  }
  return found;
}

// --- internal ---

/** Names of arrays by what they are. */
type Group = Record<string, string>;

/** The arrays of every layer, in the order of their paths; of a pair the forward one first. */
function groupsOf(names: readonly string[]): [string, Group][] {
  const groups = new Map<string, Group>();
  for (const name of names) {
    const [, path, what] = /^(.*?)(?:\/)?([^/]*)$/.exec(name.replace(/:\d+$/, ''))!;
    const numbered = path.endsWith('vars') ? /^\d+$/.test(what) : false;
    const place = numbered ? path.replace(/\/?vars$/, '') : path;
    const group: Group = groups.get(place) ?? Object.create(null);
    const role = numbered ? (roles(place)[Number(what)] ?? what) : what;
    if (group[role] !== undefined) {
      throw new DataError(
        `keras: expected one array for '${place}/${role}', got '${group[role]}' and '${name}'; leave one of them out`,
      );
    }
    group[role] = name;
    groups.set(place, group);
  }
  const order = (path: string): string => path.replace(/(^|\/)backward_/, '$1~backward_');
  return [...groups].sort(([a], [b]) => naturally(order(a), order(b)));
}

/** What the numbers in a `.weights.h5` file stand for. */
const roles = (path: string): string[] =>
  path.includes('embedding')
    ? ['embeddings']
    : path.endsWith('cell')
      ? ['kernel', 'recurrent_kernel', 'bias']
      : ['kernel', 'bias'];

const known = ['kernel', 'recurrent_kernel', 'bias'];

function layerOf(
  tensors: Record<string, StoredTensor>,
  path: string,
  arrays: Group,
  index: number,
  isReverse: boolean,
): FoundLayer {
  const strange = Object.keys(arrays).find((what) => !known.includes(what));
  if (strange !== undefined) {
    throw new DataError(
      `keras: expected ${known.join(', ')} alone under '${path}', got '${arrays[strange]}' as well: an array of the layer that no layer here has`,
    );
  }
  if (arrays.kernel === undefined)
    throw new DataError(`keras: expected '${path}/kernel' beside '${arrays.recurrent_kernel}', got none`);
  const [weightIn, weightRec] = [arrays.kernel, arrays.recurrent_kernel].map((name) => matrix(tensors, name));
  const [H, columns] = weightRec.shape;
  const gates = columns / H;
  const cell = gates === 1 ? 'rnn' : gates === 3 ? 'gru' : gates === 4 ? 'lstm' : undefined;
  if (!cell || weightIn.shape[1] !== columns) {
    throw new DataError(
      `keras: expected ${arrays.recurrent_kernel} of shape [hidden, gates * hidden] with 1, 3 or 4 gates and ${arrays.kernel} with as many columns, got ${shapeText(weightRec.shape)} and ${shapeText(weightIn.shape)}`,
    );
  }
  const biases = biasesOf(tensors, arrays.bias, cell, columns);
  // z r h as r z n
  const inOrder = (array: StoredTensor): StoredTensor =>
    cell === 'gru' ? withBlocks(array, [1, 0, 2], H) : numbers(array);
  return {
    name: arrays.recurrent_kernel,
    ...{ cell, index, isReverse },
    ...(biases.resetAfter !== undefined && { resetAfter: biases.resetAfter }),
    parameters: {
      weightIn: inOrder(weightIn),
      weightRec: inOrder(weightRec),
      bias: inOrder(biases.bias),
      ...(cell === 'gru' && { biasRec: inOrder(biases.biasRec) }),
    },
    from: {
      weightIn: [arrays.kernel],
      weightRec: [arrays.recurrent_kernel],
      bias: arrays.bias === undefined ? [] : [arrays.bias],
    },
  };
}

/** One bias, or of a GRU with the reset gate after the product two; none is zeros. */
function biasesOf(
  tensors: Record<string, StoredTensor>,
  name: string | undefined,
  cell: string,
  columns: number,
): { bias: StoredTensor; biasRec: StoredTensor; resetAfter?: boolean } {
  const zeros = { shape: [columns], data: realZeros(columns) };
  if (name === undefined) return { bias: zeros, biasRec: zeros };
  const { shape, data } = tensors[name];
  if (shape.length === 1 && shape[0] === columns) {
    return { bias: tensors[name], biasRec: zeros, ...(cell === 'gru' && { resetAfter: false }) };
  }
  if (cell === 'gru' && shape.length === 2 && shape[0] === 2 && shape[1] === columns) {
    const row = (k: number) => ({
      shape: [columns],
      data: realFrom(data.subarray(k * columns, (k + 1) * columns)),
    });
    return { bias: row(0), biasRec: row(1), resetAfter: true };
  }
  throw new DataError(
    `keras: expected ${name} of shape [${columns}]${cell === 'gru' ? ` or [2, ${columns}]` : ''}, got ${shapeText(shape)}; layers of CuDNN alone have other layouts: convert them to ${cell.toUpperCase()} first`,
  );
}

function matrix(tensors: Record<string, StoredTensor>, name: string): StoredTensor {
  if (tensors[name].shape.length === 2) return tensors[name];
  throw new DataError(
    `keras: expected '${name}' to be a matrix, got shape ${shapeText(tensors[name].shape)}; layers of convolutions have no place here`,
  );
}

const numbers = ({ shape, data }: StoredTensor): StoredTensor => ({ shape, data: realFrom(data) });

/** The columns in blocks of `size`, in another order. */
function withBlocks({ shape, data }: StoredTensor, order: readonly number[], size: number): StoredTensor {
  const columns = order.length * size;
  const result = realZeros(data.length);
  for (let at = 0; at < data.length; at += columns) {
    for (const [to, from] of order.entries()) {
      for (let j = 0; j < size; j++) result[at + to * size + j] = data[at + from * size + j];
    }
  }
  return { shape, data: result };
}

function addOther(
  found: FoundArrays,
  tensors: Record<string, StoredTensor>,
  path: string,
  arrays: Group,
): void {
  const { embeddings, kernel, bias, ...rest } = arrays;
  const isMatrix = (name: string | undefined): name is string =>
    name !== undefined && tensors[name].shape.length === 2;
  const left = { ...rest };
  if (isMatrix(embeddings)) found.tables.push({ name: embeddings, weight: numbers(tensors[embeddings]) });
  else if (embeddings) left.embeddings = embeddings;
  if (isMatrix(kernel)) {
    found.maps.push({
      ...{ name: kernel, weight: numbers(tensors[kernel]) },
      ...(bias !== undefined && { bias: numbers(tensors[bias]), biasName: bias }),
    });
  } else Object.assign(left, kernel && { kernel }, bias && { bias });
  const reason = `no array of a recurrent layer, a table or a dense layer under '${path}'`;
  found.leftOut.push(
    ...Object.values(left).map((name): LeftOut => ({ name, shape: tensors[name].shape, reason })),
  );
}
