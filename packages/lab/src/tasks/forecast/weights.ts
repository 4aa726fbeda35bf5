/** The network's weights under PyTorch's names and layouts, as checkpoints hold them; what a head learns beside it as `head.*`. */
import { linearFromTorch, linearToTorch, type Tensor } from 'lethe';
import type { TaskModel, Weights } from '../../runs/task.ts';
import { layerPrefix, loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import type { ForecastModel } from './model.ts';

/** The model as training and checkpoints see it. */
export function taskModel({ network, head, parameters }: ForecastModel): TaskModel {
  const { layers } = network.stack;
  const named = namedByLayer(layers, parameters);
  return {
    parameters,
    regularizer: network.regularizer,
    plans: network.plans,
    stored: () => ({
      ...storedLayers(layers),
      ...linearToTorch(
        { weight: parameters['readout.weight'], bias: parameters['readout.bias'] },
        'readout.',
      ),
      ...Object.fromEntries(own(parameters, head.parameters)),
    }),
    load(weights: Weights, where: string) {
      const { weight, bias } = linearFromTorch(weights, 'readout.');
      const found = loadLayers(layers, weights).set('readout.weight', weight).set('readout.bias', bias);
      for (const name of Object.keys(named)) if (!found.has(name)) found.set(name, weights[storedName(name)]);
      loadNamed(named, found, where);
    },
  };
}

// --- internal ---

/** The parameters by the names that stored layers have. */
function namedByLayer(
  layers: ForecastModel['network']['stack']['layers'],
  parameters: Record<string, Tensor>,
): Record<string, Tensor> {
  const all: Record<string, Tensor> = {};
  for (const [index, layer] of layers.entries()) {
    for (const [name, tensor] of Object.entries(layer.parameters)) all[layerPrefix(index) + name] = tensor;
  }
  for (const [name, tensor] of Object.entries(parameters)) if (!name.startsWith('rnn.')) all[name] = tensor;
  return all;
}

/** What PyTorch's layers have no name for. */
function own(parameters: Record<string, Tensor>, ofHead: Readonly<Record<string, Tensor>>) {
  const names = ['readout.weightLogDeviation', ...Object.keys(ofHead).map((name) => `head.${name}`)];
  return names
    .filter((name) => parameters[name])
    .map(
      (name) =>
        [storedName(name), { shape: parameters[name].shape, data: parameters[name].data.slice() }] as const,
    );
}

/** `head.logDeviation` as `head.log_deviation` */
const storedName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
