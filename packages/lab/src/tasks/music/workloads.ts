/**
 * The music workloads: one full training step of the network of Bayer et al. (2013) on JSB Chorales at
 * their size. A minibatch of 32 sequences of 100 frames (99 predictions of the next frame), 88 notes on
 * with probability 0.05, 400 tanh units, the summed Bernoulli NLL, gradients clipped at norm 225, rmsprop
 * with Nesterov momentum. `music-plain` has no noise; `music-fast` drops 0.1 of the input, 0.2 of the
 * recurrent state and 0.5 of the readout's input, all in moments, and lets the output probability see the
 * variance. `music-nade` is the plain network whose readout is a NADE of 200 hidden units. `music-deep` is the plain network with a
 * transition of two layers and a shortcut, DT(S) of Pascanu et al. (2014).
 */
import {
  bernoulliNll,
  clipScale,
  deepRnn,
  globalNorm,
  gradients,
  type Linear,
  linear,
  type Nade,
  NoiseStream,
  nade,
  rmsprop,
  rnn,
  scoped,
  Tensor,
} from 'lethe';
import { fast, none } from 'lethe/dropout';
import type { Gaussian } from 'lethe/moments';
import type { Workload } from '../../bench/workload.ts';

/** The names of the music workloads. */
export const musicWorkloads = ['music-plain', 'music-fast', 'music-nade', 'music-deep'] as const;
export type MusicWorkload = (typeof musicWorkloads)[number];

/** The sizes of a workload; the defaults are those of the benchmark. */
export interface MusicSizes {
  batch?: number;
  /** frames of a sequence; one less is predicted */
  frames?: number;
  notes?: number;
  hidden?: number;
  /** hidden units of the NADE */
  nadeHidden?: number;
  seed?: number;
}

/** Builds a workload. Everything in it is a function of the sizes and the seed. */
export function musicWorkload(name: MusicWorkload, sizes: MusicSizes = {}): Workload {
  const { batch = 32, frames = 100, notes = 88, hidden = 400, nadeHidden = 200, seed = 1 } = sizes;
  const stream = new NoiseStream(seed);
  const withNoise = name === 'music-fast';
  const options = {
    inputSize: notes,
    hiddenSize: hidden,
    activation: 'tanh',
    dropout: withNoise ? fast({ input: 0.1, recurrent: 0.2 }) : none(),
  } as const;
  const layer =
    name === 'music-deep' ? deepRnn({ ...options, shortcut: true }, stream) : rnn(options, stream);
  const atReadout = {
    ...{ inputSize: hidden, outputSize: notes, layer: 1 },
    dropout: withNoise ? fast({ input: 0.5 }) : none(),
  };
  const readout =
    name === 'music-nade'
      ? nadeReadout(nade({ ...atReadout, hiddenSize: nadeHidden }, stream))
      : bernoulliReadout(linear(atReadout, stream));
  const parameters = { ...layer.parameters, ...readout.parameters };
  const tensors = Object.values(parameters);
  const names = Object.keys(parameters);
  const optimizer = rmsprop(parameters, { stepRate: 0.001, momentum: 0.99, decay: 0.8 });
  const { inputs, targets } = nextFrames(stream, frames, batch, notes);
  let steps = 0;

  return {
    parameters,
    step: () =>
      scoped(() => {
        const noise = withNoise ? stream.at(++steps) : undefined;
        const { loss, gradients: slopes } = gradients(tensors, () => {
          const { output } = layer.forward(inputs, undefined, noise);
          return readout.nll(output, targets, noise);
        });
        optimizer.update(slopes, clipScale(globalNorm(slopes, names), 225));
        return loss;
      }),
  };
}

// --- internal ---

/** What the network ends in. */
interface Readout {
  parameters: Record<string, Tensor>;
  nll(output: Tensor | Gaussian, targets: Tensor, noise?: NoiseStream): Tensor;
}

function bernoulliReadout(logits: Linear): Readout {
  const { weight, bias } = logits.parameters;
  return {
    parameters: { weightOut: weight, biasOut: bias },
    nll: (output, targets, noise) => bernoulliNll(logits.forward(output, noise), targets).loss,
  };
}

function nadeReadout(model: Nade): Readout {
  const { weight, bias, weightIn, weightOut } = model.parameters;
  return {
    parameters: { weightBiases: weight, biases: bias, weightNotesIn: weightIn, weightNotesOut: weightOut },
    nll: (output, targets, noise) => model.nll(output, targets, { noise }).loss,
  };
}

/** Random frames, and the same frames one step later: `[frames - 1, batch, notes]` each, over one memory. */
function nextFrames(stream: NoiseStream, frames: number, batch: number, notes: number) {
  const values = stream.uniforms({ site: 'sample' }, frames * batch * notes);
  const data = values.map((u) => (u < 0.05 ? 1 : 0));
  const all = new Tensor([frames, batch, notes], data);
  const shape = [frames - 1, batch, notes];
  return { inputs: all.view(shape), targets: all.view(shape, batch * notes) };
}
