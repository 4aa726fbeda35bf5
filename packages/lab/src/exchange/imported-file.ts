/** What `lethe import` writes: weights under the names of PyTorch, as runs have them, and what they are in the metadata. */
import {
  encodeSafetensors,
  type ImportedModel,
  linearToTorch,
  recurrentToTorch,
  type StoredTensor,
} from 'lethe';

/** The file. */
export function importedFile(found: ImportedModel, source: string): Uint8Array {
  const { stack, recurrent, embedding, readout, framework } = found;
  const arrays: Record<string, StoredTensor> = {};
  if (embedding) arrays['embedding.weight'] = embedding.weight;
  const directions = stack.bidirectional ? ['', '.reverse'] : [''];
  for (const index of stack.hiddenSizes.keys()) {
    for (const direction of directions) {
      const of = (name: string): StoredTensor => recurrent[`${index}${direction}.${name}`];
      const layer = {
        weightIn: of('weightIn'),
        weightRec: of('weightRec'),
        bias: of('bias'),
        biasRec: of('biasRec'),
      };
      Object.assign(arrays, recurrentToTorch(layer, direction ? `${index}_reverse` : index, 'rnn.'));
    }
  }
  if (readout) Object.assign(arrays, linearToTorch(readout, 'readout.'));
  return encodeSafetensors(arrays, { framework, source, stack: JSON.stringify(stack) });
}
