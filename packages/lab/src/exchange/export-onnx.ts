/** A run of any task as an ONNX model. */
import { ConfigError } from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { taskKinds } from '../tasks/registry.ts';
import { openTrained } from '../training/trained.ts';
import type { Exported, ExportRequest } from './format.ts';
import { onnxFile } from './onnx/network.ts';

export async function exportOnnx(request: ExportRequest): Promise<Exported> {
  const { directory, weights, rule, masks = false, places, version } = request;
  const opened = openTrained(directory, weights);
  const { kind, config } = opened;
  if (!kind.network) {
    const able = taskKinds.filter(({ network }) => network).map(({ name }) => name);
    throw new ConfigError(
      `${directory}: expected a run of the ${able.join(' or ')} task, found one of ${kind.name}, which is no network that could be written; --to safetensors or npz writes its weights`,
    );
  }
  const model = await kind.network(opened, places);
  const about = {
    ...{ task: kind.name, dataset: config.dataset, cell: String(config.model.cell) },
    ...{ method: config.model.dropout, weights, seed: String(config.seed) },
  };
  const form = masks ? 'masks' : 'mean';
  const trained = masks ? opened.trained(parseDropout(config.model.dropout)) : undefined;
  const file = onnxFile({ ...model, rule: rule ?? model.rule }, { noise: form, trained, version, about });
  const hasInitial = Object.keys(file.initialStates).length > 0;
  return {
    content: file.content,
    lines: [
      `inputs    ${file.inputs.join(', ')}`,
      `outputs   ${file.outputs.join(', ')}`,
      `output is ${model.about.output}`,
      hasInitial
        ? 'states begin as the property initial_state of the file says, those that are not there with zeros'
        : 'states begin with zeros',
    ],
    event: {
      ...{ inputs: file.inputs, outputs: file.outputs, masks: file.masks },
      ...{ initialStates: file.initialStates, about: model.about },
    },
  };
}
