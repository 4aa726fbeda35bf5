/** The network's weights under PyTorch's names and layouts, as checkpoints hold them; what a head learns beside it as `head.*`. */
import { linearFromTorch, linearToTorch, type SequenceModel, type StoredTensor, type Tensor } from 'lethe';
import type { TaskModel, Weights } from '../../runs/task.ts';
import { layerPrefix, loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import { type ForecastModel, memberPrefix } from './model.ts';

/** The model as training and checkpoints see it. */
export function taskModel({ networks, regularizer, parameters }: ForecastModel): TaskModel {
  return {
    parameters,
    regularizer,
    plans: networks[0].plans,
    stored: () => ({
      ...Object.assign({}, ...networks.map(storedMember)),
      ...Object.fromEntries(ofHead(parameters).map(([name, tensor]) => [storedName(name), copyOf(tensor)])),
    }),
    load(weights, where) {
      const named: Record<string, Tensor> = {};
      const found = new Map<string, StoredTensor | undefined>();
      for (const [k, network] of networks.entries()) foundMember(network, k, weights, { named, found });
      for (const [name, tensor] of ofHead(parameters)) {
        named[name] = tensor;
        found.set(name, weights[storedName(name)]);
      }
      loadNamed(named, found, where);
    },
  };
}

// --- internal ---

const deviationName = 'readout.weightLogDeviation';

const copyOf = ({ shape, data }: Tensor): StoredTensor => ({ shape, data: data.slice() });

/** What the head learns beside the networks. */
const ofHead = (parameters: Record<string, Tensor>): [string, Tensor][] =>
  Object.entries(parameters).filter(([name]) => name.startsWith('head.'));

/** The arrays of a member: the layers under `rnn.`, the readout, with weight noise its log deviations. */
function storedMember({ stack, parameters }: SequenceModel, k: number): Weights {
  const deviation = parameters[deviationName];
  const all: Weights = {
    ...storedLayers(stack.layers),
    ...linearToTorch({ weight: parameters['readout.weight'], bias: parameters['readout.bias'] }, 'readout.'),
    ...(deviation && { [storedName(deviationName)]: copyOf(deviation) }),
  };
  return Object.fromEntries(Object.entries(all).map(([name, array]) => [memberPrefix(k) + name, array]));
}

/** The arrays of a member by the names of its parameters. */
function foundMember(
  { stack, parameters }: SequenceModel,
  k: number,
  weights: Weights,
  { named, found }: { named: Record<string, Tensor>; found: Map<string, StoredTensor | undefined> },
): void {
  const prefix = memberPrefix(k);
  const own = Object.fromEntries(
    Object.entries(weights).flatMap(([name, array]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [],
    ),
  );
  const { weight, bias } = linearFromTorch(own, 'readout.');
  const arrays = loadLayers(stack.layers, own)
    .set('readout.weight', weight)
    .set('readout.bias', bias)
    .set(deviationName, own[storedName(deviationName)]);
  for (const [name, array] of arrays) found.set(prefix + name, array);
  for (const [index, layer] of stack.layers.entries()) {
    for (const [name, tensor] of Object.entries(layer.parameters))
      named[prefix + layerPrefix(index) + name] = tensor;
  }
  for (const [name, tensor] of Object.entries(parameters))
    if (!name.startsWith('rnn.')) named[prefix + name] = tensor;
}

/** `head.logDeviation` as `head.log_deviation` */
const storedName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
