/**
 * The recurrent layer: h_t = f(x_t W_in + h_{t-1} W_rec + b), with the noise of a regularizer at its input,
 * recurrent, cell, hidden, output, weight and weightIn sites.
 *
 * There is no train/eval switch. With a noise stream the regularizer's training mode runs, without one its
 * test mode; the same stream again gives the same masks again.
 */
import type { Regularizer, RunMode } from '../dropout/noise.ts';
import { type Plan, plan } from '../dropout/plan.ts';
import { ConfigError } from '../errors.ts';
import type { Activation } from '../kernels/contract.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import { checkOptionNames, nearestWord } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type InitOptions, initialTensor } from './init.ts';
import { type RnnCell, runRnn } from './rnn-run.ts';
import { checkSize } from './size.ts';

/** The carried state, [batch, hidden]; Gaussian in the moments mode. */
export type State = Tensor | Gaussian;

export interface RnnOptions {
  inputSize: number;
  hiddenSize: number;
  /** @defaultValue 'tanh' */
  activation?: Activation;
  /** @defaultValue none() */
  dropout?: Regularizer;
  /** The initial state is a parameter, one row for everybody; else it is zero. @defaultValue false */
  learnInitialState?: boolean;
  /** Number of the layer in the noise stream; layers that share a stream need different ones. @defaultValue 0 */
  layer?: number;
  /** How parameters start. @defaultValue weights normal with variance 1 / rows, bias and initial state 0 */
  initial?: {
    weightIn?: InitOptions;
    weightRec?: InitOptions;
    bias?: InitOptions;
    initialState?: InitOptions;
  };
}

/** Parameters by name. */
export interface RnnParameters {
  /** [inputSize, hiddenSize] */
  weightIn: Tensor;
  /** [hiddenSize, hiddenSize] */
  weightRec: Tensor;
  /** [hiddenSize] */
  bias: Tensor;
  /** [hiddenSize], with learnInitialState */
  initialState?: Tensor;
}

export interface RunOptions {
  /** @defaultValue the regularizer's train mode with a noise stream, its test mode without */
  mode?: RunMode;
  /** [batch], first active step of each row (front padding). @defaultValue 0 */
  start?: Int32Array;
  /** [batch], step after the last active one of each row. @defaultValue time */
  stop?: Int32Array;
}

export interface Rnn {
  readonly options: Readonly<RnnOptions>;
  readonly parameters: RnnParameters;
  /** The noise as it applies here; `describe` prints it. */
  readonly plan: Plan;
  /**
   * Runs the layer over a sequence, as one kernel call.
   * @param x [time, batch, inputSize]
   * @param state [batch, hiddenSize], carried from an earlier call. @defaultValue the initial state
   * @param noise a stream at the step and pass to draw for
   * @returns output [time, batch, hiddenSize] and the state after the last step; both are Gaussian in the
   *   moments mode
   * @throws ShapeError, or ConfigError if the mode cannot run
   */
  forward(
    x: Tensor | Gaussian,
    state?: State,
    noise?: NoiseStream,
    run?: RunOptions,
  ): { output: Tensor | Gaussian; state: State };
}

/**
 * A recurrent layer with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that
 *   this cell cannot honour
 */
export function rnn(options: RnnOptions, stream: NoiseStream): Rnn {
  checkOptions(options);
  const { inputSize, hiddenSize, layer = 0, initial = {} } = options;
  const chosen = plan(options.dropout, { cell: 'rnn', layer, inputSize, outputSize: hiddenSize });
  const zero: InitOptions = { kind: 'zeros' };
  const make = (shape: number[], init: InitOptions, entry: number) =>
    initialTensor(shape, init, stream, { layer, entry });
  const parameters: RnnParameters = {
    weightIn: make([inputSize, hiddenSize], initial.weightIn ?? {}, 0),
    weightRec: make([hiddenSize, hiddenSize], initial.weightRec ?? {}, 1),
    bias: make([hiddenSize], initial.bias ?? zero, 2),
  };
  if (options.learnInitialState) {
    parameters.initialState = make([hiddenSize], initial.initialState ?? zero, 3);
  }
  const cell: RnnCell = { options, parameters, plan: chosen, activation: options.activation ?? 'tanh' };
  return {
    options,
    parameters,
    plan: chosen,
    forward: (x, state, noise, run = {}) => runRnn(cell, x, state, noise, run),
  };
}

// --- internal ---

const activations: readonly Activation[] = ['tanh', 'sigmoid', 'relu', 'identity'];

function checkOptions(options: RnnOptions): void {
  checkOptionNames('rnn', options, [
    'inputSize',
    'hiddenSize',
    'activation',
    'dropout',
    'learnInitialState',
    'layer',
    'initial',
  ]);
  checkOptionNames('rnn: initial', options.initial ?? {}, ['weightIn', 'weightRec', 'bias', 'initialState']);
  checkSize('rnn', 'inputSize', options.inputSize);
  checkSize('rnn', 'hiddenSize', options.hiddenSize);
  const { activation = 'tanh' } = options;
  if (!activations.includes(activation)) {
    const guess = nearestWord(activation, activations);
    throw new ConfigError(
      `rnn: unknown activation "${activation}"; ${guess ? `did you mean "${guess}"? ` : ''}known: ${activations.join(', ')}`,
    );
  }
}
