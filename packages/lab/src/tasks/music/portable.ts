/** A music run as other programs can be given it. */
import { ConfigError } from 'lethe';
import type { PortableModel } from '../../runs/network.ts';
import type { TrainedRun } from '../kind.ts';
import { portableReadout } from '../shared/portable.ts';
import type { MusicConfig } from './config.ts';
import { keys, lowestNote } from './data/piano-roll.ts';
import { musicModel } from './model.ts';
import { loadWeights } from './weights.ts';

export function portableMusic({ config, weights, where }: TrainedRun<MusicConfig>): PortableModel {
  const model = musicModel(config);
  loadWeights(model, weights, where);
  if (model.between) {
    throw new ConfigError(
      `${where}: expected a model whose readout reads the last recurrent layer, found model.deepOutput ${config.model.deepOutput}, a layer between them that graphs here do not have; export its arrays with --to safetensors`,
    );
  }
  if (!model.readout.independent) {
    throw new ConfigError(
      `${where}: expected a model whose notes are independent, found model.readout ${config.model.readout}, which draws one note after the other; export a run with bernoulli`,
    );
  }
  const readout = portableReadout(model.readout.linear);
  return {
    networks: [{ input: { features: keys }, layers: model.layers, directions: 1, pooling: 'none', readout }],
    rule: model.regularizer.modes.test,
    about: {
      input: `a piano roll, 1 where a note sounds: note ${lowestNote} of MIDI and the ${keys - 1} above`,
      output: 'logits of the notes of the next step; their probabilities are sigmoid(output)',
    },
  };
}
