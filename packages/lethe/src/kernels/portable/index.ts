/**
 * The portable engine: every kernel of the contract in plain TypeScript, for browsers, for machines without a
 * compiler, and as the oracle of the native engine. Works on float32 and on float64 arrays.
 */
import type { Kernels } from '../contract.ts';
import { bernoulliNllBackward, bernoulliNllForward } from './bernoulli-nll.ts';
import { matmul } from './matmul.ts';
import { momentsActivationBackward, momentsActivationForward } from './moments-activation.ts';
import { momentsLinearBackward, momentsLinearForward } from './moments-linear.ts';
import { momentsRnnBackward, momentsRnnForward } from './moments-rnn.ts';
import { adam, rmsprop, sgd, sumSquares } from './optimizers.ts';
import { bernoulliMask, bits, normal, uniform } from './random.ts';
import { rnnBackward, rnnForward } from './rnn.ts';

export const portable: Kernels = {
  engine: 'portable',
  isa: 'typescript',
  threads: () => 1,
  setThreads: () => {},
  matmul,
  rnnForward,
  rnnBackward,
  momentsActivationForward,
  momentsActivationBackward,
  momentsLinearForward,
  momentsLinearBackward,
  momentsRnnForward,
  momentsRnnBackward,
  bernoulliNllForward,
  bernoulliNllBackward,
  sumSquares,
  sgd,
  rmsprop,
  adam,
  bernoulliMask,
  normal,
  uniform,
  bits,
};
