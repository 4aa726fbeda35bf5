/** The music model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import {
  DataError,
  linearFromTorch,
  linearToTorch,
  type Recurrent,
  type RecurrentArrays,
  recurrentFromTorch,
  recurrentToTorch,
  type StoredTensor,
} from 'lethe';
import type { MusicModel } from './model.ts';

/** Arrays by name. */
export type Weights = Record<string, StoredTensor>;

/**
 * Copies of the weights: those of torch.nn.RNN, LSTM or GRU under `rnn.`, of torch.nn.Linear under `readout.`;
 * what PyTorch does not have as `rnn.initial_state`, `rnn.weight_in_log_deviation` and the like.
 */
export function storedWeights({ layers, parameters }: MusicModel): Weights {
  const weights: Weights = {};
  for (const [index, { parameters: own }] of layers.entries()) {
    Object.assign(weights, recurrentToTorch(own, index, 'rnn.'));
    for (const [name, key] of Object.entries(ownNames)) {
      const tensor = own[key];
      if (tensor) weights[ownName(name, index)] = { shape: tensor.shape, data: tensor.data.slice() };
    }
  }
  return {
    ...weights,
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
  };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights({ layers, parameters }: MusicModel, weights: Weights, where: string): void {
  const found = new Map<string, StoredTensor | undefined>();
  for (const [index, layer] of layers.entries()) {
    const prefix = layerPrefix(index);
    for (const [name, tensor] of Object.entries(layerArrays(layer, index, weights))) {
      found.set(`${prefix}${name}`, tensor);
    }
  }
  const readout = linearFromTorch(weights, 'readout.');
  found.set('readout.weight', readout.weight).set('readout.bias', readout.bias);
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

/** In front of the names of a layer's parameters: `rnn.` for the lowest, `rnn.1.` and so on for the others. */
export function layerPrefix(index: number): string {
  return index === 0 ? 'rnn.' : `rnn.${index}.`;
}

// --- internal ---

/** Parameters without a name in PyTorch. */
const ownNames = {
  initial_state: 'initialState',
  initial_cell: 'initialCell',
  weight_in_log_deviation: 'weightInLogDeviation',
  weight_rec_log_deviation: 'weightRecLogDeviation',
} as const;

function ownName(name: string, index: number): string {
  return index === 0 ? `rnn.${name}` : `rnn.${name}_l${index}`;
}

function layerArrays(
  { cell }: Recurrent,
  index: number,
  weights: Weights,
): RecurrentArrays & Record<string, StoredTensor | undefined> {
  const own = Object.fromEntries(
    Object.entries(ownNames).map(([name, key]) => [key, weights[ownName(name, index)]]),
  );
  return { ...recurrentFromTorch(weights, index, 'rnn.', cell === 'gru'), ...own };
}
