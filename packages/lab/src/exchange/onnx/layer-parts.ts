/** What a recurrent layer is made of in a graph, whichever operators it becomes. */
import type { Activation, Recurrent } from 'lethe';
import type { Factor } from './noise.ts';

/** What a layer is given in the graph. */
export interface LayerInputs {
  /** [time, batch, features] */
  x: string;
  /** [batch, hidden] */
  hidden: string;
  /** of an LSTM */
  cell?: string;
  /** [batch], int32, steps of a row that count */
  lengths?: string;
  /** [time, batch, 1], boolean: the same */
  active?: string;
}

/** What it gives. */
export interface LayerOutputs {
  /** [time, batch, hidden], with the noise at the output */
  output: string;
  hidden: string;
  cell?: string;
}

/** What acts at the sites of a layer. */
export interface LayerFactors {
  input?: Factor;
  recurrent?: Factor;
  weight?: Factor;
  weightIn?: Factor;
  update?: Factor;
  cell?: Factor;
  zoneout?: Factor;
  zoneoutCell?: Factor;
  output?: Factor;
}

/** A layer with its parameters in float, as the emitters need it. */
export interface LayerParts {
  layer: Recurrent;
  /** those that have steps here */
  cell: 'rnn' | 'lstm' | 'gru';
  gates: number;
  /** in names: `_l0`, `_l0_reverse` */
  suffix: string;
  isReverse: boolean;
  activation: Activation;
  resetAfter: boolean;
  acting: LayerFactors;
}
