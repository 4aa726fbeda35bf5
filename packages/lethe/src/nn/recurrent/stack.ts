/**
 * Recurrent layers on one another, each reading the one below; bidirectional ones in pairs, one of which runs
 * from the end to the beginning with noise of its own, their outputs side by side.
 */
import { reverseTime } from '../../autograd/ops/sequence.ts';
import { concat } from '../../autograd/ops/shape.ts';
import { checkArray, checkFlag, isObject } from '../../checks.ts';
import { checkRegularizer } from '../../dropout/check-regularizer.ts';
import { layerRegularizer } from '../../dropout/combine.ts';
import type { Regularizer } from '../../dropout/noise.ts';
import { checkPlaces } from '../../dropout/places.ts';
import type { Plan } from '../../dropout/plan.ts';
import { ConfigError } from '../../errors.ts';
import { found } from '../../found.ts';
import type { TransferFunction } from '../../kernels/contract/deep.ts';
import type { Activation } from '../../kernels/contract/fields.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkOptionNames, checkWord } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { checkOptionalStream, checkStream } from '../../random/stream.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { CellName, RecurrentOutput, RecurrentState } from '../cells/cell.ts';
import { checkLayer, checkSize } from '../parameters/size.ts';
import { deepRnn, gru, lstm, rnn, type TransitionOptions, transitionOptionNames } from './layers.ts';
import type { ForwardOptions, Recurrent, RecurrentOptions } from './recurrent.ts';

/** Options of {@link recurrentStack}. */
export interface RecurrentStackOptions extends TransitionOptions {
  cell: CellName;
  inputSize: number;
  /** of each layer, from below; all of one direction */
  hiddenSizes: readonly number[];
  /** @defaultValue false */
  bidirectional?: boolean;
  /** Its entries go to the layers that they name: `layers` of `NoiseEntry`. @defaultValue none() */
  dropout?: Regularizer;
  /** of the plain cell, and of the new state of a deep transition. @defaultValue 'tanh' */
  activation?: TransferFunction;
  /** of the LSTM. @defaultValue 1 */
  forgetBias?: number;
  /** of the LSTM and the plain cell: a bias from state to state beside the input's, as a GRU always has. @defaultValue false */
  recurrentBias?: boolean;
  /** of the GRU. @defaultValue true */
  resetAfter?: boolean;
  learnInitialState?: boolean;
  /** Number of the lowest layer in the noise stream. @defaultValue 0 */
  layer?: number;
  /** of every layer; a function says it by a layer's size */
  initial?: RecurrentOptions['initial'] | ((hiddenSize: number) => RecurrentOptions['initial']);
}

/** What a stack gives; `state` has one entry for each of `layers`. */
export interface RecurrentStackOutput {
  /** [time, batch, outputSize]; Gaussian in the moments mode */
  output: Tensor | Gaussian;
  /** of the last layer: its output without the noise at the output site */
  states: Tensor | Gaussian;
  state: RecurrentState[];
}

/** Recurrent layers on one another, with their parameters. */
export interface RecurrentStack {
  readonly options: Readonly<RecurrentStackOptions>;
  /** from below; of a bidirectional pair the forward one first */
  readonly layers: readonly Recurrent[];
  /** of the last hidden size, twice that if bidirectional */
  readonly outputSize: number;
  /** `0.weightIn`, `0.reverse.weightIn`, `1.weightIn`, … */
  readonly parameters: Record<string, Tensor>;
  /**
   * Runs all layers over a sequence.
   * @param x [time, batch, inputSize]
   * @param state of every layer, carried from an earlier call. @defaultValue the initial states
   * @param noise a stream at the step and pass to draw for
   * @throws ShapeError, or ConfigError if a mode cannot run
   */
  forward(
    x: Tensor | Gaussian,
    state?: readonly RecurrentState[],
    noise?: NoiseStream,
    run?: ForwardOptions,
  ): RecurrentStackOutput;
}

/**
 * A stack with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, no layers, or a regularizer that the cell cannot honour or that steers noise and has none
 */
export function recurrentStack(options: RecurrentStackOptions, stream: NoiseStream): RecurrentStack {
  checkOptions(options);
  checkStream('recurrentStack', stream);
  if (options.dropout !== undefined) checkRegularizer('recurrentStack', options.dropout);
  const { hiddenSizes, bidirectional = false } = options;
  if (options.dropout) checkPlaces(options.dropout);
  const directions: readonly (0 | 1)[] = bidirectional ? [0, 1] : [0];
  const layers: Recurrent[] = [];
  const parameters: Record<string, Tensor> = {};
  for (const [index] of hiddenSizes.entries()) {
    for (const direction of directions) {
      const layer = makeLayer(options, index, direction, stream);
      layers.push(layer);
      const prefix = direction === 0 ? `${index}` : `${index}.reverse`;
      for (const [name, tensor] of Object.entries(layer.parameters)) parameters[`${prefix}.${name}`] = tensor;
    }
  }
  return {
    options: { ...options, hiddenSizes: [...hiddenSizes] },
    layers,
    parameters,
    outputSize: hiddenSizes[hiddenSizes.length - 1] * directions.length,
    forward: (x, state, noise, run = {}) => forward(layers, directions.length, x, state, noise, run),
  };
}

/** The plans of all layers, as `describePlan` prints them. */
export function plansOf(stack: RecurrentStack): Plan[] {
  if (!isObject(stack) || !Array.isArray(stack.layers)) {
    throw new ConfigError(`plansOf: expected a stack as recurrentStack makes it, got ${found(stack)}`);
  }
  return stack.layers.map((layer) => layer.plan);
}

// --- internal ---

const cells: readonly CellName[] = ['rnn', 'deep-rnn', 'lstm', 'gru'];

function checkOptions(options: RecurrentStackOptions): void {
  checkOptionNames('recurrentStack', options, [
    'cell',
    'inputSize',
    'hiddenSizes',
    'bidirectional',
    'dropout',
    'activation',
    'forgetBias',
    'recurrentBias',
    'resetAfter',
    'learnInitialState',
    'layer',
    'initial',
    ...transitionOptionNames,
  ]);
  const { cell, hiddenSizes } = options;
  checkWord('recurrentStack', 'cell', cell, cells);
  checkFlag('recurrentStack', 'bidirectional', options.bidirectional);
  checkFlag('recurrentStack', 'recurrentBias', options.recurrentBias);
  if (options.recurrentBias && cell === 'deep-rnn') {
    throw new ConfigError(
      'recurrentStack: expected no recurrentBias of a deep transition, got true; it is of the LSTM and the plain cell',
    );
  }
  checkLayer('recurrentStack', options.layer);
  checkSize('recurrentStack', 'inputSize', options.inputSize);
  checkArray('recurrentStack', 'hiddenSizes', hiddenSizes, 'sizes');
  if (hiddenSizes.length > 0) {
    for (const [i, size] of hiddenSizes.entries()) checkSize('recurrentStack', `hiddenSizes[${i}]`, size);
  } else {
    throw new ConfigError('recurrentStack: expected at least one hidden size, got none');
  }
}

function makeLayer(
  options: RecurrentStackOptions,
  index: number,
  direction: 0 | 1,
  stream: NoiseStream,
): Recurrent {
  const { cell, inputSize, hiddenSizes, bidirectional, dropout, learnInitialState, initial } = options;
  const { recurrentBias } = options;
  const below = index === 0 ? inputSize : hiddenSizes[index - 1] * (bidirectional ? 2 : 1);
  const common: RecurrentOptions = {
    inputSize: below,
    hiddenSize: hiddenSizes[index],
    dropout: dropout && shareOf(dropout, index, hiddenSizes.length),
    learnInitialState,
    layer: (options.layer ?? 0) + index,
    direction,
    initial: typeof initial === 'function' ? initial(hiddenSizes[index]) : initial,
  };
  if (cell === 'lstm') return lstm({ ...common, forgetBias: options.forgetBias, recurrentBias }, stream);
  if (cell === 'gru') return gru({ ...common, resetAfter: options.resetAfter }, stream);
  if (cell === 'deep-rnn') {
    const { activation, transition, transitionActivation, shortcut, pieces, order } = options;
    return deepRnn(
      { ...common, activation, transition, transitionActivation, shortcut, pieces, order },
      stream,
    );
  }
  // The layer refuses what is a deep transition's alone.
  return rnn({ ...common, activation: options.activation as Activation, recurrentBias }, stream);
}

/** The noise of one layer. What a single layer has no place for stays with it, so that its plan says so. */
function shareOf(dropout: Regularizer, index: number, count: number): Regularizer {
  const own = layerRegularizer(dropout, index, count);
  if (count > 1) return own;
  return { ...own, noise: [...own.noise, ...dropout.noise.filter(({ layers }) => layers === 'later')] };
}

function forward(
  layers: readonly Recurrent[],
  directions: number,
  x: Tensor | Gaussian,
  given: readonly RecurrentState[] | undefined,
  noise: NoiseStream | undefined,
  run: ForwardOptions,
): RecurrentStackOutput {
  checkOptionalStream('recurrentStack', noise);
  if (given !== undefined) checkArray('recurrentStack', 'state', given, 'states, one for each layer');
  checkTensorOrGaussian('recurrentStack', 'x', x);
  checkOptionNames('recurrentStack: run', run, ['mode', 'start', 'stop']);
  if (given && given.length !== layers.length) {
    throw new ConfigError(
      `recurrentStack: expected the states of ${layers.length} layers, got ${given.length}`,
    );
  }
  let result: { output: Tensor | Gaussian; states: Tensor | Gaussian } = { output: x, states: x };
  const state: RecurrentState[] = [];
  for (let at = 0; at < layers.length; at += directions) {
    const below = result.output;
    const runs = layers.slice(at, at + directions).map((layer, direction) => {
      const from = given?.[at + direction];
      const one =
        direction === 0 ? layer.forward(below, from, noise, run) : backwards(layer, below, from, noise, run);
      state.push(one.state);
      return one;
    });
    result =
      runs.length === 1
        ? runs[0]
        : {
            output: sideBySide(runs[0].output, runs[1].output),
            states: sideBySide(runs[0].states, runs[1].states),
          };
  }
  return { ...result, state };
}

/** Runs a layer from the end to the beginning; its results stand in the order of the input again. */
function backwards(
  layer: Recurrent,
  x: Tensor | Gaussian,
  state: RecurrentState | undefined,
  noise: NoiseStream | undefined,
  run: ForwardOptions,
): RecurrentOutput {
  const [T] = meanOf(x).shape;
  const mirrored = (steps: Int32Array | undefined) =>
    // What is no such array, the layer refuses.
    steps instanceof Int32Array ? steps.map((t) => T - t) : steps;
  // What started last ends first.
  const reversed = { ...run, start: mirrored(run.stop), stop: mirrored(run.start) };
  const result = layer.forward(reverse(x), state, noise, reversed);
  const output = reverse(result.output);
  const states = result.states === result.output ? output : reverse(result.states);
  return { output, states, state: result.state };
}

function reverse(x: Tensor | Gaussian): Tensor | Gaussian {
  if (!isGaussian(x)) return reverseTime(x);
  return { mean: reverseTime(x.mean), variance: reverseTime(x.variance) };
}

function sideBySide(a: Tensor | Gaussian, b: Tensor | Gaussian): Tensor | Gaussian {
  if (!isGaussian(a) || !isGaussian(b)) return concat([meanOf(a), meanOf(b)], -1);
  return { mean: concat([a.mean, b.mean], -1), variance: concat([a.variance, b.variance], -1) };
}
