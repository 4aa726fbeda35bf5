/** The recurrent layers, one for each cell, with the noise of a regularizer. */

import { checkFlag, checkWhole } from '../../checks.ts';
import { ConfigError } from '../../errors.ts';
import type { TransferFunction } from '../../kernels/contract/deep.ts';
import type { Activation } from '../../kernels/contract/fields.ts';
import { activations } from '../../moments/activation.ts';
import { checkNumber, checkOptionNames, checkWord } from '../../options.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { deepRnnCell, transferFunctions } from '../cells/deep-rnn.ts';
import { gruCell } from '../cells/gru.ts';
import { lstmCell } from '../cells/lstm.ts';
import { rnnCell } from '../cells/rnn.ts';
import { recurrentLayer, recurrentOptionNames } from './layer.ts';
import type { BiasOptions, Recurrent, RecurrentOptions } from './recurrent.ts';

/** Options of {@link rnn}. */
export interface RnnOptions extends RecurrentOptions, BiasOptions {
  /** @defaultValue 'tanh' */
  activation?: Activation;
}

/**
 * A plain recurrent layer with new parameters (Elman 1990). Noise sites: input, recurrent, cell (on the new
 * state), hidden (zoneout), output, weight, weightIn.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that
 *   this cell cannot honour
 */
export function rnn(options: RnnOptions, stream: NoiseStream): Recurrent {
  checkOptionNames('rnn', options, [...recurrentOptionNames, 'activation', 'recurrentBias']);
  const { activation = 'tanh' } = options;
  checkWord('rnn', 'activation', activation, activations);
  checkFlag('rnn', 'recurrentBias', options.recurrentBias);
  return recurrentLayer(rnnCell(activation), options, stream);
}

/** Options of {@link deepRnn}. */
export interface DeepRnnOptions extends RecurrentOptions, TransitionOptions {
  /** Of the new state. @defaultValue 'tanh' */
  activation?: TransferFunction;
}

/** What lies between two states of {@link deepRnn}. */
export interface TransitionOptions {
  /** Layers from a state to the next, the new state's included, each of hiddenSize units. @defaultValue 2 */
  transition?: number;
  /** Of the layers in front of the new state. @defaultValue 'tanh' */
  transitionActivation?: TransferFunction;
  /** The state goes past the layers as well, by weights of its own: DT(S). @defaultValue false */
  shortcut?: boolean;
  /** Numbers that a unit of maxout or lp is made of. @defaultValue 2 */
  pieces?: number;
  /** Of lp units, (mean |a|^order)^(1/order): 1, 2, 4, … 256. @defaultValue 2 */
  order?: number;
}

/** The names of {@link TransitionOptions}. */
export const transitionOptionNames = [
  'transition',
  'transitionActivation',
  'shortcut',
  'pieces',
  'order',
] as const satisfies (keyof TransitionOptions)[];

/**
 * A recurrent layer with a deep transition and new parameters (Pascanu et al. 2014; maxout: Goodfellow et al. 2013; lp units, of one
 * order for all: Gulcehre et al. 2014). Noise sites: those of the plain cell, and transition, on what each layer between two states
 * gives to the next; recurrent is one mask for the first layer and the shortcut.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that
 *   this cell cannot honour
 */
export function deepRnn(options: DeepRnnOptions, stream: NoiseStream): Recurrent {
  checkOptionNames('deepRnn', options, [...recurrentOptionNames, 'activation', ...transitionOptionNames]);
  const { activation = 'tanh', transition: depth = 2, transitionActivation: inner = 'tanh' } = options;
  const { shortcut = false, pieces = 2, order = 2 } = options;
  checkWhole('deepRnn', 'transition', depth, 2, 16);
  checkWord('deepRnn', 'activation', activation, transferFunctions);
  checkWord('deepRnn', 'transitionActivation', inner, transferFunctions);
  checkFlag('deepRnn', 'shortcut', options.shortcut);
  checkWhole('deepRnn', 'pieces', pieces, 2, 64);
  checkWhole('deepRnn', 'order', order, 1, 256);
  if (!Number.isInteger(Math.log2(order))) {
    throw new ConfigError(`deepRnn: expected order to be a power of two from 1 to 256, got ${order}`);
  }
  return recurrentLayer(deepRnnCell({ depth, activation, inner, shortcut, pieces, order }), options, stream);
}

/** Options of {@link lstm}. */
export interface LstmOptions extends RecurrentOptions, BiasOptions {
  /** Initial bias of the forget gates, where initial.bias is not given. @defaultValue 1 */
  forgetBias?: number;
}

/**
 * An LSTM layer with new parameters (Hochreiter and Schmidhuber 1997; forget gates: Gers et al. 2000). Noise
 * sites: input and recurrent (one mask for all gates or one for each), update (on g), cell (on the new cell
 * state; drop or zoneout), hidden (zoneout), output, weight, weightIn.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that
 *   this cell cannot honour
 */
export function lstm(options: LstmOptions, stream: NoiseStream): Recurrent {
  checkOptionNames('lstm', options, [...recurrentOptionNames, 'forgetBias', 'recurrentBias']);
  const { forgetBias = 1, hiddenSize: H } = options;
  checkNumber('lstm', 'forgetBias', forgetBias);
  checkFlag('lstm', 'recurrentBias', options.recurrentBias);
  return recurrentLayer(lstmCell, options, stream, (bias) => bias.data.fill(forgetBias, H, 2 * H));
}

/** Options of {@link gru}. */
export interface GruOptions extends RecurrentOptions {
  /** The reset gate acts on the recurrent product (as in cuDNN and PyTorch); false: on the state in front of it (Cho et al. 2014). @defaultValue true */
  resetAfter?: boolean;
}

/**
 * A GRU layer with new parameters (Cho et al. 2014). Noise sites: input and recurrent (one mask for all gates or
 * one for each; the leak z h_{t-1} uses the clean state), update (on n), cell (on the new state), hidden
 * (zoneout), output, weight, weightIn.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that
 *   this cell cannot honour
 */
export function gru(options: GruOptions, stream: NoiseStream): Recurrent {
  checkOptionNames('gru', options, [...recurrentOptionNames, 'resetAfter']);
  checkFlag('gru', 'resetAfter', options.resetAfter);
  return recurrentLayer(gruCell(options.resetAfter ?? true), options, stream);
}
