/**
 * What distinguishes one recurrent cell from another: its gates, its parameters and its two kernels. A layer
 * (recurrent-layer.ts) does the rest, which is the same for all.
 */
import type { Activation, Active, Mask, NoiseMoments } from '../kernels/contract.ts';
import type { MomentFunctionOptions } from '../moments/activation.ts';
import type { Gaussian } from '../moments/gaussian.ts';
import type { Real } from '../tensor/dtype.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CellName, RecurrentOutput, RecurrentState } from './recurrent.ts';

/** The weights a kernel runs with; G gates side by side. */
export interface CellWeights {
  /** [I, G H] */
  weightIn: Tensor;
  /** [H, G H] */
  weightRec: Tensor;
  /** [G H] */
  bias: Tensor;
  /** [G H], on the recurrent side, of a cell that tells the two sides apart */
  biasRec?: Tensor;
}

/** Masks and test-time rates, as the kernels take them; all may be absent. */
export interface CellNoise {
  maskInput?: Mask;
  maskRecurrent?: Mask;
  maskWeight?: Real;
  maskWeightIn?: Real;
  maskUpdate?: Mask;
  maskCell?: Mask;
  zoneout?: Mask;
  zoneoutRate?: number;
  zoneoutCell?: Mask;
  zoneoutCellRate?: number;
  maskOutput?: Mask;
}

/** The noise that a moments run integrates. */
export interface IntegratedNoise {
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** standard normal draws for the pre-activations: they are drawn, and the output has no variance */
  epsilon?: Real;
}

/** A state of plain tensors. */
export interface PlainState {
  hidden: Tensor;
  cell?: Tensor;
}

/** What sampled runs give. */
export interface PlainOutput {
  output: Tensor;
  states: Tensor;
  state: PlainState;
}

/** What moments runs give. */
export interface GaussianOutput extends RecurrentOutput {
  output: Gaussian;
  states: Gaussian;
}

export interface Cell {
  readonly name: CellName;
  readonly gates: number;
  /** it carries a cell state beside the hidden one */
  readonly hasCellState: boolean;
  /** it has a bias on the recurrent side as well */
  readonly hasRecurrentBias: boolean;
  /** width of the pre-activations that the gaussian mode draws, in units of H */
  readonly drawnGates: number;
  /** of a plain recurrent layer */
  readonly activation?: Activation;
  /** its moment functions are exact, so that nothing varies where nothing is noisy */
  readonly isExact: boolean;
  /** why it has no moments, where it has none */
  readonly obstacleToMoments?: string;
  /** x [T, B, I], plain; shapes are the caller's care */
  sequence(x: Tensor, state: PlainState, weights: CellWeights, noise: CellNoise, active: Active): PlainOutput;
  /** mean and variance through all steps */
  moments(
    x: Tensor | Gaussian,
    state: RecurrentState,
    weights: CellWeights,
    form: MomentFunctionOptions,
    noise: IntegratedNoise,
    active: Active,
  ): GaussianOutput;
}
