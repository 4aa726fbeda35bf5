/**
 * What all recurrent layers have in common: `rnn`, `lstm` and `gru` make them, `stack` puts them on one another.
 *
 * There is no train/eval switch. With a noise stream the regularizer's training mode runs, without one its
 * test mode; the same stream again gives the same masks again.
 */

import type { Regularizer, RunMode } from '../../dropout/noise.ts';
import type { Plan } from '../../dropout/plan.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { CellName, RecurrentOutput, RecurrentState } from '../cells/cell.ts';
import type { InitOptions } from '../parameters/init.ts';

/** Options of every recurrent layer. */
export interface RecurrentOptions {
  inputSize: number;
  hiddenSize: number;
  /** @defaultValue none() */
  dropout?: Regularizer;
  /** The initial state is a parameter, one row for everybody; else it is zero. @defaultValue false */
  learnInitialState?: boolean;
  /** Number of the layer in the noise stream; layers that share a stream need different ones. @defaultValue 0 */
  layer?: number;
  /** 1 for the layer of a bidirectional pair that runs backwards: its noise is its own. @defaultValue 0 */
  direction?: 0 | 1;
  /** How parameters start. @defaultValue weights normal with variance 1 / rows, biases and initial state 0 (an LSTM's forget gate: forgetBias) */
  initial?: {
    weightIn?: InitOptions;
    /** spectralRadius applies to the matrix of each gate */
    weightRec?: InitOptions;
    bias?: InitOptions;
    initialState?: InitOptions;
  };
}

/** A second bias. */
export interface BiasOptions {
  /**
   * A bias of the map from state to state beside the input's, as in Torch and cuDNN. Both are added, so that under gradient descent their sum
   * moves twice as far as one bias would. @defaultValue false
   */
  recurrentBias?: boolean;
}

/** Parameters by name; G gates side by side (LSTM i f g o, GRU r z n; G = 1 for the plain cell). */
export type RecurrentParameters = {
  /** [inputSize, G hiddenSize] */
  weightIn: Tensor;
  /** [hiddenSize, G hiddenSize] */
  weightRec: Tensor;
  /** [G hiddenSize] */
  bias: Tensor;
  /** [G hiddenSize], of a GRU, and of other cells with recurrentBias */
  biasRec?: Tensor;
  /** [hiddenSize], with learnInitialState */
  initialState?: Tensor;
  /** [hiddenSize], of an LSTM with learnInitialState */
  initialCell?: Tensor;
  /** as weightIn, with weight noise: the logarithm of its deviation */
  weightInLogDeviation?: Tensor;
  /** as weightRec, with weight noise */
  weightRecLogDeviation?: Tensor;
};

/** How one forward run goes. */
export interface ForwardOptions {
  /** @defaultValue the regularizer's train mode with a noise stream, its test mode without */
  mode?: RunMode;
  /** [batch], first active step of each row (front padding). On other steps the state stays, and x has no influence. @defaultValue 0 */
  start?: Int32Array;
  /** [batch], step after the last active one of each row. @defaultValue time */
  stop?: Int32Array;
}

/** A recurrent layer with its parameters. */
export interface Recurrent {
  readonly cell: CellName;
  readonly options: Readonly<RecurrentOptions>;
  readonly parameters: RecurrentParameters;
  /** The noise as it applies here; `describe` prints it. */
  readonly plan: Plan;
  /**
   * Runs the layer over a sequence, as one kernel call.
   * @param x [time, batch, inputSize]
   * @param state carried from an earlier call. @defaultValue the initial state
   * @param noise a stream at the step and pass to draw for
   * @throws ShapeError, or ConfigError if the mode cannot run
   */
  forward(
    x: Tensor | Gaussian,
    state?: RecurrentState,
    noise?: NoiseStream,
    run?: ForwardOptions,
  ): RecurrentOutput;
}

/**
 * A copy of a state in memory of its own, to be carried out of a scope.
 * @throws ConfigError for what is no state
 */
export function keepState(state: RecurrentState): RecurrentState {
  checkOptionNames('keepState', state, ['hidden', 'cell']);
  const { hidden, cell } = state;
  checkTensorOrGaussian('keepState', 'the hidden state', hidden);
  if (cell !== undefined) checkTensorOrGaussian('keepState', 'the cell state', cell);
  return { hidden: keep(hidden), ...(cell ? { cell: keep(cell) } : {}) };
}

// --- internal ---

function keep(value: Tensor | Gaussian): Tensor | Gaussian {
  return isGaussian(value) ? { mean: value.mean.keep(), variance: value.variance.keep() } : value.keep();
}
