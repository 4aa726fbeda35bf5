/** From the state of the network to a distribution over frames: what the model, evaluation and sampling know of it. */
import type { Linear, NoiseStream, Real, SequenceLoss, Tensor } from 'lethe';
import type { Gaussian } from 'lethe/moments';

/** A distribution over the 88 notes of the next frame, given what a linear map makes of the state. */
export interface FrameReadout {
  /**
   * Whether notes are independent given the output, which then is their logits; if not, each depends on those before it, and averages over
   * draws are averages of the likelihoods of whole frames.
   */
  readonly independent: boolean;
  /** from the state to the output; its noise is that of the readout */
  readonly linear: Linear;
  /** all parameters by name, those of `linear` first */
  readonly parameters: Record<string, Tensor>;
  /**
   * The loss of a minibatch: mean over the frames that count of the sum over notes.
   * @param output of `linear`, [time, batch, ..]
   * @param noise as in training; absent: as at test
   */
  nll(output: Tensor | Gaussian, targets: Tensor, stepMask: Tensor, noise?: NoiseStream): SequenceLoss;
  /**
   * The NLL of every frame, [time * batch]; 0 where `stepMask` is 0.
   * @param noise as in training; absent: as at test
   */
  rowNll(output: Tensor | Gaussian, targets: Tensor, stepMask: Tensor, noise?: NoiseStream): Real;
  /**
   * A frame drawn for an output of one step and one row: 0 or 1 for each note.
   * @param temperature divides every logit
   */
  draw(output: Tensor | Gaussian, stream: NoiseStream, temperature: number): ArrayLike<number>;
}
