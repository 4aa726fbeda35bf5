/**
 * What distinguishes one recurrent cell from another: its gates, its parameters and its two kernels. A layer
 * (nn/recurrent/layer.ts) does the rest, which is the same for all.
 */
import type { Active, Mask, NoiseMoments } from '../../kernels/contract/fields.ts';
import type { MomentFunctionOptions } from '../../moments/activation.ts';
import type { Gaussian } from '../../moments/gaussian.ts';
import type { Real } from '../../tensor/dtype.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** A recurrent cell by its name. */
export type CellName = 'rnn' | 'deep-rnn' | 'lstm' | 'gru';

/** The carried state; each [batch, hidden], Gaussian in the moments mode. */
export interface RecurrentState {
  hidden: Tensor | Gaussian;
  /** of an LSTM alone */
  cell?: Tensor | Gaussian;
}

/** What a recurrent layer gives. */
export interface RecurrentOutput {
  /** [time, batch, hidden]; Gaussian in the moments mode */
  output: Tensor | Gaussian;
  /** The hidden states, [time, batch, hidden]: the output without the noise at the output site. */
  states: Tensor | Gaussian;
  /** after the last step */
  state: RecurrentState;
}

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
  maskTransition?: Mask;
}

/** The noise that a moments run integrates. */
export interface IntegratedNoise {
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** of a deep transition */
  noiseTransition?: NoiseMoments;
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

/** One step through weights that are distributions. */
export interface MomentStep {
  /** pre-activations, [B, G H] */
  fromInput: Gaussian;
  fromState: Gaussian;
  /** the state in front of the step, [B, H] each */
  now: { hidden: Gaussian; cell?: Gaussian };
  form: MomentFunctionOptions;
}

export interface Cell {
  readonly name: CellName;
  /** blocks of hiddenSize in the columns of weightRec */
  readonly gates: number;
  /** of weightIn. @defaultValue gates */
  readonly inputGates?: number;
  /** of the bias. @defaultValue gates */
  readonly biasGates?: number;
  /** layers between two states. @defaultValue 0 */
  readonly innerLayers?: number;
  /** it carries a cell state beside the hidden one */
  readonly hasCellState: boolean;
  /** it has a bias on the recurrent side as well */
  readonly hasRecurrentBias: boolean;
  /** width of the pre-activations that the gaussian mode draws, in units of H */
  readonly drawnGates: number;
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
  /** the state after one step of weight noise in closed form, as operations on the tape */
  momentStep?(step: MomentStep): MomentStep['now'];
}
