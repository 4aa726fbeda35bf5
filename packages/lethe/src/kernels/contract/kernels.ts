/**
 * The contract between the library and its two engines: `portable` (plain TypeScript, the oracle) and
 * `native` (C++ behind Node-API). One call covers a whole sequence. The caller allocates every output and
 * checks every shape; kernels trust. Nothing here knows a method's name.
 *
 * Letters: T time, B batch, I input, H hidden, G gates, M rows, K columns. Row vectors: y = x W + b, W is [in, out].
 * Arrays are contiguous and row-major in the order of the shape comment.
 *
 * Gradients of parameters and of data (`d…`) are ADDED to what the array holds, unless `fresh` says that it
 * holds nothing. Everything else that a kernel writes is overwritten. Arrays named `keep` in a comment are written by the forward call and
 * handed as they are to the backward call.
 *
 * Determinism: for one engine and instruction set the bits do not depend on the number of threads.
 */

import type { Real } from '../../tensor/dtype.ts';
import type {
  AddDifference,
  AddMasked,
  GaussianKlBackward,
  GaussianSums,
  Matmul,
  NoisyWeights,
  NoisyWeightsBackward,
  SquaredDistance,
  StepSums,
  TableRows,
} from './arrays.ts';
import type { AttentionBackward, AttentionForward } from './attention.ts';
import type {
  DeepRnnBackward,
  DeepRnnForward,
  MomentsDeepRnnBackward,
  MomentsDeepRnnForward,
  TransferUnits,
  TransferUnitsBackward,
} from './deep.ts';
import type { GruBackward, GruForward, LstmBackward, LstmForward } from './gated.ts';
import type {
  BernoulliNll,
  BernoulliNllBackward,
  ReadoutNll,
  ReadoutSquares,
  ReadoutTop,
  SoftmaxNll,
  SoftmaxNllBackward,
  SquaredError,
  SquaredErrorBackward,
} from './loss.ts';
import type {
  MomentsActivation,
  MomentsActivationBackward,
  MomentsGruBackward,
  MomentsGruForward,
  MomentsLinear,
  MomentsLinearBackward,
  MomentsLstmBackward,
  MomentsLstmForward,
  MomentsRnnBackward,
  MomentsRnnForward,
} from './moments.ts';
import type { NadeBackward, NadeForward } from './nade.ts';
import type { AdamUpdate, RmspropUpdate, SgdUpdate } from './optim.ts';
import type { BernoulliMask, BitsDraw, NormalDraw, UniformDraw } from './random.ts';
import type { RnnBackward, RnnForward } from './recurrent.ts';

/** What every engine computes. */
export interface Kernels {
  matmul(p: Matmul): void;
  rnnForward(p: RnnForward): void;
  rnnBackward(p: RnnBackward): void;
  momentsActivationForward(p: MomentsActivation): void;
  momentsActivationBackward(p: MomentsActivationBackward): void;
  momentsLinearForward(p: MomentsLinear): void;
  momentsLinearBackward(p: MomentsLinearBackward): void;
  momentsRnnForward(p: MomentsRnnForward): void;
  momentsRnnBackward(p: MomentsRnnBackward): void;
  transferForward(p: TransferUnits): void;
  transferBackward(p: TransferUnitsBackward): void;
  deepRnnForward(p: DeepRnnForward): void;
  deepRnnBackward(p: DeepRnnBackward): void;
  momentsDeepRnnForward(p: MomentsDeepRnnForward): void;
  momentsDeepRnnBackward(p: MomentsDeepRnnBackward): void;
  lstmForward(p: LstmForward): void;
  lstmBackward(p: LstmBackward): void;
  gruForward(p: GruForward): void;
  gruBackward(p: GruBackward): void;
  momentsLstmForward(p: MomentsLstmForward): void;
  momentsLstmBackward(p: MomentsLstmBackward): void;
  momentsGruForward(p: MomentsGruForward): void;
  momentsGruBackward(p: MomentsGruBackward): void;
  softmaxNllForward(p: SoftmaxNll): void;
  softmaxNllBackward(p: SoftmaxNllBackward): void;
  readoutNll(p: ReadoutNll): void;
  /** sum_mk z_mk² */
  readoutSquares(p: ReadoutSquares): number;
  readoutTop(p: ReadoutTop): void;
  nadeForward(p: NadeForward): void;
  nadeBackward(p: NadeBackward): void;
  noisyWeights(p: NoisyWeights): void;
  noisyWeightsBackward(p: NoisyWeightsBackward): void;
  /** [sum mean, sum mean², sum variance, sum logDeviation] */
  gaussianSums(p: GaussianSums): [number, number, number, number];
  gaussianKlBackward(p: GaussianKlBackward): void;
  bernoulliNllForward(p: BernoulliNll): void;
  bernoulliNllBackward(p: BernoulliNllBackward): void;
  squaredErrorForward(p: SquaredError): void;
  squaredErrorBackward(p: SquaredErrorBackward): void;
  /** sum of squares over all arrays, in float64, in a fixed order */
  sumSquares(arrays: readonly Real[]): number;
  /** sum (a_i - b_i)², in float64, in a fixed order */
  squaredDistance(p: SquaredDistance): number;
  addDifference(p: AddDifference): void;
  addMasked(p: AddMasked): void;
  /** rows_m = factor_m table[number_m] */
  gatherRows(p: TableRows): void;
  /** table[number_m] += factor_m rows_m */
  scatterRows(p: TableRows): void;
  /** sums_b = factor_b Σ_t steps_tb */
  sumSteps(p: StepSums): void;
  /** steps_tb += factor_b sums_b */
  addToSteps(p: StepSums): void;
  attentionForward(p: AttentionForward): void;
  attentionBackward(p: AttentionBackward): void;
  sgd(p: SgdUpdate): void;
  rmsprop(p: RmspropUpdate): void;
  adam(p: AdamUpdate): void;
  bernoulliMask(p: BernoulliMask): void;
  normal(p: NormalDraw): void;
  uniform(p: UniformDraw): void;
  bits(p: BitsDraw): void;
}
