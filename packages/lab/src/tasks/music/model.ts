/**
 * The music model of Bayer et al. (2013): one recurrent layer and a linear readout with one logit for each of
 * the 88 notes of the next frame. Under fast dropout the readout takes the Gaussian hidden units as they are
 * and the logits are Gaussian too.
 */
import {
  bernoulliNll,
  type Gaussian,
  type InitOptions,
  isGaussian,
  linear,
  NoiseStream,
  parseDropout,
  type Regularizer,
  rnn,
  type SequenceLoss,
  splitReadout,
  type Tensor,
} from 'lethe';
import { keys } from '../../data/music/piano-roll.ts';
import type { Config } from '../../training/config.ts';
import type { Batch } from './batches.ts';

/** The carried state, [batch, hidden]. */
export type MusicState = Tensor | Gaussian;

/** What the model says. */
export interface MusicOutput {
  /** logits of the next frame, [time, batch, 88] */
  output: Tensor | Gaussian;
  /** after the last step */
  state: MusicState;
}

/** A model with parameters of its own. */
export interface MusicModel {
  /** in a fixed order: rnn.weightIn, rnn.weightRec, rnn.bias, rnn.initialState (if learned), readout.weight, readout.bias */
  readonly parameters: Record<string, Tensor>;
  readonly regularizer: Regularizer;
  /** Runs over x [time, batch, 88]; with noise as in training, without as at test. */
  forward(
    x: Tensor,
    run?: { state?: MusicState; noise?: NoiseStream; start?: Int32Array; stop?: Int32Array },
  ): MusicOutput;
  /** The NLL of a minibatch: mean over its counted steps of the sum over notes. */
  loss(batch: Batch, noise?: NoiseStream): SequenceLoss;
}

/**
 * A model with new parameters, drawn from the seed of the configuration.
 * Throws ConfigError for a regularizer that the model cannot honour.
 */
export function musicModel({ model: config, seed, quirks }: Config): MusicModel {
  const regularizer = parseDropout(config.dropout);
  const { recurrent, readout: atReadout } = splitReadout(regularizer);
  const stream = new NoiseStream(seed);
  const normal = (variance: number): InitOptions => ({
    kind: 'normal',
    variance: quirks.varianceIsDeviation ? variance ** 2 : variance,
  });
  const layer = rnn(
    {
      inputSize: keys,
      hiddenSize: config.hidden,
      activation: config.activation,
      dropout: recurrent,
      learnInitialState: config.initialState === 'learned',
      layer: 0,
      initial: {
        weightIn: normal(config.inputVariance),
        weightRec: {
          ...normal(config.initialVariance),
          maxIncoming: config.maxIncoming ?? undefined,
          spectralRadius: config.spectralRadius ?? undefined,
        },
      },
    },
    stream,
  );
  const readout = linear(
    {
      inputSize: config.hidden,
      outputSize: keys,
      dropout: atReadout,
      layer: 1,
      initial: {
        weight: normal(config.initialVariance),
        bias: { kind: 'constant', value: config.outputBias },
      },
    },
    stream,
  );
  const { weightIn, weightRec, bias, initialState } = layer.parameters;
  const model: MusicModel = {
    regularizer,
    parameters: {
      'rnn.weightIn': weightIn,
      'rnn.weightRec': weightRec,
      'rnn.bias': bias,
      ...(initialState ? { 'rnn.initialState': initialState } : {}),
      'readout.weight': readout.parameters.weight,
      'readout.bias': readout.parameters.bias,
    },
    forward(x, { state, noise, start, stop } = {}) {
      const hidden = layer.forward(x, state, noise, { start, stop });
      return { output: readout.forward(hidden.output, noise), state: hidden.state };
    },
    loss({ x, targets, start, stop, stepMask }, noise) {
      const { output } = model.forward(x, { noise, start, stop });
      return bernoulliNll(output, targets, stepMask);
    },
  };
  return model;
}

/** A copy of a state in memory of its own, to be carried out of a scope. */
export function keepState(state: MusicState): MusicState {
  if (!isGaussian(state)) return state.keep();
  return { mean: state.mean.keep(), variance: state.variance.keep() };
}

/** The first rows of a state, over the same memory. */
export function firstRows(state: MusicState, rows: number): MusicState {
  const first = (tensor: Tensor): Tensor => tensor.view([rows, tensor.shape[1]]);
  return isGaussian(state) ? { mean: first(state.mean), variance: first(state.variance) } : first(state);
}
