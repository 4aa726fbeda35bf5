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
export { loadParameters } from './checkpoint/load.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  type UnreadTensor,
} from './checkpoint/safetensors.ts';
export {
  embeddingFromTorch,
  type LinearArrays,
  linearFromTorch,
  linearToTorch,
  type RecurrentArrays,
  recurrentFromTorch,
  recurrentToTorch,
} from './checkpoint/torch.ts';
export { type ArOptions, ar } from './dropout/ar.ts';
export { type AwdOptions, awd } from './dropout/awd.ts';
export { combine, embeddingRegularizer, layerRegularizer, splitReadout } from './dropout/combine.ts';
export { type CurriculumOptions, curriculum } from './dropout/curriculum.ts';
export { describe } from './dropout/describe.ts';
export { type DropconnectOptions, dropconnect } from './dropout/dropconnect.ts';
export { type FastOptions, fast } from './dropout/fast.ts';
export { type FraternalOptions, fraternal } from './dropout/fraternal.ts';
export { type GaussianOptions, gaussian } from './dropout/gaussian.ts';
export type { MethodKey, MethodKeys } from './dropout/method-keys.ts';
export { type NaiveOptions, naive } from './dropout/naive.ts';
export {
  type MomentOptions,
  type NoiseEntry,
  type NoiseKind,
  type NoiseSite,
  noiseEntry,
  noiseSites,
  type Penalty,
  type Regularizer,
  type RunMode,
  type Schedule,
  type TwoPasses,
  type WeightDistribution,
} from './dropout/noise.ts';
export { none } from './dropout/none.ts';
export { dropoutKeys, dropoutMethods, parseDropout } from './dropout/parse.ts';
export { type Plan, type PlannedCell, type PlannedEntry, type PlanTarget, plan } from './dropout/plan.ts';
export { type RnndropOptions, rnndrop } from './dropout/rnndrop.ts';
export { rateAt } from './dropout/schedule.ts';
export { type SemeniutaOptions, semeniuta } from './dropout/semeniuta.ts';
export { type StandardOptions, standard } from './dropout/standard.ts';
export { type TarOptions, tar } from './dropout/tar.ts';
export { type VariationalOptions, variational } from './dropout/variational.ts';
export { type WeightDecayOptions, weightDecay } from './dropout/weight-decay.ts';
export { type WeightNoiseOptions, weightNoise } from './dropout/weight-noise.ts';
export { type ZoneoutOptions, zoneout } from './dropout/zoneout.ts';
export { ConfigError, DataError, LetheError, NumericsError, ShapeError } from './errors.ts';
export type { Activation, MomentForm, NoiseMoments } from './kernels/contract.ts';
export { type EngineInUse, type EngineName, engineInUse, useEngine } from './kernels/engine.ts';
export { activationMoments, type MomentFunctionOptions } from './moments/activation.ts';
export {
  type Decomposition,
  decomposed,
  type LayerDecomposition,
  type WeightParts,
} from './moments/decomposition.ts';
export { type Gaussian, isGaussian, meanOf } from './moments/gaussian.ts';
export { linearMoments, noNoise } from './moments/linear.ts';
export { productMoments } from './moments/product.ts';
export { gaussHermite, type Quadrature } from './moments/quadrature.ts';
export { drawGaussian } from './moments/sample.ts';
export { weightNoiseMoments } from './moments/weight-noise.ts';
export { adaptiveCutoffs, type Clusters } from './nn/adaptive-readout.ts';
export { type Embedding, type EmbeddingOptions, embedding } from './nn/embedding.ts';
export { fixedWeights } from './nn/fixed-weights.ts';
export { type GruOptions, gru } from './nn/gru.ts';
export { type InitOptions, initialTensor } from './nn/init.ts';
export { type Linear, type LinearOptions, type LinearParameters, linear } from './nn/linear.ts';
export {
  bernoulliNll,
  gaussianNll,
  type SequenceLoss,
  type StepMask,
  squaredError,
} from './nn/losses.ts';
export { type LstmOptions, lstm } from './nn/lstm.ts';
export {
  descriptionLength,
  noisyWeights,
  type WeightPosterior,
  weightPosteriors,
} from './nn/noisy-weights.ts';
export {
  activationPenalty,
  decayWeights,
  distancePenalty,
  temporalPenalty,
  weightDecayPenalty,
} from './nn/penalties.ts';
export {
  type ReadoutLoss,
  type ReadoutNllOptions,
  type ReadoutParameters,
  readoutDistance,
  readoutLogits,
  readoutNll,
} from './nn/readout.ts';
export {
  type CellName,
  keepState,
  type Recurrent,
  type RecurrentOptions,
  type RecurrentOutput,
  type RecurrentParameters,
  type RunOptions,
  type State,
} from './nn/recurrent.ts';
export {
  type LossContext,
  type ModelRun,
  type RegularizedLoss,
  regularizedLoss,
} from './nn/regularized-loss.ts';
export { type RnnOptions, rnn } from './nn/rnn.ts';
export { softmaxNll } from './nn/softmax-nll.ts';
export { spectralRadius } from './nn/spectral-radius.ts';
export { plansOf, recurrentStack, type Stack, type StackOptions, type StackOutput } from './nn/stack.ts';
export { type AdamOptions, adam } from './optim/adam.ts';
export { adamw } from './optim/adamw.ts';
export { clipScale, globalNorm } from './optim/clip.ts';
export { type NtAsgdOptions, ntAsgd } from './optim/nt-asgd.ts';
export type { Optimizer, OptimizerState, StoredArray } from './optim/optimizer.ts';
export { type RmspropOptions, rmsprop } from './optim/rmsprop.ts';
export { type SgdOptions, sgd } from './optim/sgd.ts';
export { NoiseStream, type StreamPlace, type StreamRows, type StreamSite } from './random/stream.ts';
export { dtype, type Real } from './tensor/dtype.ts';
export type { ParameterSet } from './tensor/parameters.ts';
export { scoped } from './tensor/scratch.ts';
export { type NestedNumbers, Tensor, tensor, zerosTensor } from './tensor/tensor.ts';
export {
  bernoulliEntropy,
  bernoulliUncertainty,
  categoricalEntropy,
  categoricalUncertainty,
  meanPrediction,
  type Uncertainty,
} from './uncertainty/entropy.ts';
export {
  type McDropoutOptions,
  type McPrediction,
  mcDropout,
  repeatRows,
  type StochasticModel,
  type StochasticRun,
  sharesMasks,
  type Tokens,
} from './uncertainty/mc-dropout.ts';
export type { McRegression } from './uncertainty/mc-summary.ts';
