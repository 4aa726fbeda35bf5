/** The music model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import {
  DataError,
  linearFromTorch,
  linearToTorch,
  recurrentFromTorch,
  recurrentToTorch,
  type StoredTensor,
} from 'lethe';
import type { MusicModel } from './model.ts';

/** Arrays by name. */
export type Weights = Record<string, StoredTensor>;

/** Copies of the weights: torch.nn.RNN's under `rnn.`, torch.nn.Linear's under `readout.`, and `rnn.initial_state`. */
export function storedWeights({ parameters }: MusicModel): Weights {
  const { 'rnn.initialState': initial } = parameters;
  return {
    ...recurrentToTorch(
      {
        weightIn: parameters['rnn.weightIn'],
        weightRec: parameters['rnn.weightRec'],
        bias: parameters['rnn.bias'],
      },
      0,
      'rnn.',
    ),
    ...(initial ? { 'rnn.initial_state': { shape: initial.shape, data: initial.data.slice() } } : {}),
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
  };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights({ parameters }: MusicModel, weights: Weights, where: string): void {
  const recurrent = recurrentFromTorch(weights, 0, 'rnn.');
  const readout = linearFromTorch(weights, 'readout.');
  const found: Record<string, StoredTensor | undefined> = {
    'rnn.weightIn': recurrent.weightIn,
    'rnn.weightRec': recurrent.weightRec,
    'rnn.bias': recurrent.bias,
    'rnn.initialState': weights['rnn.initial_state'],
    'readout.weight': readout.weight,
    'readout.bias': readout.bias,
  };
  for (const [name, parameter] of Object.entries(parameters)) {
    const stored = found[name];
    const shape = stored ? `[${stored.shape.join(', ')}]` : 'nothing';
    if (shape !== `[${parameter.shape.join(', ')}]`) {
      throw new DataError(
        `${where}: expected ${name} of shape [${parameter.shape.join(', ')}] as config.json says, found ${shape}`,
      );
    }
  }
  for (const [name, parameter] of Object.entries(parameters)) parameter.data.set(found[name]!.data);
}
