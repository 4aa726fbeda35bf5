/** How many parameters recurrent layers have, told before any of them is made. */
import { type Transition, transitionBlocks } from 'lethe/internal';

/** What decides it. */
export interface LayerSizes {
  cell: 'rnn' | 'deep-rnn' | 'lstm' | 'gru';
  /** of a deep-rnn */
  transition?: TransitionSizes;
  inputSize: number;
  hiddenSizes: readonly number[];
}

/** What decides the size of a deep transition. */
export type TransitionSizes = Omit<Transition, 'order'>;

/** Weights and biases of a stack of layers, without what is learned beside them. */
export function recurrentParameters({ cell, transition, inputSize, hiddenSizes }: LayerSizes): number {
  const { input, recurrent, bias } = transition ? transitionBlocks(transition) : gated[cell];
  let below = inputSize;
  let sum = 0;
  for (const hidden of hiddenSizes) {
    sum += hidden * (input * below + recurrent * hidden + bias);
    below = hidden;
  }
  return sum;
}

// --- internal ---

/** Blocks of hidden columns: in front of input and state, and of biases; a GRU keeps the bias of its recurrent product apart. */
const gated = {
  rnn: { input: 1, recurrent: 1, bias: 1 },
  'deep-rnn': transitionBlocks({ depth: 2, inner: 'tanh', activation: 'tanh', shortcut: false, pieces: 2 }),
  lstm: { input: 4, recurrent: 4, bias: 4 },
  gru: { input: 3, recurrent: 3, bias: 6 },
};
