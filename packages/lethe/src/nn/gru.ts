/** The GRU layer: equations in {@link GruForward}, gates in the order r z n. */
import { checkFlag } from '../checks.ts';
import { momentFunction } from '../moments/activation.ts';
import { checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Cell, CellWeights } from './cell.ts';
import { gruMoments } from './gru-moments.ts';
import { gruSequence } from './gru-sequence.ts';
import type { Recurrent, RecurrentOptions } from './recurrent.ts';
import { recurrentLayer, recurrentOptionNames } from './recurrent-layer.ts';

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

// --- internal ---

function gruCell(resetAfter: boolean): Cell {
  return {
    name: 'gru',
    gates: 3,
    hasCellState: false,
    hasRecurrentBias: true,
    drawnGates: 4,
    isExact: false,
    obstacleToMoments: resetAfter
      ? undefined
      : 'got a GRU with the reset gate in front of the product; set resetAfter to true',
    sequence: (x, { hidden }, weights, noise, active) =>
      gruSequence(x, hidden, withBiasRec(weights), resetAfter, noise, active),
    moments: (x, { hidden }, weights, form, noise, active) =>
      gruMoments(x, hidden, withBiasRec(weights), momentFunction('tanh', form), noise, active),
  };
}

/** A GRU always has both biases. */
function withBiasRec(weights: CellWeights): Required<CellWeights> {
  return weights as Required<CellWeights>;
}
