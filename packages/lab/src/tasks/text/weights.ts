/** The language model's weights under PyTorch's names and layouts, as checkpoints hold them. */
import type { StoredTensor, Tensor } from 'lethe';
import type { Weights } from '../../runs/task.ts';
import { loadLayers, loadNamed, storedLayers } from '../shared/layers.ts';
import type { TextModel } from './model.ts';

/**
 * Copies of the weights: `embedding.weight` [vocabulary, features] as torch.nn.Embedding has it, the layers under `rnn.`,
 * `readout.weight` [vocabulary, features] (absent when it is tied) and `readout.bias` as torch.nn.Linear, `readout.clusters.*`.
 */
export function storedWeights({ layers, parameters }: TextModel): Weights {
  return { ...storedLayers(layers), ...copies(tables(parameters)) };
}

/** Copies stored weights into a model of the same sizes. Throws DataError naming `where` and the array that does not fit. */
export function loadWeights({ layers, parameters }: TextModel, weights: Weights, where: string): void {
  const found = loadLayers(layers, weights);
  for (const name of Object.keys(tables(parameters))) found.set(name, weights[name]);
  loadNamed(parameters, found, where);
}

// --- internal ---

/** What is stored as it is: a row for each word, here as in PyTorch. */
function tables(parameters: Record<string, Tensor>): Record<string, Tensor> {
  const names = Object.keys(parameters).filter((name) => /^(embedding|readout)\./.test(name));
  return Object.fromEntries(names.map((name) => [name, parameters[name]]));
}

function copies(tensors: Record<string, Tensor>): Record<string, StoredTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
  );
}
