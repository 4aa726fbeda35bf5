/** How many parameters recurrent layers have, told before any of them is made. */

/** What decides it. */
export interface LayerSizes {
  cell: 'rnn' | 'lstm' | 'gru';
  inputSize: number;
  hiddenSizes: readonly number[];
}

/** Weights and biases of a stack of layers, without what is learned beside them. */
export function recurrentParameters({ cell, inputSize, hiddenSizes }: LayerSizes): number {
  // A GRU keeps the bias of its recurrent product apart.
  const [gates, biases] = { rnn: [1, 1], lstm: [4, 4], gru: [3, 6] }[cell];
  let below = inputSize;
  let sum = 0;
  for (const hidden of hiddenSizes) {
    sum += gates * hidden * (below + hidden) + biases * hidden;
    below = hidden;
  }
  return sum;
}
