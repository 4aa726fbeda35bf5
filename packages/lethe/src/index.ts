/** Lethe: recurrent networks that do not overfit. Layers, losses, optimizers and what they stand on; methods are in lethe/dropout. */
export { checkGradients, type GradientCheckOptions, type GradientComparison } from './autograd/check.ts';
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
export { gradientOf, gradients, hasGradient, needsGradient, recordOperation } from './autograd/tape.ts';
export type { LeftOut } from './checkpoint/foreign.ts';
export { type ImportedModel, type ImportOptions, importModel } from './checkpoint/import-model.ts';
export { loadParameters } from './checkpoint/load.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type UnreadTensor,
} from './checkpoint/safetensors.ts';
export type { StoredTensor } from './checkpoint/stored.ts';
export {
  embeddingFromTorch,
  type LinearArrays,
  linearFromTorch,
  linearToTorch,
  type RecurrentArrays,
  recurrentFromTorch,
  recurrentToTorch,
} from './checkpoint/torch.ts';
export { type BucketOptions, bucketBatches } from './data/bucket-batches.ts';
export { type Padded, padSteps, padWords, stepMaskOf } from './data/pad-sequences.ts';
export { ConfigError, DataError, LetheError, NumericsError, ShapeError } from './errors.ts';
export type { TransferFunction } from './kernels/contract/deep.ts';
export type { Activation } from './kernels/contract/fields.ts';
export { spectralRadius } from './linalg/spectral-radius.ts';
export { type Attended, type AttentionMemory, attend } from './nn/attention/attend.ts';
export {
  type Attention,
  type AttentionKind,
  type AttentionOptions,
  type AttentionParameters,
  attention,
} from './nn/attention/attention.ts';
export {
  type BeamOptions,
  type BeamRows,
  beamSearch,
  type Hypothesis,
  type NextLogits,
  type NextTokens,
} from './nn/beam-search.ts';
export type { CellName, RecurrentOutput, RecurrentState } from './nn/cells/cell.ts';
export { type Embedding, type EmbeddingOptions, embedding } from './nn/embedding.ts';
export { type Linear, type LinearOptions, type LinearParameters, linear } from './nn/linear.ts';
export {
  bernoulliNll,
  gaussianNll,
  type SequenceLoss,
  type StepMask,
  squaredError,
} from './nn/losses/losses.ts';
export { meanFieldLogits } from './nn/losses/mean-field-logits.ts';
export { meanOverSteps } from './nn/losses/mean-over-steps.ts';
export { type NegativeBinomial, negativeBinomialNll } from './nn/losses/negative-binomial.ts';
export { withObservationNoise } from './nn/losses/observation-noise.ts';
export {
  activationPenalty,
  decayWeights,
  distancePenalty,
  temporalPenalty,
  weightDecayPenalty,
} from './nn/losses/penalties.ts';
export { pinballLoss } from './nn/losses/pinball.ts';
export {
  type LossContext,
  type ModelRun,
  type RegularizedLoss,
  regularizedLoss,
} from './nn/losses/regularized-loss.ts';
export { type SoftmaxNllOptions, softmaxNll } from './nn/losses/softmax-nll.ts';
export { type StudentT, studentTNll } from './nn/losses/student-t.ts';
export {
  type Nade,
  type NadeMoments,
  type NadeOptions,
  type NadeParameters,
  type NadeRun,
  nade,
} from './nn/nade.ts';
export { type InitOptions, initialTensor } from './nn/parameters/init.ts';
export {
  descriptionLength,
  noisyWeights,
  type WeightPosterior,
  weightPosteriors,
} from './nn/parameters/noisy-weights.ts';
export { adaptiveCutoffs } from './nn/readout/adaptive.ts';
export { readoutInput } from './nn/readout/input.ts';
export {
  type NadeBiases,
  type NadeNllOptions,
  type NadeWeights,
  nadeNll,
} from './nn/readout/nade-nll.ts';
export { type NadeSampleOptions, nadeSample } from './nn/readout/nade-sample.ts';
export { type Pooling, type PoolOptions, poolSteps } from './nn/readout/pool-steps.ts';

export {
  type ReadoutLoss,
  type ReadoutNllOptions,
  readoutDistance,
  readoutLogits,
  readoutNll,
} from './nn/readout/readout.ts';
export type { Clusters, ReadoutParameters } from './nn/readout/table.ts';
export {
  type DeepRnnOptions,
  deepRnn,
  type GruOptions,
  gru,
  type LstmOptions,
  lstm,
  type RnnOptions,
  rnn,
  type TransitionOptions,
} from './nn/recurrent/layers.ts';
export {
  type ForwardOptions,
  keepState,
  type Recurrent,
  type RecurrentOptions,
  type RecurrentParameters,
} from './nn/recurrent/recurrent.ts';
export {
  plansOf,
  type RecurrentStack,
  type RecurrentStackOptions,
  type RecurrentStackOutput,
  recurrentStack,
} from './nn/recurrent/stack.ts';
export { type SequenceStep, sequenceLoss } from './nn/sequence-loss.ts';
export {
  type SequenceModel,
  type SequenceModelOptions,
  type SequenceOutput,
  type SequenceRun,
  sequenceModel,
} from './nn/sequence-model.ts';
export {
  type InspectedTranslation,
  type InspectOptions,
  inspectTranslations,
} from './nn/translation/inspect.ts';
export type {
  DecoderForm,
  TranslationModelOptions,
  TranslationSide,
} from './nn/translation/options.ts';
export { type Sentences, type TranslateOptions, translate } from './nn/translation/translate.ts';
export {
  type ReadSentences,
  type ScoredTranslation,
  type ScoreOptions,
  type TranslationBatch,
  type TranslationModel,
  translationModel,
} from './nn/translation/translation-model.ts';
export { type AdamOptions, adam } from './optim/adam.ts';
export { adamw } from './optim/adamw.ts';
export { type AveragedOptimizer, type AveragingOptions, averaging } from './optim/averaging.ts';
export { clipScale, globalNorm } from './optim/clip.ts';
export { type NtAsgdOptions, ntAsgd } from './optim/nt-asgd.ts';
export type { Optimizer, OptimizerState, StoredArray } from './optim/optimizer.ts';
export { type RmspropOptions, rmsprop } from './optim/rmsprop.ts';
export {
  type FallingOptions,
  type OneCycleOptions,
  oneCycle,
  oneCycleMomentum,
  type Schedule,
  type WarmupOptions,
  warmupConstant,
  warmupCosine,
  warmupLinear,
} from './optim/schedules.ts';
export { type SgdOptions, sgd } from './optim/sgd.ts';
export { NoiseStream, type StreamPlace, type StreamRows, type StreamSite } from './random/stream.ts';
export { type Rows, rowsOf } from './scores/arrays.ts';
export {
  type Bleu,
  type BleuOptions,
  type BleuSmoothing,
  bleuText,
  corpusBleu,
  sentenceBleu,
} from './scores/bleu.ts';
export { type BleuTokenizer, bleuTokens } from './scores/bleu-tokens.ts';
export {
  accuracy,
  type Binning,
  brierScore,
  categoricalNll,
  confusionMatrix,
  expectedCalibrationError,
  macroF1,
  type ReliabilityBin,
  type RiskCoverage,
  reliabilityBins,
  riskCoverage,
} from './scores/classification.ts';
export { mae, mase, maseOfSeries, rmse, rmsse, seasonalDifference, smape } from './scores/point-forecast.ts';
export {
  crpsOfGaussian,
  crpsOfSamples,
  deciles,
  gaussianLogScore,
  type IntervalScores,
  type Intervals,
  intervalScores,
  meanOverObserved,
  pinball,
  sampleQuantiles,
  weightedQuantileLoss,
} from './scores/probabilistic-forecast.ts';
export { negativeBinomialQuantiles, normalQuantile, studentTQuantile } from './scores/quantile-functions.ts';
export type { Real } from './tensor/dtype.ts';
export type { ParameterSet } from './tensor/parameters.ts';
export { scoped } from './tensor/scratch.ts';
export { type NestedNumbers, Tensor, tensor, zeros } from './tensor/tensor.ts';
export { type BytePairOptions, countWords, learnBytePairs, type Merge } from './text/byte-pairs.ts';
export {
  type EncodeOptions,
  learnSubwords,
  type SubwordData,
  type SubwordLevel,
  type SubwordOptions,
  type Subwords,
  specialTokens,
  subwordsFrom,
} from './text/subwords.ts';
export { type FitEpoch, type FitOptions, type FitResult, fit } from './training/fit.ts';
export { type AdaptiveConformal, adaptiveConformal } from './uncertainty/adaptive-conformal.ts';
export {
  type ConformalIntervals,
  conformalIntervals,
  conformalQuantile,
  fitConformalIntervals,
  fitPredictionSets,
  type PredictionSets,
  predictionSets,
  type SetScore,
} from './uncertainty/conformal.ts';
export {
  bernoulliEntropy,
  bernoulliLogEntropy,
  bernoulliMeanOfLogits,
  bernoulliUncertainty,
  bernoulliUncertaintyOfLogits,
  categoricalEntropy,
  categoricalLogEntropy,
  categoricalUncertainty,
  categoricalUncertaintyOfLogits,
  type LogBernoulli,
  meanPrediction,
  type Uncertainty,
} from './uncertainty/entropy.ts';
export { bernoulliUncertaintyOfMoments } from './uncertainty/gaussian-logits.ts';
export { logMeanExp, logSigmoid, logSoftmax, logSumExp } from './uncertainty/log-space.ts';
export { type McDropoutOptions, sharesMasks, type Tokens } from './uncertainty/mc-checks.ts';
export {
  mcDropout,
  repeatRows,
  type StochasticModel,
  type StochasticRun,
  streamOfCopies,
  streamOfDraw,
} from './uncertainty/mc-dropout.ts';
export type { McPrediction, McRegression } from './uncertainty/mc-summary.ts';
export { fitTemperature, scaledByTemperature } from './uncertainty/temperature.ts';
