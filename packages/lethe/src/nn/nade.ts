/**
 * A readout for binary frames whose dimensions depend on each other: a NADE (Larochelle, Murray 2011) whose biases are a linear map of
 * the state (RNN-NADE: Boulanger-Lewandowski, Bengio, Vincent 2012). Its likelihood is exact and it is sampled exactly, one
 * dimension after the other.
 */

import { markDraws } from '../autograd/draws-met.ts';
import { slice } from '../autograd/ops/shape.ts';
import type { Regularizer, RunMode } from '../dropout/noise.ts';
import type { Plan } from '../dropout/plan.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import { kernels } from '../kernels/engine.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../moments/gaussian.ts';
import { checkNumber, checkOptionNames, checkWord } from '../options.ts';
import { drawRows } from '../random/rows.ts';
import { checkOptionalStream, checkStream, type NoiseStream } from '../random/stream.ts';
import { checkTensor } from '../tensor/check.ts';
import { shapeText, type Tensor } from '../tensor/tensor.ts';
import { type Linear, linear } from './linear.ts';
import type { SequenceLoss } from './losses/losses.ts';
import { meanOverSteps } from './losses/mean-over-steps.ts';
import type { StepMask } from './losses/step-mask.ts';
import { mixtureNll } from './mixture-nll.ts';
import { type InitOptions, initialTensor } from './parameters/init.ts';
import { checkLayer, checkSize } from './parameters/size.ts';
import { type NadeBiases, nadeOrder, nadeRowNll } from './readout/nade-nll.ts';
import { nadeSample } from './readout/nade-sample.ts';

/**
 * What is read of a Gaussian state: its mean, or the logistic of every hidden unit and dimension averaged over its bias,
 * logistic(mean / sqrt(1 + π/8 variance)).
 */
export type NadeMoments = 'mean' | 'averaged';

/** Options of {@link nade}. */
export interface NadeOptions {
  /** features of the state */
  inputSize: number;
  /** dimensions of a frame */
  outputSize: number;
  /** hidden units */
  hiddenSize: number;
  /** The noise on the state, as a linear layer honours it. @defaultValue none() */
  dropout?: Regularizer;
  /** Rate of dropping the hidden units, for every frame anew and the same for all of its dimensions, whatever the mode; units that stay are scaled by 1 / (1 - rate). @defaultValue 0 */
  hiddenDropout?: number;
  /**
   * The dimension that comes at each place. Several orders are a mixture: the likelihood of a frame is the mean of those in each of them, with the same
   * weights (Uria, Murray, Larochelle 2014), and a sample is drawn in one of them. @defaultValue 0, 1, …
   */
  order?: Int32Array | readonly Int32Array[];
  /** @defaultValue 'averaged' */
  moments?: NadeMoments;
  /** Number of the layer in the noise stream. @defaultValue 0 */
  layer?: number;
  /** How parameters start. @defaultValue weight as a linear layer's, weightIn and weightOut normal with variance 1 / hiddenSize, bias, which is that of the dimensions, and the biases of the hidden units 0 */
  initial?: { weight?: InitOptions; weightIn?: InitOptions; weightOut?: InitOptions; bias?: InitOptions };
}

/** Parameters of a NADE readout by name. The first hiddenSize columns and biases are those of the hidden units, the others those of the dimensions. */
export type NadeParameters = {
  /** [inputSize, hiddenSize + outputSize], from the state to the biases */
  weight: Tensor;
  /** [hiddenSize + outputSize] */
  bias: Tensor;
  /** [outputSize, hiddenSize], from the frame to the hidden units */
  weightIn: Tensor;
  /** [outputSize, hiddenSize], from the hidden units to the frame */
  weightOut: Tensor;
  /** [inputSize, hiddenSize + outputSize], with weight noise: the logarithm of the deviation of every element of weight */
  weightLogDeviation?: Tensor;
};

/** A NADE readout with its parameters. */
export interface Nade {
  readonly options: Readonly<NadeOptions>;
  readonly parameters: NadeParameters;
  /** The linear map from the state to the biases. */
  readonly linear: Linear;
  /** The noise on the state. */
  readonly plan: Plan;
  /**
   * The biases of the hidden units and of the dimensions behind each other.
   * @param state [time, batch, inputSize] or [rows, inputSize]
   * @returns [.., hiddenSize + outputSize]; Gaussian where a linear layer's output is
   * @throws ShapeError, or ConfigError if the mode cannot run
   */
  biases(
    state: Tensor | Gaussian,
    noise?: NoiseStream,
    run?: { mode?: RunMode; plain?: boolean },
  ): Tensor | Gaussian;
  /**
   * The NLL of each frame given its biases, natural log, 0 where it does not count.
   * @param biases what {@link Nade.biases} gives
   * @param frames [.., outputSize] of zeros and ones
   * @param run with noise: hidden units are dropped by it; with order: in that one alone
   * @returns [..]
   * @throws ShapeError; DataError for another number in a frame that counts
   */
  rowNll(biases: Tensor | Gaussian, frames: Tensor, run?: NadeRun): Tensor;
  /**
   * The mean NLL of the frames that count, given the states.
   * @throws ShapeError; DataError for another number in a frame that counts, or if none counts; ConfigError if the mode cannot run
   */
  nll(state: Tensor | Gaussian, frames: Tensor, run?: NadeRun & { mode?: RunMode }): SequenceLoss;
  /**
   * A frame for every row of the biases, drawn one dimension after the other.
   * @param options temperature divides every logit, 1 if absent
   * @returns [.., outputSize] of zeros and ones, in memory of its own
   */
  sample(biases: Tensor | Gaussian, stream: NoiseStream, options?: { temperature?: number }): Tensor;
}

/** How a likelihood is computed. */
export interface NadeRun {
  /** as in training; absent: as at test */
  noise?: NoiseStream;
  /** one number for each frame: 1 counts, 0 does not. @defaultValue all count */
  stepMask?: StepMask;
  /** which of several orders alone, from 0. @defaultValue all, averaged */
  order?: number;
}

/**
 * A NADE readout with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, an order that is no permutation, or a
 *   regularizer that a linear layer cannot honour
 */
export function nade(options: NadeOptions, stream: NoiseStream): Nade {
  checkOptionNames('nade', options, optionNames);
  const { inputSize, outputSize, hiddenSize, layer = 0, initial = {} } = options;
  checkOptionNames('nade: initial', initial, ['weight', 'weightIn', 'weightOut', 'bias']);
  for (const name of ['inputSize', 'outputSize', 'hiddenSize'] as const)
    checkSize('nade', name, options[name]);
  checkLayer('nade', layer);
  const { moments = 'averaged', hiddenDropout: rate = 0 } = options;
  checkWord('nade', 'moments', moments, ['mean', 'averaged']);
  checkNumber('nade', 'hiddenDropout', rate, { from: 0, below: 1 });
  checkStream('nade', stream);
  const orders = ordersOf(options.order, outputSize);
  const { dropout } = options;
  const map = linear(
    { inputSize, outputSize: hiddenSize + outputSize, dropout, layer, initial: { weight: initial.weight } },
    stream,
  );
  if (initial.bias) {
    const visible = initialTensor([outputSize], initial.bias, stream, { layer, entry: 1 });
    map.parameters.bias.data.set(visible.data, hiddenSize);
  }
  const shape = [outputSize, hiddenSize];
  const start = (given: InitOptions | undefined, entry: number) =>
    initialTensor(shape, given ?? { variance: 1 / hiddenSize }, stream, { layer, entry });
  const weights = { weightIn: start(initial.weightIn, 3), weightOut: start(initial.weightOut, 4) };
  const parameters: NadeParameters = { ...map.parameters, ...weights };
  const owner = { name: `the dropped hidden units of the NADE (layer ${layer})` };
  const checked = (biases: Tensor | Gaussian) => checkBiases(biases, hiddenSize, outputSize, moments);

  const rowNll: Nade['rowNll'] = (biases, frames, run = {}) => {
    checkOptionNames('nade: run', run, ['noise', 'stepMask', 'order']);
    const { noise, stepMask } = run;
    const used = run.order === undefined ? orders : [oneOf(orders, run.order)];
    checkOptionalStream('nade', noise);
    checkTensor('nade', 'frames', frames);
    const drops = noise !== undefined && rate > 0;
    const [T, B] = frames.shape.length === 3 ? frames.shape : [1, frames.shape[0]];
    const mask = drops ? dropHidden(noise, { layer, rate }, [T, B, hiddenSize]) : undefined;
    const read = checked(biases);
    const nll = mixtureNll(used.map((order) => nadeRowNll(read, weights, frames, { order, mask, stepMask })));
    if (drops) markDraws(nll, [noise.placeText({ site: 'hidden', layer })], owner);
    return nll;
  };
  return {
    options: { ...options },
    parameters,
    linear: map,
    plan: map.plan,
    biases: (state, noise, run) => map.forward(state, noise, run),
    rowNll,
    nll(state, frames, run = {}) {
      checkOptionNames('nade: run', run, ['noise', 'stepMask', 'order', 'mode']);
      const { mode, ...how } = run;
      const rows = rowNll(map.forward(state, run.noise, { mode }), frames, how);
      return meanOverSteps(rows, run.stepMask);
    },
    sample: (biases, stream, how = {}) => {
      checkOptionNames('nade: sample', how, ['temperature']);
      return nadeSample(splitBiases(checked(biases), hiddenSize), weights, stream, { ...how, order: orders });
    },
  };
}

// --- internal ---

const optionNames = [
  'inputSize',
  'outputSize',
  'hiddenSize',
  'dropout',
  'hiddenDropout',
  'order',
  'moments',
  'layer',
  'initial',
] as const;

function ordersOf(given: NadeOptions['order'], D: number): Int32Array[] {
  if (!Array.isArray(given)) return [nadeOrder('nade', given as Int32Array | undefined, D)];
  if (given.length === 0) throw new ConfigError('nade: expected at least one order, got none');
  return given.map((order) => nadeOrder('nade', order, D));
}

function oneOf(orders: readonly Int32Array[], index: number): Int32Array {
  if (Number.isInteger(index) && orders[index]) return orders[index];
  throw new ConfigError(
    `nade: expected order to be the number of one of ${orders.length}, from 0, got ${found(index)}`,
  );
}

/** What is read of the biases. */
function checkBiases(
  biases: Tensor | Gaussian,
  K: number,
  D: number,
  moments: NadeMoments,
): Tensor | Gaussian {
  checkTensorOrGaussian('nade', 'biases', biases);
  const { shape } = meanOf(biases);
  if (shape.length < 2 || shape.length > 3 || shape[shape.length - 1] !== K + D) {
    throw new ShapeError(
      `nade: expected biases of shape [time, batch, ${K + D}] or [rows, ${K + D}], got ${shapeText(shape)}`,
    );
  }
  return moments === 'mean' ? meanOf(biases) : biases;
}

function splitBiases(biases: Tensor | Gaussian, K: number): NadeBiases {
  const part = (from: number, to: number): Tensor | Gaussian => {
    const of = (tensor: Tensor) => slice(tensor, -1, from, to);
    return isGaussian(biases) ? { mean: of(biases.mean), variance: of(biases.variance) } : of(biases);
  };
  const { shape } = meanOf(biases);
  return { hidden: part(0, K), visible: part(K, shape[shape.length - 1]) };
}

/** Masks of hidden units, drawn for every frame. */
function dropHidden(
  noise: NoiseStream,
  { layer, rate }: { layer: number; rate: number },
  [steps, batch, width]: readonly number[],
) {
  const shape = { gates: 1, steps, batch, width, everyStep: true, everyRow: true };
  const data = drawRows(noise, { site: 'hidden', layer }, shape, (address, out) => {
    kernels().bernoulliMask({ ...address, rate, scale: 1 / (1 - rate), out });
  });
  return { data, gate: 0, time: batch * width, batch: width };
}
