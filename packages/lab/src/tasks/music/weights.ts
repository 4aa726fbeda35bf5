/** The music model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import { linearFromTorch, linearToTorch } from 'lethe';
import type { Weights } from '../../runs/task.ts';
import { loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import type { MusicModel } from './model.ts';

/** Copies of the weights: the layers under `rnn.`, those of torch.nn.Linear under `readout.`, with weight noise its log deviations. */
export function storedWeights({ layers, parameters }: MusicModel): Weights {
  const deviation = parameters['readout.weightLogDeviation'];
  return {
    ...storedLayers(layers),
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
    ...(deviation && { [storedDeviation]: { shape: deviation.shape, data: deviation.data.slice() } }),
  };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights({ layers, parameters }: MusicModel, weights: Weights, where: string): void {
  const readout = linearFromTorch(weights, 'readout.');
  const found = loadLayers(layers, weights);
  found.set('readout.weight', readout.weight).set('readout.bias', readout.bias);
  found.set('readout.weightLogDeviation', weights[storedDeviation]);
  loadNamed(parameters, found, where);
}

// --- internal ---

/** As PyTorch's layer has none, in the layout of the parameter. */
const storedDeviation = 'readout.weight_log_deviation';
