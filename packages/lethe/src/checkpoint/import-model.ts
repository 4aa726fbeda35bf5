/** Weights of other libraries as a model here: which layers they are, and what became of every array. */
import { isObject } from '../checks.ts';
import { ConfigError, DataError } from '../errors.ts';
import { found as foundText } from '../found.ts';
import type { CellName } from '../nn/cells/cell.ts';
import { checkOptionNames } from '../options.ts';
import { realFrom, realZeros } from '../tensor/dtype.ts';
import type { FoundLayer, FoundMap, LeftOut } from './foreign.ts';
import { isKeras, kerasArrays } from './foreign-keras.ts';
import { isTorch, torchArrays } from './foreign-torch.ts';
import { checkStoredTensors, type StoredTensor } from './stored.ts';

/** What files do not say. */
export interface ImportOptions {
  /** of a GRU of Keras without biases; others say it themselves */
  resetAfter?: boolean;
}

/** A model that was found in a file. */
export interface ImportedModel {
  framework: 'pytorch' | 'keras';
  /** for `recurrentStack`; activations stand in no file: tanh, unless the model had another */
  stack: {
    cell: CellName;
    inputSize: number;
    hiddenSizes: number[];
    bidirectional: boolean;
    /** of a GRU */
    resetAfter?: boolean;
  };
  /** by the names of the parameters of a stack: `0.weightIn`, `0.reverse.weightIn`, … */
  recurrent: Record<string, StoredTensor>;
  /** [words, features], where there is one table that the lowest layer reads */
  embedding?: { weight: StoredTensor };
  /** weight [input, output], where there is one linear map that reads the last layer */
  readout?: { weight: StoredTensor; bias: StoredTensor };
  /** where every array went, by its name in the file */
  placed: Record<string, string>;
  /** what was not taken, by its name, and why */
  leftOut: readonly LeftOut[];
}

/**
 * Finds the recurrent layers in the arrays of a PyTorch model (`weight_ih_l0`, `weight_hh_l0_raw` of the AWD-LSTM, cells, any prefix) or
 * of a Keras model (`lstm/lstm_cell/kernel`, `vars/0`), puts them on one another by their sizes, and with them the table of words below and the linear map
 * above where there is one of each. Every array is either placed or named with the reason.
 * @param tensors of a file, by name, as `decodeSafetensors(…).tensors`
 * @returns parameters for {@link loadParameters} into a `recurrentStack(found.stack, …)`
 * @throws DataError where no recurrent layer is in the file, layers do not fit on one another, or one has what no layer here has (projections, peepholes,
 *   norms, convolutions, other layouts), or a number that no parameter holds, by the name of the array; ConfigError for what are no arrays
 */
export function importModel(
  tensors: Record<string, StoredTensor>,
  options: ImportOptions = {},
): ImportedModel {
  const where = 'importModel';
  checkStoredTensors(where, 'tensors', tensors, [], undefined);
  if (!isObject(options))
    throw new ConfigError(`${where}: expected options as { resetAfter }, got ${foundText(options)}`);
  checkOptionNames(where, options, ['resetAfter']);
  const names = Object.keys(tensors);
  const framework = isTorch(names) ? 'pytorch' : isKeras(names) ? 'keras' : undefined;
  if (!framework) {
    throw new DataError(
      `${where}: expected a recurrent layer of PyTorch (weight_hh_l0) or Keras (recurrent_kernel), got ${counted(names)}`,
    );
  }
  const found = framework === 'pytorch' ? torchArrays(tensors) : kerasArrays(tensors);
  const stack = stackOf(found.layers, options);
  const placed: Record<string, string> = {};
  const recurrent: Record<string, StoredTensor> = {};
  for (const { index, isReverse, parameters, from } of found.layers) {
    const prefix = `${index}.${isReverse ? 'reverse.' : ''}`;
    for (const [name, array] of Object.entries(parameters)) recurrent[prefix + name] = array;
    for (const [name, arrays] of Object.entries(from)) {
      for (const array of arrays) placed[array] = `rnn.${prefix}${name}`;
    }
  }
  const width = stack.hiddenSizes[stack.hiddenSizes.length - 1] * (stack.bidirectional ? 2 : 1);
  const leftOut = [...found.leftOut, ...rawTwins(names, placed)];
  const table = theOne(found.tables, ({ shape }) => shape[1] === stack.inputSize, 'table of words', leftOut);
  const map = theOne(
    found.maps,
    ({ shape }) => shape[0] === width,
    'linear map over the last layer',
    leftOut,
  );
  if (table) placed[table.name] = 'embedding.weight';
  if (map) placed[map.name] = 'readout.weight';
  if (map?.biasName) placed[map.biasName] = 'readout.bias';
  for (const name of Object.keys(placed)) checkFinite(name, tensors[name]);
  return {
    ...{ framework, stack, recurrent },
    ...(table && { embedding: { weight: numbers(table.weight) } }),
    ...(map && { readout: { weight: numbers(map.weight), bias: map.bias ?? zeros(map.weight.shape[1]) } }),
    ...{ placed, leftOut },
  };
}

// --- internal ---

/** `2 arrays: a, b`; of many the first. */
function counted(names: readonly string[]): string {
  if (names.length === 0) return 'no array at all';
  const shown = `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
  return `${names.length} ${names.length === 1 ? 'array' : 'arrays'}: ${shown}`;
}

/** Parameters are float32: a float64 may be too large for one. */
function checkFinite(name: string, { data }: StoredTensor): void {
  const at = realFrom(data).findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new DataError(
    `importModel: expected numbers that a float32 holds in '${name}', got ${data[at]} at element ${at}; the model diverged, or the file is of another one`,
  );
}

const numbers = ({ shape, data }: StoredTensor): StoredTensor => ({ shape, data: realFrom(data) });
const zeros = (length: number): StoredTensor => ({ shape: [length], data: realZeros(length) });

/** The layers as a stack. Throws DataError where they do not fit on one another. */
function stackOf(layers: readonly FoundLayer[], options: ImportOptions): ImportedModel['stack'] {
  const [first] = layers;
  const levels = new Map<number, FoundLayer[]>();
  for (const layer of layers) levels.set(layer.index, [...(levels.get(layer.index) ?? []), layer]);
  const bidirectional = layers.some(({ isReverse }) => isReverse);
  const hiddenSizes: number[] = [];
  let below = first.parameters.weightIn.shape[0];
  const inputSize = below;
  for (const index of [...levels.keys()].sort((a, b) => a - b)) {
    const level = levels.get(index)!;
    if (index !== hiddenSizes.length) {
      throw new DataError(
        `importModel: expected layers without a gap, got '${level[0].name}' as layer ${index} and no layer ${hiddenSizes.length} in front of it`,
      );
    }
    if (level.length !== (bidirectional ? 2 : 1)) {
      throw new DataError(
        `importModel: expected all layers to have ${bidirectional ? 'both directions' : 'one direction'}, got ${level.length} of '${level[0].name}'`,
      );
    }
    for (const layer of level) {
      const [input] = layer.parameters.weightIn.shape;
      if (layer.cell !== first.cell) {
        throw new DataError(
          `importModel: expected layers of one cell, got ${first.cell} '${first.name}' and ${layer.cell} '${layer.name}'; import them one by one`,
        );
      }
      if (input !== below) {
        throw new DataError(
          `importModel: expected '${layer.name}' to read the ${below} features below it, got a layer that reads ${input}: layers do not stand on one another in the order of their names`,
        );
      }
    }
    const H = level[0].parameters.weightRec.shape[0];
    if (level.some(({ parameters }) => parameters.weightRec.shape[0] !== H)) {
      throw new DataError(
        `importModel: expected both directions of '${level[0].name}' to have ${H} units, got another number`,
      );
    }
    hiddenSizes.push(H);
    below = H * level.length;
  }
  return { cell: first.cell, inputSize, hiddenSizes, bidirectional, ...resetOf(layers, options) };
}

/** The form of the reset gate, which all layers have. */
function resetOf(layers: readonly FoundLayer[], options: ImportOptions): { resetAfter?: boolean } {
  if (layers[0].cell !== 'gru') return {};
  const said = new Set(layers.map(({ resetAfter }) => resetAfter).filter((one) => one !== undefined));
  if (said.size > 1) {
    throw new DataError(
      'importModel: expected one form of the reset gate, got layers with two biases and with one',
    );
  }
  const [resetAfter = options.resetAfter] = said;
  if (resetAfter === undefined) {
    throw new DataError(
      `importModel: expected a bias that tells the form of the reset gate, got none for '${layers[0].name}'; give resetAfter (--reset-after or --reset-before): reset_after of Keras, true unless it was set`,
    );
  }
  return { resetAfter };
}

/** The dropped copies beside raw weights: what the last training step made of them. */
function rawTwins(names: readonly string[], placed: Readonly<Record<string, string>>): LeftOut[] {
  return names
    .filter((name) => !Object.hasOwn(placed, name) && names.includes(`${name}_raw`))
    .map((name) => ({ name, shape: [], reason: `a copy of ${name}_raw with some weights dropped` }));
}

/** The one that fits; several that hold the same numbers count once. The others are left out with the reason. */
function theOne(
  candidates: readonly FoundMap[],
  fits: (weight: StoredTensor) => boolean,
  what: string,
  leftOut: LeftOut[],
): FoundMap | undefined {
  const fitting = candidates.filter(({ weight }) => fits(weight));
  const [first] = fitting;
  const isSame = (one: FoundMap): boolean =>
    one.weight.data.length === first.weight.data.length &&
    one.weight.data.every((value, i) => value === first.weight.data[i]);
  const chosen = first && fitting.every(isSame) ? first : undefined;
  for (const one of candidates) {
    if (one === chosen) continue;
    const reason = !fitting.includes(one)
      ? `no ${what}: its sizes do not fit`
      : chosen
        ? `the same numbers as ${chosen.name}`
        : `one of several that could be the ${what}: ${fitting
            .map(({ name }) => name)
            .slice(0, 4)
            .join(', ')}`;
    leftOut.push({ name: one.name, shape: one.weight.shape, reason });
    if (one.biasName) leftOut.push({ name: one.biasName, shape: one.bias!.shape, reason });
  }
  return chosen;
}
