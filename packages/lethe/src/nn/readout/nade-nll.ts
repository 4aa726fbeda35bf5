/** The likelihood of binary frames under a NADE whose biases are given for every frame, on the tape. */
import { concat } from '../../autograd/ops/shape.ts';
import { freshGradients, gradientOf, gradientsOf, ifNeeded, recordOperation } from '../../autograd/tape.ts';
import { isObject } from '../../checks.ts';
import { ConfigError, DataError, ShapeError } from '../../errors.ts';
import { found } from '../../found.ts';
import type { Mask } from '../../kernels/contract/fields.ts';
import { layerKernels } from '../../kernels/engine.ts';
import { nadeBackward, nadeForward } from '../../kernels/portable/nade.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import { checkTensor } from '../../tensor/check.ts';
import { type Real, realFrom } from '../../tensor/dtype.ts';
import { allocate } from '../../tensor/scratch.ts';
import { expectShape, shapeText, Tensor, zeros } from '../../tensor/tensor.ts';
import { maskData, type StepMask } from '../losses/step-mask.ts';

const portable = { nadeForward, nadeBackward };

/** Weights between the dimensions of a frame and the hidden units, with a row for each dimension. */
export interface NadeWeights {
  /** [dimensions, hidden units], from what is known of the frame to the hidden units */
  weightIn: Tensor;
  /** [dimensions, hidden units], from the hidden units to the dimension that comes next */
  weightOut: Tensor;
}

/** What a NADE is told of every frame. */
export interface NadeBiases {
  /** [.., hidden units] */
  hidden: Tensor | Gaussian;
  /** [.., dimensions] */
  visible: Tensor | Gaussian;
}

/** Options of {@link nadeNll}. */
export interface NadeNllOptions {
  /** the dimension that comes at each place. @defaultValue 0, 1, … */
  order?: Int32Array;
  /** [time, batch, hidden units], on the hidden units, the same for all dimensions; then the biases are [time, batch, ..] */
  mask?: Mask;
  /** one number for each frame: 1 counts, 0 does not. @defaultValue all count */
  stepMask?: StepMask;
}

/**
 * -log p(v) of every frame, natural log, 0 where it does not count (Larochelle, Murray 2011, equations 1 to 3):
 *
 *   h_i = mask ∘ logistic(hidden + Σ_{j before i} v_j weightIn_j),  z_i = visible_i + weightOut_i · h_i
 *   nll = Σ_i softplus(z_i) - v_i z_i
 *
 * Of a Gaussian bias the logistic is the one averaged over it, nearly: logistic(mean / sqrt(1 + π/8 variance)) (MacKay 1992), for each hidden unit and
 * each dimension on its own.
 * @param frames [.., dimensions] of zeros and ones
 * @returns [..]
 * @throws ShapeError; DataError for another number in a frame that counts; ConfigError for an order that is no permutation
 */
export function nadeNll(
  biases: NadeBiases,
  weights: NadeWeights,
  frames: Tensor,
  options: NadeNllOptions = {},
): Tensor {
  const { hidden, visible } = checkNade('nadeNll', biases, weights);
  const joined = (of: (bias: Tensor | Gaussian) => Tensor) => concat([of(hidden), of(visible)], -1);
  const mean = joined(meanOf);
  if (!isGaussian(hidden) && !isGaussian(visible)) return nadeRowNll(mean, weights, frames, options);
  const variance = joined((bias) => (isGaussian(bias) ? bias.variance : zeros(bias.shape)));
  return nadeRowNll({ mean, variance }, weights, frames, options);
}

/**
 * {@link nadeNll} of biases that stand behind each other in every row, as one product with the state makes them: neither they nor their gradients are
 * copied, nor filled with zeros first, which was most of the 4.5 ms of a step of `music-nade` outside of kernels (two threads, Intel Xeon 2.80 GHz).
 * @param biases [.., hidden units + dimensions]
 */
export function nadeRowNll(
  biases: Tensor | Gaussian,
  weights: NadeWeights,
  frames: Tensor,
  options: NadeNllOptions = {},
): Tensor {
  checkOptionNames('nadeNll', options, ['order', 'mask', 'stepMask']);
  const { weightIn, weightOut } = weights;
  const [D, K] = weightIn.shape;
  const mean = meanOf(biases);
  const variance = isGaussian(biases) ? biases.variance : undefined;
  const rowShape = mean.shape.slice(0, -1);
  checkTensor('nadeNll', 'frames', frames);
  expectShape('nadeNll', 'frames', frames.shape, [...rowShape, D]);
  const M = frames.size / D;
  const stepMask = whetherCounted(maskData('nadeNll', options.stepMask));
  if (stepMask && stepMask.length !== M) {
    throw new ShapeError(`nadeNll: expected a step mask of ${M} elements, got ${stepMask.length}`);
  }
  checkBinary(frames.data, D, stepMask);
  const [T, B] = rowShape.length === 2 ? rowShape : [1, M];
  const call = {
    ...{ T, B, D, K },
    biases: mean.data,
    variances: variance?.data,
    visible: frames.data,
    weightIn: weightIn.data,
    weightOut: weightOut.data,
    order: nadeOrder('nadeNll', options.order, D),
    maskHidden: options.mask,
    logits: allocate(M * D),
  };
  const nll = new Tensor(rowShape, allocate(M));
  layerKernels(portable).nadeForward({ ...call, stepMask, rowLoss: nll.data });
  const differentiated = [mean, variance, weightIn, weightOut].filter((one) => one !== undefined);
  recordOperation(nll, differentiated, () => {
    const d = gradientOf(nll);
    const dRowLoss = allocate(M);
    for (let m = 0; m < M; m++) dRowLoss[m] = stepMask ? d[m] * stepMask[m] : d[m];
    const {
      gradients: [dBiases, dVariances],
      fresh,
    } = freshGradients([mean, variance]);
    const [dWeightIn, dWeightOut] = gradientsOf([weightIn, weightOut].map(ifNeeded));
    const targets = { dBiases, dVariances, fresh, dWeightIn, dWeightOut };
    layerKernels(portable).nadeBackward({ ...call, dRowLoss, ...targets });
  });
  return nll;
}

/**
 * The order of D dimensions, from 0 on where none is given.
 * @throws ConfigError for what is no permutation
 */
export function nadeOrder(where: string, order: Int32Array | undefined, D: number): Int32Array {
  if (order === undefined) return Int32Array.from({ length: D }, (_, i) => i);
  if (!(order instanceof Int32Array) || order.length !== D || new Set(order).size !== D) {
    throw new ConfigError(
      `${where}: expected order to be an Int32Array with each number from 0 to ${D - 1} once, got ${found(order)}`,
    );
  }
  if (order.every((i) => i >= 0 && i < D)) return order;
  throw new ConfigError(`${where}: expected an order of numbers from 0 to ${D - 1}, got others`);
}

/** Biases and weights of a NADE with its sizes. Throws ConfigError for what are none, ShapeError where they do not fit. */
export function checkNade(
  where: string,
  biases: NadeBiases,
  weights: NadeWeights,
): NadeBiases & { D: number; K: number } {
  if (!isObject(biases)) {
    throw new ConfigError(`${where}: expected biases { hidden, visible }, got ${found(biases)}`);
  }
  const { hidden, visible } = biases;
  checkTensorOrGaussian(where, 'the hidden biases', hidden);
  checkTensorOrGaussian(where, 'the visible biases', visible);
  checkOptionNames(`${where}: weights`, weights, ['weightIn', 'weightOut']);
  const { weightIn, weightOut } = weights;
  checkTensor(where, 'weightIn', weightIn);
  checkTensor(where, 'weightOut', weightOut);
  const [D, K] = weightIn.shape;
  if (weightIn.shape.length !== 2 || !(D > 0 && K > 0)) {
    throw new ShapeError(
      `${where}: expected weightIn [dimensions, hidden units], got ${shapeText(weightIn.shape)}`,
    );
  }
  expectShape(where, 'weightOut', weightOut.shape, [D, K]);
  const rows = meanOf(visible).shape.slice(0, -1);
  expectShape(where, 'the visible biases', meanOf(visible).shape, [...rows, D]);
  expectShape(where, 'the hidden biases', meanOf(hidden).shape, [...rows, K]);
  return { hidden, visible, D, K };
}

// --- internal ---

/** 1 and 0: what a frame weighs is the business of the mean over frames. */
function whetherCounted(mask: Real | undefined): Real | undefined {
  const isWeighted = mask?.some((weight: number) => weight !== 0 && weight !== 1);
  return mask && isWeighted ? realFrom(Array.from(mask, (weight) => (weight === 0 ? 0 : 1))) : mask;
}

function checkBinary(frames: Real, D: number, stepMask: Real | undefined): void {
  for (let at = 0; at < frames.length; at++) {
    if (frames[at] === 0 || frames[at] === 1 || stepMask?.[Math.floor(at / D)] === 0) continue;
    throw new DataError(
      `nadeNll: expected frames of zeros and ones, got ${frames[at]} in dimension ${at % D} of row ${Math.floor(at / D)}`,
    );
  }
}
