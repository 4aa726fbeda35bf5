/** The music model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import { linearFromTorch, linearToTorch } from 'lethe';
import { loadLayers, loadNamed, storedLayers } from '../layers.ts';
import type { Weights } from '../task.ts';
import type { MusicModel } from './model.ts';

/** Copies of the weights: the layers under `rnn.`, those of torch.nn.Linear under `readout.`. */
export function storedWeights({ layers, parameters }: MusicModel): Weights {
  return {
    ...storedLayers(layers),
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
  };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights({ layers, parameters }: MusicModel, weights: Weights, where: string): void {
  const readout = linearFromTorch(weights, 'readout.');
  const found = loadLayers(layers, weights);
  found.set('readout.weight', readout.weight).set('readout.bias', readout.bias);
  loadNamed(parameters, found, where);
}
