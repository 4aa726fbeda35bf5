/** The music model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import { linearFromTorch, linearToTorch } from 'lethe';
import type { Weights } from '../../runs/task.ts';
import { loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import type { MusicModel } from './model.ts';

/** Copies of the weights: the layers under `rnn.`, those of torch.nn.Linear under `readout.` with what a NADE has besides, with weight noise its log deviations. */
export function storedWeights({ layers, parameters }: MusicModel): Weights {
  const deviation = parameters['readout.weightLogDeviation'];
  return {
    ...storedLayers(layers),
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
    ...Object.fromEntries(
      Object.entries(nadeNames).flatMap(([stored, name]) => {
        const weight = parameters[name];
        return weight ? [[stored, { shape: weight.shape, data: weight.data.slice() }]] : [];
      }),
    ),
    ...(deviation && { [storedDeviation]: { shape: deviation.shape, data: deviation.data.slice() } }),
  };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights({ layers, parameters }: MusicModel, weights: Weights, where: string): void {
  const readout = linearFromTorch(weights, 'readout.');
  const found = loadLayers(layers, weights);
  found.set('readout.weight', readout.weight).set('readout.bias', readout.bias);
  found.set('readout.weightLogDeviation', weights[storedDeviation]);
  for (const [stored, name] of Object.entries(nadeNames)) found.set(name, weights[stored]);
  loadNamed(parameters, found, where);
}

// --- internal ---

/** Weights of a NADE over notes, of which PyTorch has no layer, in the layout of the parameters. */
const nadeNames = {
  'readout.weight_in': 'readout.weightIn',
  'readout.weight_out': 'readout.weightOut',
} as const;

/** As PyTorch's layer has none, in the layout of the parameter. */
const storedDeviation = 'readout.weight_log_deviation';
