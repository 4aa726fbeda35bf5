/** The LSTM layer: equations in {@link LstmForward}, gates in the order i f g o. */

import { momentFunction } from '../moments/activation.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Cell } from './cell.ts';
import { lstmMoments } from './lstm-moments.ts';
import { lstmSequence } from './lstm-sequence.ts';
import type { Recurrent, RecurrentOptions } from './recurrent.ts';
import { recurrentLayer, recurrentOptionNames } from './recurrent-layer.ts';

/** Options of {@link lstm}. */
export interface LstmOptions extends RecurrentOptions {
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
  checkOptionNames('lstm', options, [...recurrentOptionNames, 'forgetBias']);
  const { forgetBias = 1, hiddenSize: H } = options;
  checkNumber('lstm', 'forgetBias', forgetBias);
  return recurrentLayer(lstmCell, options, stream, (bias) => bias.data.fill(forgetBias, H, 2 * H));
}

// --- internal ---

const lstmCell: Cell = {
  name: 'lstm',
  gates: 4,
  hasCellState: true,
  hasRecurrentBias: false,
  drawnGates: 4,
  isExact: false,
  sequence: lstmSequence,
  moments: (x, { hidden, cell }, weights, form, noise, active) =>
    lstmMoments(x, { hidden, cell: cell! }, weights, momentFunction('tanh', form), noise, active),
};
