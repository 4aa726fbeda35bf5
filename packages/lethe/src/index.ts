/** Lethe: recurrent networks that do not overfit. Everything public, by name; see internal.ts for the rest. */
export {
  checkGradients,
  type GradientCheckOptions,
  type GradientComparison,
} from './autograd/check.ts';
export { add, div, mul, sub } from './autograd/ops/arithmetic.ts';
export {
  addScalar,
  exp,
  log,
  neg,
  relu,
  scale,
  sigmoid,
  softplus,
  sqrt,
  square,
  tanh,
} from './autograd/ops/elementwise.ts';
export { affine, matmul } from './autograd/ops/matmul.ts';
export { mean, sum, sumAxis } from './autograd/ops/reduce.ts';
export { broadcastRows, concat, reshape, slice, stack, transpose, where } from './autograd/ops/shape.ts';
export { gradientOf, gradients, hasGradient, needsGradient, record } from './autograd/tape.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type StoredTensor,
} from './checkpoint/safetensors.ts';
export {
  type LinearArrays,
  linearFromTorch,
  linearToTorch,
  type RecurrentArrays,
  recurrentFromTorch,
  recurrentToTorch,
} from './checkpoint/torch.ts';
export { combine, splitReadout } from './dropout/combine.ts';
export { describe } from './dropout/describe.ts';
export { type FastOptions, fast } from './dropout/fast.ts';
export {
  type MomentOptions,
  type NoiseEntry,
  type NoiseKind,
  type NoiseSite,
  noiseEntry,
  type Regularizer,
  type RunMode,
} from './dropout/noise.ts';
export { none } from './dropout/none.ts';
export { dropoutMethods, parseDropout } from './dropout/parse.ts';
export { type Plan, type PlannedCell, type PlannedEntry, type PlanTarget, plan } from './dropout/plan.ts';
export { type StandardOptions, standard } from './dropout/standard.ts';
export { ConfigError, DataError, LetheError, NumericsError, ShapeError } from './errors.ts';
export type { Activation, MomentForm, NoiseMoments } from './kernels/contract.ts';
export { type EngineName, useEngine } from './kernels/engine.ts';
export { activationMoments, type MomentFunctionOptions } from './moments/activation.ts';
export { type Gaussian, isGaussian, meanOf } from './moments/gaussian.ts';
export { linearMoments, noNoise } from './moments/linear.ts';
export { gaussHermite, type Quadrature } from './moments/quadrature.ts';
export { drawGaussian } from './moments/sample.ts';
export { weightNoiseMoments } from './moments/weight-noise.ts';
export { type InitOptions, initialTensor } from './nn/init.ts';
export { type Linear, type LinearOptions, type LinearParameters, linear } from './nn/linear.ts';
export {
  bernoulliNll,
  gaussianNll,
  type SequenceLoss,
  type StepMask,
  squaredError,
} from './nn/losses.ts';
export {
  type Rnn,
  type RnnOptions,
  type RnnParameters,
  type RunOptions,
  rnn,
  type State,
} from './nn/rnn.ts';
export { spectralRadius } from './nn/spectral-radius.ts';
export { type AdamOptions, adam } from './optim/adam.ts';
export { adamw } from './optim/adamw.ts';
export { clipScale, globalNorm } from './optim/clip.ts';
export type { Optimizer, OptimizerState, StoredArray } from './optim/optimizer.ts';
export { type RmspropOptions, rmsprop } from './optim/rmsprop.ts';
export { type SgdOptions, sgd } from './optim/sgd.ts';
export { NoiseStream, type StreamPlace, type StreamSite } from './random/stream.ts';
export { dtype, type Real } from './tensor/dtype.ts';
export { scoped } from './tensor/scratch.ts';
export { type NestedNumbers, Tensor, tensor, zerosTensor } from './tensor/tensor.ts';
