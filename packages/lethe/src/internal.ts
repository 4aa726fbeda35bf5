/** For the rooms next door (the lab, the benchmarks): kernels, raw storage, checks. No promise between versions. */

export { applyMask } from './autograd/ops/mask.ts';
export { usedPartsOf } from './autograd/used-rows.ts';
export {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type StoredTensor,
} from './checkpoint/safetensors.ts';
export { linearFromTorch, linearToTorch, recurrentFromTorch, recurrentToTorch } from './checkpoint/torch.ts';
export {
  drawMask,
  drawZoneout,
  type MaskAxes,
  maskAxes,
  meanMask,
  noiseMoments,
  zoneoutRate,
} from './dropout/masks.ts';
export { checkRate, entriesAt } from './dropout/noise.ts';
export { settledDropout } from './dropout/parse.ts';
export { checkPlaces, type ModelParts } from './dropout/places.ts';
export { entriesOf, gatesOf } from './dropout/plan.ts';
export { foldSchedule } from './dropout/schedule.ts';
export type {
  Activation,
  Active,
  AdamUpdate,
  BernoulliMask,
  BernoulliNll,
  BernoulliNllBackward,
  BitsDraw,
  GaussianKlBackward,
  GaussianSums,
  GruBackward,
  GruForward,
  Kernels,
  LstmBackward,
  LstmForward,
  Mask,
  Matmul,
  MomentForm,
  MomentFunction,
  MomentRule,
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
  NoiseMoments,
  NoisyWeights,
  NoisyWeightsBackward,
  NormalDraw,
  RmspropUpdate,
  RnnBackward,
  RnnForward,
  SgdUpdate,
  SoftmaxNll,
  SoftmaxNllBackward,
  StreamAddress,
  UniformDraw,
} from './kernels/contract.ts';
export { kernels } from './kernels/engine.ts';
export { nativeProblem } from './kernels/native.ts';
export { portable } from './kernels/portable/index.ts';
export { momentForms, momentFunction } from './moments/activation.ts';
export { gruMoments } from './nn/gru-moments.ts';
export { gruSequence } from './nn/gru-sequence.ts';
export { lstmMoments } from './nn/lstm-moments.ts';
export { lstmSequence } from './nn/lstm-sequence.ts';
export { rnnMoments } from './nn/rnn-moments.ts';
export { rnnSequence } from './nn/rnn-sequence.ts';
export { eigenvalues } from './nn/spectral-radius.ts';
export { checkNumber, checkOptionNames, nearestWord } from './options.ts';
export { printable, shownValue } from './printable.ts';
export { PHILOX_LANES, philox4x32 } from './random/philox.ts';
export { sites } from './random/stream.ts';
export { dtype, type Real, realFrom, zeros } from './tensor/dtype.ts';
export { allocate, allocateZeros } from './tensor/scratch.ts';
export { expectShape, shapeText, sizeOf } from './tensor/tensor.ts';
export {
  bernoulliLogEntropy,
  bernoulliMean,
  bernoulliUncertaintyOfLogits,
  categoricalLogEntropy,
  categoricalOfLogits,
  type LogBernoulli,
} from './uncertainty/entropy.ts';
export { bernoulliUncertaintyOfMoments } from './uncertainty/gaussian-logits.ts';
export { logMean, logMeanExp, logSigmoid, logSoftmax, logSumExp } from './uncertainty/log-space.ts';
export { copiesOf, drawOf } from './uncertainty/mc-dropout.ts';
