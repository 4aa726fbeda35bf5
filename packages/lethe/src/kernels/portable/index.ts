/**
 * The portable engine: every kernel of the contract in plain TypeScript, for browsers, for machines without a
 * compiler, and as the oracle of the native engine. Works on float32 and on float64 arrays.
 */
import type { Engine } from '../contract/engine.ts';
import { bernoulliNllBackward, bernoulliNllForward } from './bernoulli-nll.ts';
import { addDifference, addMasked, squaredDistance } from './differences.ts';
import { gruBackward, gruForward } from './gru.ts';
import { lstmBackward, lstmForward } from './lstm.ts';
import { matmul } from './matmul.ts';
import { momentsActivationBackward, momentsActivationForward } from './moments-activation.ts';
import { momentsGruBackward, momentsGruForward } from './moments-gru.ts';
import { momentsLinearBackward, momentsLinearForward } from './moments-linear.ts';
import { momentsLstmBackward, momentsLstmForward } from './moments-lstm.ts';
import { momentsRnnBackward, momentsRnnForward } from './moments-rnn.ts';
import { adam, rmsprop, sgd, sumSquares } from './optimizers.ts';
import { bernoulliMask, bits, normal, uniform } from './random.ts';
import { readoutNll, readoutSquares } from './readout.ts';
import { rnnBackward, rnnForward } from './rnn.ts';
import { gatherRows, scatterRows } from './rows.ts';
import { softmaxNllBackward, softmaxNllForward } from './softmax-nll.ts';
import { gaussianKlBackward, gaussianSums, noisyWeights, noisyWeightsBackward } from './weight-noise.ts';

export const portable: Engine = {
  engine: 'portable',
  isa: 'typescript',
  threads: () => 1,
  setThreads: () => {},
  precision: () => 'f32',
  hasBf16: () => false,
  within: (_, body) => body(),
  fixed: () => (body) => body(),
  matmul,
  rnnForward,
  rnnBackward,
  momentsActivationForward,
  momentsActivationBackward,
  momentsLinearForward,
  momentsLinearBackward,
  momentsRnnForward,
  momentsRnnBackward,
  lstmForward,
  lstmBackward,
  gruForward,
  gruBackward,
  momentsLstmForward,
  momentsLstmBackward,
  momentsGruForward,
  momentsGruBackward,
  softmaxNllForward,
  softmaxNllBackward,
  readoutNll,
  readoutSquares,
  noisyWeights,
  noisyWeightsBackward,
  gaussianSums,
  gaussianKlBackward,
  bernoulliNllForward,
  bernoulliNllBackward,
  sumSquares,
  squaredDistance,
  addDifference,
  addMasked,
  gatherRows,
  scatterRows,
  sgd,
  rmsprop,
  adam,
  bernoulliMask,
  normal,
  uniform,
  bits,
};
