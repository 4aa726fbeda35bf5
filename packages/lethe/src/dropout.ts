/** lethe/dropout: every method, the vocabulary of noise that they are written in, and the plans of what acts where. */
export { type ArOptions, ar } from './dropout/ar.ts';
export { type AwdOptions, awd } from './dropout/awd.ts';
export {
  combine,
  contextRegularizer,
  embeddingRegularizer,
  layerRegularizer,
  splitReadout,
} from './dropout/combine.ts';
export { type CurriculumOptions, curriculum } from './dropout/curriculum.ts';
export { describePlan } from './dropout/describe.ts';
export { type DropconnectOptions, dropconnect } from './dropout/dropconnect.ts';
export { type FastOptions, fast } from './dropout/fast.ts';
export { type FraternalOptions, fraternal } from './dropout/fraternal.ts';
export { type GaussianDropoutOptions, gaussianDropout } from './dropout/gaussian.ts';
export type { PlannedCell } from './dropout/honours.ts';
export type { MethodKey, MethodKeys, SearchRange } from './dropout/method-keys.ts';
export { type NaiveOptions, naive } from './dropout/naive.ts';
export {
  type MomentOptions,
  type NoiseEntry,
  type NoiseKind,
  type NoiseSite,
  noiseSites,
  type Penalty,
  type RateSchedule,
  type Regularizer,
  type RunMode,
  type TwoPasses,
  type WeightDistribution,
} from './dropout/noise.ts';
export { noiseEntry } from './dropout/noise-entry.ts';
export { none } from './dropout/none.ts';
export { dropoutKeys, dropoutMethods, parseDropout, settledDropout } from './dropout/parse.ts';
export { checkPlaces, type ModelParts } from './dropout/places.ts';
export { dropoutPlan, type Plan, type PlannedEntry, type PlanTarget } from './dropout/plan.ts';
export { type RnndropOptions, rnndrop } from './dropout/rnndrop.ts';
export { rateAt } from './dropout/schedule.ts';
export { type SemeniutaOptions, semeniuta } from './dropout/semeniuta.ts';
export { type StandardOptions, standard } from './dropout/standard.ts';
export { type TarOptions, tar } from './dropout/tar.ts';
export { type VariationalOptions, variational } from './dropout/variational.ts';
export { type WeightDecayOptions, weightDecay } from './dropout/weight-decay.ts';
export { type WeightNoiseOptions, weightNoise } from './dropout/weight-noise.ts';
export { type ZoneoutOptions, zoneout } from './dropout/zoneout.ts';
