/** The weights of a run as arrays by name. */
import { encodeSafetensors } from 'lethe';
import { counted } from '../common/counted.ts';
import { writeNpz } from '../data/formats/npy-writer.ts';
import { runPaths } from '../runs/run-directory.ts';
import { readWeights } from '../runs/weights.ts';
import { readConfig } from '../training/run-config.ts';
import type { Exported, ExportRequest } from './format.ts';

export function exportArrays(
  { directory, weights, version }: ExportRequest,
  format: 'safetensors' | 'npz',
): Exported {
  const run = runPaths(directory);
  const { task, dataset, model } = readConfig(run);
  const arrays = readWeights(run, weights);
  const about = { format: 'pt', lethe: version, task, dataset, model: JSON.stringify(model) };
  const names = Object.keys(arrays);
  return {
    content: format === 'npz' ? writeNpz(arrays) : encodeSafetensors(arrays, about),
    lines: [
      `${counted(names.length, 'array')}: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`,
    ],
    event: { arrays: Object.fromEntries(names.map((name) => [name, arrays[name].shape])) },
  };
}
