/** The portable engine without the kernels of cells and other layers, which those bring along: what a bundle has of it, whatever its layers are. */
import type { CommonEngine } from '../contract/engine.ts';
import { bernoulliNllBackward, bernoulliNllForward } from './bernoulli-nll.ts';
import { addDifference, addMasked, squaredDistance } from './differences.ts';
import { matmul } from './matmul.ts';
import { momentsActivationBackward, momentsActivationForward } from './moments-activation.ts';
import { momentsLinearBackward, momentsLinearForward } from './moments-linear.ts';
import { adam, rmsprop, sgd, sumSquares } from './optimizers.ts';
import { bernoulliMask, bits, normal, uniform } from './random.ts';
import { readoutNll, readoutSquares } from './readout.ts';
import { readoutTop } from './readout-top.ts';
import { gatherRows, scatterRows } from './rows.ts';
import { softmaxNllBackward, softmaxNllForward } from './softmax-nll.ts';
import { squaredErrorBackward, squaredErrorForward } from './squared-error.ts';
import { addToSteps, sumSteps } from './step-sums.ts';
import { gaussianKlBackward, gaussianSums, noisyWeights, noisyWeightsBackward } from './weight-noise.ts';

export const common: CommonEngine = {
  engine: 'portable',
  isa: 'typescript',
  threads: () => 1,
  setThreads: () => {},
  precision: () => 'f32',
  hasBf16: () => false,
  within: (_, body) => body(),
  fixed: () => (body) => body(),
  matmul,
  momentsActivationForward,
  momentsActivationBackward,
  momentsLinearForward,
  momentsLinearBackward,
  softmaxNllForward,
  softmaxNllBackward,
  readoutNll,
  readoutSquares,
  readoutTop,
  noisyWeights,
  noisyWeightsBackward,
  gaussianSums,
  gaussianKlBackward,
  bernoulliNllForward,
  bernoulliNllBackward,
  squaredErrorForward,
  squaredErrorBackward,
  sumSquares,
  squaredDistance,
  addDifference,
  addMasked,
  gatherRows,
  scatterRows,
  sumSteps,
  addToSteps,
  sgd,
  rmsprop,
  adam,
  bernoulliMask,
  normal,
  uniform,
  bits,
};
