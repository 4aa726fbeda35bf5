/**
 * What a head is: numbers that a network gives for a step, the loss that trains them, the distribution that they stand for. Heads
 * of fast dropout get the moments of their numbers.
 */
import type { SequenceLoss, Tensor } from 'lethe';
import type { Gaussian } from 'lethe/moments';

/** What the network's numbers are told of the steps that they forecast, all [steps * rows]. */
export interface Steps {
  /** steps of the horizon */
  steps: number;
  rows: number;
  /** what a forecast departs from, in the units of the data */
  base: Float64Array;
  /** scale of the window */
  scale: Float64Array;
}

/** The distribution of one value, in the units of the data. */
export interface Distribution {
  mean: number;
  /** deviation of the mean by the noise that was integrated; 0 without moments */
  spread: number;
  /** @param levels ascending, between 0 and 1 */
  quantiles(levels: readonly number[]): number[];
}

export interface Head {
  /** numbers of a step */
  readonly outputs: number;
  /** what is learned beside the network, by name */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /**
   * The mean loss of the steps whose target is there.
   * @param output [steps, rows, outputs]
   * @param target [steps * rows], in the units of the data, NaN where there is none
   */
  loss(output: Tensor | Gaussian, target: Float64Array, at: Steps): SequenceLoss;
  /** The distribution of element m of the steps. */
  distribution(output: Tensor | Gaussian, m: number, at: Steps): Distribution;
}

/** Steps with a target count. */
export function maskOf(target: Float64Array): Float32Array {
  return Float32Array.from(target, (y) => (Number.isNaN(y) ? 0 : 1));
}
