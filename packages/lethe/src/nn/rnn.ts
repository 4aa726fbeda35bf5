/** The plain recurrent layer: h_t = f(x_t W_in + h_{t-1} W_rec + b), with the noise of a regularizer. */
import type { Activation } from '../kernels/contract.ts';
import { activations, momentFunction } from '../moments/activation.ts';
import { checkOptionNames, checkWord } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Cell } from './cell.ts';
import type { Recurrent, RecurrentOptions } from './recurrent.ts';
import { recurrentLayer, recurrentOptionNames } from './recurrent-layer.ts';
import { rnnMoments } from './rnn-moments.ts';
import { rnnSequence } from './rnn-sequence.ts';

/** Options of {@link rnn}. */
export interface RnnOptions extends RecurrentOptions {
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
  checkOptionNames('rnn', options, [...recurrentOptionNames, 'activation']);
  const { activation = 'tanh' } = options;
  checkWord('rnn', 'activation', activation, activations);
  return recurrentLayer(rnnCell(activation), options, stream);
}

// --- internal ---

function rnnCell(activation: Activation): Cell {
  return {
    name: 'rnn',
    gates: 1,
    hasCellState: false,
    hasRecurrentBias: false,
    drawnGates: 1,
    activation,
    isExact: activation === 'relu' || activation === 'identity',
    sequence: (x, { hidden }, weights, noise, active) =>
      rnnSequence(x, hidden, weights, activation, noise, active),
    moments: (x, { hidden }, weights, form, noise, active) =>
      rnnMoments(x, hidden, weights, momentFunction(activation, form), noise, active),
  };
}
