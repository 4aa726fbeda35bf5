/** The music model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import { linearFromTorch, linearToTorch, type StoredTensor, type Tensor } from 'lethe';
import type { Weights } from '../../runs/task.ts';
import { loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import type { MusicModel } from './model.ts';

/** Copies of the weights: the layers under `rnn.`, those of torch.nn.Linear under `readout.` with what a NADE has besides, with weight noise its log deviations. */
export function storedWeights({ layers, between, parameters }: MusicModel): Weights {
  const deviation = parameters['readout.weightLogDeviation'];
  return {
    ...storedLayers(layers),
    ...(between && linearToTorch(between.linear.parameters, 'output.')),
    ...(between?.linear.parameters.weightLogDeviation && {
      [betweenDeviation]: copyOf(between.linear.parameters.weightLogDeviation),
    }),
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
    ...Object.fromEntries(
      Object.entries(nadeNames).flatMap(([stored, name]) => {
        const weight = parameters[name];
        return weight ? [[stored, copyOf(weight)]] : [];
      }),
    ),
    ...(deviation && { [storedDeviation]: copyOf(deviation) }),
  };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights(
  { layers, between, parameters }: MusicModel,
  weights: Weights,
  where: string,
): void {
  const readout = linearFromTorch(weights, 'readout.');
  const found = loadLayers(layers, weights);
  if (between) {
    const output = linearFromTorch(weights, 'output.');
    found.set('output.weight', output.weight).set('output.bias', output.bias);
    found.set('output.weightLogDeviation', weights[betweenDeviation]);
  }
  found.set('readout.weight', readout.weight).set('readout.bias', readout.bias);
  found.set('readout.weightLogDeviation', weights[storedDeviation]);
  for (const [stored, name] of Object.entries(nadeNames)) found.set(name, weights[stored]);
  loadNamed(parameters, found, where);
}

// --- internal ---

const copyOf = ({ shape, data }: Tensor): StoredTensor => ({ shape, data: data.slice() });

/** Weights of a NADE over notes, of which PyTorch has no layer, in the layout of the parameters. */
const nadeNames = {
  'readout.weight_in': 'readout.weightIn',
  'readout.weight_out': 'readout.weightOut',
} as const;

/** As PyTorch's layers have none, in the layout of the parameter. */
const betweenDeviation = 'output.weight_log_deviation';
const storedDeviation = 'readout.weight_log_deviation';
