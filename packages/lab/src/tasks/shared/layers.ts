/** Recurrent layers of a task's model under PyTorch's names, as checkpoints hold them. */
import {
  DataError,
  type Recurrent,
  type RecurrentArrays,
  recurrentFromTorch,
  recurrentToTorch,
  type StoredTensor,
  type Tensor,
} from 'lethe';
import type { Weights } from '../../runs/task.ts';

/** In front of the names of a layer's parameters, by its place in a stack: `rnn.` for the lowest, `rnn.1.` and so on for the others, of a pair of directions each one. */
export function layerPrefix(index: number): string {
  return index === 0 ? 'rnn.' : `rnn.${index}.`;
}

/**
 * Copies of the layers' weights: those of torch.nn.RNN, LSTM or GRU under `rnn.`; what PyTorch does not have as
 * `rnn.initial_state`, `rnn.weight_in_log_deviation`, `rnn.transition_weight_in` and the like.
 */
export function storedLayers(layers: readonly Recurrent[]): Weights {
  const weights: Weights = {};
  for (const [index, { cell, parameters }] of layers.entries()) {
    const place = torchIndex(layers, index);
    if (cell !== 'deep-rnn') Object.assign(weights, recurrentToTorch(parameters, place, 'rnn.'));
    for (const [name, key] of Object.entries(cell === 'deep-rnn' ? deepNames : ownNames)) {
      const tensor = parameters[key];
      if (tensor) weights[ownName(name, place)] = { shape: tensor.shape, data: tensor.data.slice() };
    }
  }
  return weights;
}

/** The stored arrays of the layers by the names of the parameters; what is not there is undefined. */
export function loadLayers(
  layers: readonly Recurrent[],
  weights: Weights,
): Map<string, StoredTensor | undefined> {
  const found = new Map<string, StoredTensor | undefined>();
  for (const [index, layer] of layers.entries()) {
    for (const [name, tensor] of Object.entries(layerArrays(layer, torchIndex(layers, index), weights))) {
      found.set(`${layerPrefix(index)}${name}`, tensor);
    }
  }
  return found;
}

/** Copies what was found into the parameters, all or nothing. Throws DataError naming `where` and the array that does not fit. */
export function loadNamed(
  parameters: Record<string, Tensor>,
  found: ReadonlyMap<string, StoredTensor | undefined>,
  where: string,
): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    const stored = found.get(name);
    const shape = stored ? `[${stored.shape.join(', ')}]` : 'nothing';
    if (shape !== `[${parameter.shape.join(', ')}]`) {
      throw new DataError(
        `${where}: expected ${name} of shape [${parameter.shape.join(', ')}] as config.json says, found ${shape}`,
      );
    }
  }
  for (const [name, parameter] of Object.entries(parameters)) parameter.data.set(found.get(name)!.data);
}

// --- internal ---

/** Parameters without a name in PyTorch. */
const ownNames = {
  initial_state: 'initialState',
  initial_cell: 'initialCell',
  weight_in_log_deviation: 'weightInLogDeviation',
  weight_rec_log_deviation: 'weightRecLogDeviation',
} as const;

/** A deep transition has none at all; its arrays keep their layout, [from, to]. */
const deepNames = {
  transition_weight_in: 'weightIn',
  transition_weight_rec: 'weightRec',
  transition_bias: 'bias',
  ...ownNames,
} as const;

const isOwn = new RegExp(`^rnn\\.(${Object.keys(ownNames).join('|')})(_l\\d+(_reverse)?)?$`);

/** The number of a layer as PyTorch has it: of a pair of directions both have one, `0` and `0_reverse`. */
function torchIndex(layers: readonly Recurrent[], index: number): number | string {
  const before = layers.slice(0, index + 1).filter(({ options }) => options.direction !== 1).length - 1;
  return layers[index].options.direction === 1 ? `${before}_reverse` : before;
}

function ownName(name: string, index: number | string): string {
  return index === 0 ? `rnn.${name}` : `rnn.${name}_l${index}`;
}

function layerArrays(
  { cell, parameters }: Recurrent,
  index: number | string,
  weights: Weights,
): Partial<RecurrentArrays> & Record<string, StoredTensor | undefined> {
  const names = cell === 'deep-rnn' ? deepNames : ownNames;
  const own = Object.fromEntries(
    Object.entries(names).map(([name, key]) => [key, weights[ownName(name, index)]]),
  );
  if (cell === 'deep-rnn') return own;
  // What PyTorch does not have, its reader would refuse.
  const torch = Object.fromEntries(Object.entries(weights).filter(([name]) => !isOwn.test(name)));
  return {
    ...recurrentFromTorch(torch, index, 'rnn.', 'biasRec' in parameters || undefined),
    ...own,
  };
}
