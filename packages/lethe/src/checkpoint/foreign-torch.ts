/** The layers, tables and linear maps among the arrays of a PyTorch model, whatever its modules are called. */

import { DataError } from '../errors.ts';
import type { CellName } from '../nn/cells/cell.ts';
import { type FoundArrays, type FoundLayer, type LeftOut, naturally } from './foreign.ts';
import type { StoredTensor } from './stored.ts';
import { linearFromTorch, recurrentFromTorch } from './torch.ts';
import { plainName } from './torch-names.ts';

/** Whether a model of PyTorch is in the file. */
export const isTorch = (names: readonly string[]): boolean =>
  names.some((name) => /(^|[._])weight_hh(_l\d+)?(_reverse)?(_raw)?$/.test(name));

/** Throws DataError for what belongs to a recurrent layer and has no place in one here, by its name. */
export function torchArrays(tensors: Record<string, StoredTensor>): FoundArrays {
  const names = Object.keys(tensors).sort(naturally);
  const layers: FoundLayer[] = [];
  const used = new Set<string>();
  let index = 0;
  for (const prefix of modulesOf(names)) {
    const endings = endingsOf(names, prefix);
    for (const { number, reverse } of endings) {
      const place = reverse ? `${number}_reverse` : number;
      const arrays = recurrentFromTorch(tensors, place, prefix);
      const ending = endings[0].isCell ? '' : `_l${place}`;
      const from = fromOf(names, prefix, ending, used);
      const [H, columns] = arrays.weightRec.shape;
      const cell = ({ 1: 'rnn', 3: 'gru', 4: 'lstm' } as const)[columns / H] as CellName;
      layers.push({
        name: from.weightRec[0],
        ...{ cell, index: index + number, isReverse: reverse, from },
        // torch.nn.GRU has no other form.
        ...(cell === 'gru' && { resetAfter: true }),
        parameters: arrays as unknown as Record<string, StoredTensor>,
      });
    }
    index += Math.max(...endings.map(({ number }) => number)) + 1;
  }
  checkWhole(names, used);
  const inputSize = layers[0].parameters.weightIn.shape[0];
  return { layers, ...others(tensors, names, used, inputSize) };
}

// --- internal ---

const recurrentName = /^(|.*\.)weight_hh(?:_l(\d+)(_reverse)?)?(?:_raw)?$/;

/** Prefixes of modules with recurrent layers, in the order of their names, wrappers left out. */
function modulesOf(names: readonly string[]): string[] {
  const found = names.map((name) => recurrentName.exec(plainName(name))?.[1]);
  return [...new Set(found.filter((prefix) => prefix !== undefined))];
}

interface Ending {
  number: number;
  reverse: boolean;
  isCell: boolean;
}

/** Its layers from below, of a pair the forward one first. */
function endingsOf(names: readonly string[], prefix: string): Ending[] {
  const found = new Map<string, Ending>();
  for (const name of names) {
    const match = recurrentName.exec(plainName(name));
    if (match?.[1] !== prefix) continue;
    const [, , number = '0', reverse] = match;
    found.set(`${number}${reverse ?? ''}`, {
      ...{ number: Number(number), reverse: reverse !== undefined, isCell: match[2] === undefined },
    });
  }
  return [...found.values()].sort((a, b) => a.number - b.number || +a.reverse - +b.reverse);
}

/** The arrays of a layer by parameter; they are used then, and the dropped copy beside a raw weight with it. */
function fromOf(
  names: readonly string[],
  prefix: string,
  ending: string,
  used: Set<string>,
): Record<string, readonly string[]> {
  const of = (array: string): string[] => {
    const found = names.filter((name) => {
      const plain = plainName(name);
      return plain === `${prefix}${array}${ending}` || plain === `${prefix}${array}${ending}_raw`;
    });
    for (const name of found) used.add(name);
    const raw = found.filter((name) => name.endsWith('_raw'));
    return raw.length > 0 ? raw : found;
  };
  return {
    weightIn: of('weight_ih'),
    weightRec: of('weight_hh'),
    bias: [...of('bias_ih'), ...of('bias_hh')],
  };
}

/** Throws DataError for arrays of a layer whose recurrent weights are not there: a stack without it would be another model. */
function checkWhole(names: readonly string[], used: ReadonlySet<string>): void {
  const orphan = names.find((name) => {
    const match = /^(.*)(?:weight|bias)_(?:ih|hh|hr)(_l\d+(?:_reverse)?)(?:_raw)?$/.exec(name);
    // Beside raw weights their dropped copies stand alone.
    return match && !used.has(name) && !names.includes(`${name}_raw`);
  });
  if (orphan === undefined) return;
  const wanted = orphan.replace(/(?:weight|bias)_(?:ih|hh|hr)/, 'weight_hh');
  throw new DataError(`torch: expected '${wanted}' beside '${orphan}', got none; the layer is not whole`);
}

const [tableWords, mapWords] = [
  /emb|encoder|lookup|wte/i,
  /linear|fc|dense|proj|decoder|out|head|logit|classif|softmax/i,
];

/**
 * Whether a matrix without a bias is a table of words: its module says it, or one around it, where it says nothing itself and the lowest layer
 * could read what it gives.
 */
function isTable(prefix: string, { shape }: StoredTensor, inputSize: number): boolean {
  const around = prefix.split('.').slice(0, -1);
  const own = around.pop() ?? '';
  if (tableWords.test(own)) return true;
  return !mapWords.test(own) && tableWords.test(around.join('.')) && shape[1] === inputSize;
}

/** Matrices beside the recurrent layers: tables by their names, linear maps; and all that is neither. */
function others(
  tensors: Record<string, StoredTensor>,
  names: readonly string[],
  used: ReadonlySet<string>,
  inputSize: number,
): Omit<FoundArrays, 'layers'> {
  const rest = names.filter((name) => !used.has(name));
  const result = { tables: [], maps: [], leftOut: [] } as Omit<FoundArrays, 'layers'>;
  const taken = new Set<string>();
  for (const name of rest.filter((one) => /(^|\.)weight$/.test(one))) {
    const prefix = name.slice(0, -'weight'.length);
    const weight = tensors[name];
    if (weight.shape.length !== 2 || weight.data.length === 0) continue;
    taken.add(name);
    if (!rest.includes(`${prefix}bias`) && isTable(prefix, weight, inputSize)) {
      result.tables.push({ name, weight });
      continue;
    }
    const biasName = rest.includes(`${prefix}bias`) ? `${prefix}bias` : undefined;
    if (biasName) taken.add(biasName);
    const map = linearFromTorch({ weight, ...(biasName && { bias: tensors[biasName] }) });
    result.maps.push({ name, weight: map.weight, ...(biasName && { bias: map.bias, biasName }) });
  }
  result.leftOut = rest
    .filter((name) => !taken.has(name))
    .map(
      (name): LeftOut => ({
        name,
        shape: tensors[name].shape,
        reason: 'no array of a recurrent layer, a table or a linear map',
      }),
    );
  return result;
}
