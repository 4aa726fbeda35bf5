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
import type { Real } from '../tensor/dtype.ts';

/** Activation of a recurrent cell or of a layer. */
export type Activation = 'tanh' | 'sigmoid' | 'relu' | 'identity';

/**
 * A mask, already scaled, seen through strides: element j of row b at step t and gate g is
 * `data[g*gate + t*time + b*batch + j]`. A stride of 0 shares the mask along that axis, so per-step,
 * per-sequence, per-example and shared masks are one code path.
 */
export interface Mask {
  data: Real;
  gate: number;
  time: number;
  batch: number;
}

/**
 * Which steps of a row count: row b is active for start[b] <= t < stop[b]. On an inactive step the state
 * (mean and variance) stays as it was and no gradient enters from that step's own equations. The inputs that stand there must be
 * zeros: layers put them in place of whatever was given.
 */
export interface Active {
  /** [B], default 0 */
  start?: Int32Array;
  /** [B], default T */
  stop?: Int32Array;
}

/** C = alpha * op(A) op(B) (+ C when `accumulate`), op(A) [m, k], op(B) [k, n], C [m, n]. */
export interface Matmul {
  m: number;
  n: number;
  k: number;
  /** [m, k], or [k, m] when transposeA */
  a: Real;
  transposeA?: boolean;
  /** [k, n], or [n, k] when transposeB */
  b: Real;
  transposeB?: boolean;
  /** [m, n] */
  c: Real;
  /** default 1 */
  alpha?: number;
  /** add to c instead of overwriting it; default false */
  accumulate?: boolean;
  /** [n], added to every row; only without accumulate */
  bias?: Real;
}

/**
 * Plain recurrent layer over a whole sequence (h_{-1} = h0):
 *   n_t = f((x_t ∘ maskInput) (W_in ∘ maskWeightIn) + (h_{t-1} ∘ maskRecurrent) (W_rec ∘ maskWeight) + b)
 *   n_t = n_t ∘ maskCell
 *   h_t = z h_{t-1} + (1 - z) n_t        z = zoneout (1 keeps the previous value) or zoneoutRate, else 0
 *   y_t = h_t ∘ maskOutput
 * Masks index: input over I, the others over H; `gate` strides are ignored (one gate).
 */
export interface RnnForward extends Active {
  T: number;
  B: number;
  I: number;
  H: number;
  activation: Activation;
  /** [T, B, I] */
  x: Real;
  /** [B, H] */
  h0: Real;
  /** [I, H] */
  wIn: Real;
  /** [H, H] */
  wRec: Real;
  /** [H] */
  bias: Real;
  maskInput?: Mask;
  maskRecurrent?: Mask;
  /** [H, H], on wRec */
  maskWeight?: Real;
  /** [I, H], on wIn */
  maskWeightIn?: Real;
  maskCell?: Mask;
  zoneout?: Mask;
  /** the test-time rule of zoneout: the expectation, one number for all units; exclusive with `zoneout` */
  zoneoutRate?: number;
  maskOutput?: Mask;
  /** [T, B, H], out, keep: n_t before maskCell */
  n: Real;
  /** [T, B, H], out, keep: h_t. May be the same array as `n` when there is no maskCell, zoneout or zoneoutRate. */
  h: Real;
  /** [T, B, H], out: y_t. May be the same array as `h` when there is no maskOutput. */
  y: Real;
}

/** Gradients of {@link RnnForward}. */
export interface RnnBackward extends Omit<RnnForward, 'y'> {
  /** [T, B, H] gradient of y */
  dy: Real;
  /** [B, H] gradient of the last state h_{T-1}, if it was used */
  dhLast?: Real;
  /** [I, H] */
  dwIn: Real;
  /** [H, H] */
  dwRec: Real;
  /** [H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, H], workspace: the gradient of the pre-activations */
  da: Real;
}

/**
 * What both gated cells are given. G gates; the columns of weights and biases are G blocks of H, in the order
 * i f g o (LSTM) or r z n (GRU). A mask with a `gate` stride other than 0 has a row of its own for every gate.
 */
interface GatedForward extends Active {
  T: number;
  B: number;
  I: number;
  H: number;
  /** [T, B, I] */
  x: Real;
  /** [B, H] */
  h0: Real;
  /** [I, G*H] */
  wIn: Real;
  /** [H, G*H] */
  wRec: Real;
  /** [G*H] */
  bias: Real;
  /** over I; per gate where `gate` is not 0 */
  maskInput?: Mask;
  /** over H, on h_{t-1} in front of wRec; per gate where `gate` is not 0 */
  maskRecurrent?: Mask;
  /** [H, G*H], on wRec */
  maskWeight?: Real;
  /** [I, G*H], on wIn */
  maskWeightIn?: Real;
  /** over H, on the candidate (g, n) */
  maskUpdate?: Mask;
  /** over H, on the new state (c of an LSTM, h of a GRU), before zoneout */
  maskCell?: Mask;
  /** over H, of h: 1 keeps the previous value */
  zoneout?: Mask;
  /** the test-time rule: the expectation, one number for all units; exclusive with `zoneout` */
  zoneoutRate?: number;
  /** over H */
  maskOutput?: Mask;
  /** [T, B, G*H], out, keep: the activated gates; not meaningful on inactive steps */
  gates: Real;
  /** [T, B, H], out, keep: h_t */
  h: Real;
  /** [T, B, H], out: y_t = h_t ∘ maskOutput. May be the same array as `h` when there is no maskOutput. */
  y: Real;
}

/** What both gated cells give back; `da` may be the array of `gates`, which is then lost. */
interface GatedGradients {
  /** [T, B, H] gradient of y */
  dy: Real;
  /** [B, H] gradient of the last state h_{T-1}, if it was used */
  dhLast?: Real;
  /** [I, G*H] */
  dwIn: Real;
  /** [H, G*H] */
  dwRec: Real;
  /** [G*H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** dwIn and dwRec hold nothing yet: overwrite them; default false */
  fresh?: boolean;
  /** [T, B, G*H], workspace: the gradient of the pre-activations (input side); 0 on inactive steps */
  da: Real;
}

/**
 * LSTM layer over a whole sequence (Hochreiter and Schmidhuber 1997, with forget gates; one bias):
 *   a_t = (x_t ∘ maskInput)(W_in ∘ maskWeightIn) + (h_{t-1} ∘ maskRecurrent)(W_rec ∘ maskWeight) + b
 *   i, f, o = logistic(a_i, a_f, a_o),  g = tanh(a_g)
 *   c~ = (f c_{t-1} + i (g ∘ maskUpdate)) ∘ maskCell,   h~ = o tanh(c~)
 *   c_t = zc c_{t-1} + (1 - zc) c~,   h_t = z h_{t-1} + (1 - z) h~,   y_t = h_t ∘ maskOutput
 * h is made from the c~ before zoneout (Krueger et al. 2017).
 */
export interface LstmForward extends GatedForward {
  /** [B, H] */
  c0: Real;
  /** over H, of c: 1 keeps the previous value */
  zoneoutCell?: Mask;
  /** as zoneoutRate, of c; exclusive with `zoneoutCell` */
  zoneoutCellRate?: number;
  /** [T, B, H], out, keep: c_t */
  c: Real;
}

/** Gradients of {@link LstmForward}. */
export interface LstmBackward extends Omit<LstmForward, 'y'>, GatedGradients {
  /** [B, H] gradient of the last cell state c_{T-1}, if it was used */
  dcLast?: Real;
  /** [B, H] */
  dc0?: Real;
}

/**
 * GRU layer over a whole sequence (Cho et al. 2014), u_t = h_{t-1} ∘ maskRecurrent in front of each gate:
 *   r, z = logistic((x_t ∘ maskInput) W + u U + b + bRec)           (masks of weights as for the LSTM)
 *   n = tanh((x_t ∘ maskInput) W_n + b_n + r (u U_n + bRec_n))      resetAfter
 *   n = tanh((x_t ∘ maskInput) W_n + b_n + (r u) U_n + bRec_n)      otherwise
 *   h~ = ((1 - z)(n ∘ maskUpdate) + z h_{t-1}) ∘ maskCell           the leak uses the clean h
 *   h_t = zone h_{t-1} + (1 - zone) h~,   y_t = h_t ∘ maskOutput
 */
export interface GruForward extends GatedForward {
  /** [3H], on the recurrent side */
  biasRec: Real;
  resetAfter: boolean;
  /** [T, B, H], out, keep. resetAfter: u U_n + bRec_n; otherwise not touched. */
  recurrentCandidate: Real;
}

/** Gradients of {@link GruForward}. */
export interface GruBackward extends Omit<GruForward, 'y'>, GatedGradients {
  /** [3H] */
  dbiasRec: Real;
  /** [T, B, H], workspace: gradient of the candidate's recurrent side; may be the array of recurrentCandidate, which is then lost */
  daRec: Real;
}

/**
 * First two moments of independent multiplicative noise m on the inputs u of a linear map, as they act on
 * the moments of u: E[m u] = mean * E[u]; Var[m u] = square * E[u]^2 + variance * Var[u].
 * Bernoulli with drop rate p, unscaled: mean = 1-p, square = p(1-p), variance = 1-p. Gaussian or inverted
 * drop: mean = 1, square = s2, variance = 1+s2. variance = 0 leaves out the variance not due to the noise
 * (footnote 1 of Bayer et al. 2013).
 */
export interface NoiseMoments {
  mean: number;
  square: number;
  variance: number;
}

/** How the moments of a non-linear activation of a Gaussian are computed. relu and identity are exact in every form. */
export type MomentForm = 'wang-manning' | 'probit' | 'daunizeau' | 'gauss-hermite';

/** An activation in the moments run. */
export interface MomentFunction {
  activation: Activation;
  form: MomentForm;
  /** gauss-hermite only: nodes x_i and weights w_i with sum(w) = 1, E[f] = sum w_i f(mu + s x_i); float64, at most 64 */
  nodes?: Float64Array;
  weights?: Float64Array;
}

/** (outMean, outVariance) = moments of f(X), X ~ N(mean, variance), element by element; variance clamped at 0. */
export interface MomentsActivation extends MomentFunction {
  /** number of elements */
  n: number;
  mean: Real;
  variance: Real;
  outMean: Real;
  outVariance: Real;
}

/** Gradients of {@link MomentsActivation}. */
export interface MomentsActivationBackward extends MomentsActivation {
  dOutMean: Real;
  dOutVariance: Real;
  dMean: Real;
  dVariance: Real;
}

/**
 * Linear map of noisy independent inputs (exact moments):
 *   outMean = noise.mean * mean W + b;  outVariance = (noise.square * mean^2 + noise.variance * variance) (W ∘ W)
 */
export interface MomentsLinear {
  /** rows */
  M: number;
  I: number;
  O: number;
  /** [M, I] */
  mean: Real;
  /** [M, I], absent: 0 */
  variance?: Real;
  /** [I, O] */
  w: Real;
  /** [O] */
  bias: Real;
  noise: NoiseMoments;
  /** [M, I], out, keep: the variance of the noisy input */
  noisyVariance: Real;
  /** [M, O] */
  outMean: Real;
  /** [M, O] */
  outVariance: Real;
}

/** Gradients of {@link MomentsLinear}; outMean and outVariance are not read. */
export interface MomentsLinearBackward extends Omit<MomentsLinear, 'outMean' | 'outVariance'> {
  /** [M, O] */
  dOutMean: Real;
  /** [M, O] */
  dOutVariance: Real;
  /** [M, I] */
  dMean?: Real;
  /** [M, I] */
  dVariance?: Real;
  /** dMean and dVariance hold nothing yet: overwrite them; default false */
  fresh?: boolean;
  /** [I, O] */
  dw: Real;
  /** [O] */
  dbias: Real;
}

/**
 * Fast-dropout recurrent layer over a whole sequence: mean and variance propagated together.
 *   aMean_t = noiseInput.mean * x_t W_in + noiseRecurrent.mean * hMean_{t-1} W_rec + b
 *   aVar_t  = V(noiseInput, x_t) (W_in ∘ W_in) + V(noiseRecurrent, h_{t-1}) (W_rec ∘ W_rec),
 *             V(noise, u) = noise.square * E[u]^2 + noise.variance * Var[u]
 *   (hMean_t, hVar_t) = moments of f(N(aMean_t, aVar_t))
 * With `epsilon` (the `gaussian` mode) the pre-activation is drawn instead: hMean_t = f(aMean_t + epsilon_t sqrt(aVar_t)), hVar_t = 0.
 * On an inactive step (hMean, hVar) stay; aMean and aVar of that step are not meaningful.
 */
export interface MomentsRnnForward extends Active, MomentFunction {
  T: number;
  B: number;
  I: number;
  H: number;
  /** [T, B, I] */
  x: Real;
  /** [T, B, I], absent: 0 */
  xVariance?: Real;
  /** [B, H] */
  h0: Real;
  /** [B, H], absent: 0 */
  h0Variance?: Real;
  /** [I, H] */
  wIn: Real;
  /** [H, H] */
  wRec: Real;
  /** [H] */
  bias: Real;
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** [T, B, H], standard normal draws */
  epsilon?: Real;
  /** [T, B, H], out, keep */
  aMean: Real;
  /** [T, B, H], out, keep */
  aVariance: Real;
  /** [T, B, H], out, keep */
  hMean: Real;
  /** [T, B, H], out, keep */
  hVariance: Real;
}

/** Gradients of {@link MomentsRnnForward}. */
export interface MomentsRnnBackward extends MomentsRnnForward {
  /** [T, B, H] gradient of hMean */
  dhMean: Real;
  /** [T, B, H] gradient of hVariance, absent: 0 */
  dhVariance?: Real;
  /** [I, H] */
  dwIn: Real;
  /** [H, H] */
  dwRec: Real;
  /** [H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [B, H] */
  dh0Variance?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, I] */
  dxVariance?: Real;
  /** [T, B, H], out: gradient of aMean, 0 on inactive steps; may be the array of aMean, which is then lost */
  daMean: Real;
  /** [T, B, H], out: gradient of aVariance, 0 on inactive steps; may be the array of aVariance, which is then lost */
  daVariance: Real;
}

/** How the moments of the gates are computed; see {@link MomentFunction}. */
export type MomentRule = Omit<MomentFunction, 'activation'>;

/** What both gated cells are given in the moments run. */
interface MomentsGatedForward extends Active, MomentRule {
  T: number;
  B: number;
  I: number;
  H: number;
  /** [T, B, I] */
  x: Real;
  /** [T, B, I], absent: 0 */
  xVariance?: Real;
  /** [B, H] */
  h0: Real;
  /** [B, H], absent: 0 */
  h0Variance?: Real;
  /** [I, G*H] */
  wIn: Real;
  /** [H, G*H] */
  wRec: Real;
  /** [G*H] */
  bias: Real;
  noiseInput: NoiseMoments;
  noiseRecurrent: NoiseMoments;
  /** [T, B, 4H], standard normal draws for the columns of aMean: pre-activations are drawn, variances from there on are 0 */
  epsilon?: Real;
  /** [T, B, 4H], out, keep */
  aMean: Real;
  /** [T, B, 4H], out, keep */
  aVariance: Real;
  /** [T, B, H], out, keep */
  hMean: Real;
  /** [T, B, H], out, keep */
  hVariance: Real;
}

/** What both gated cells give back; daMean and daVariance may be the arrays of aMean and aVariance, which are then lost. */
interface MomentsGatedGradients {
  /** [T, B, H] gradient of hMean */
  dhMean: Real;
  /** [T, B, H] gradient of hVariance, absent: 0 */
  dhVariance?: Real;
  /** [I, G*H] */
  dwIn: Real;
  /** [H, G*H] */
  dwRec: Real;
  /** [G*H] */
  dbias: Real;
  /** [B, H] */
  dh0?: Real;
  /** [B, H] */
  dh0Variance?: Real;
  /** [T, B, I] */
  dx?: Real;
  /** [T, B, I] */
  dxVariance?: Real;
  /** [T, B, 4H], out: gradient of aMean, 0 on inactive steps */
  daMean: Real;
  /** [T, B, 4H], out: gradient of aVariance, 0 on inactive steps */
  daVariance: Real;
}

/**
 * Fast-dropout LSTM: pre-activation moments as in {@link MomentsRnnForward}, gates in blocks i f g o; gates by
 * logistic and tanh moments, then, factors taken as independent (product: mean m1 m2, variance
 * m1² v2 + v1 m2² + v1 v2):
 *   c_t = f c_{t-1} + i g,   h_t = o tanh(c_t), tanh by its moments
 * With `epsilon` the gates are plain numbers: c_t = f cMean_{t-1} + i g, h_t = o tanh(c_t), variances 0.
 */
export interface MomentsLstmForward extends MomentsGatedForward {
  /** [B, H] */
  c0: Real;
  /** [B, H], absent: 0 */
  c0Variance?: Real;
  /** [T, B, H], out, keep */
  cMean: Real;
  /** [T, B, H], out, keep */
  cVariance: Real;
}

/** Gradients of {@link MomentsLstmForward}. */
export interface MomentsLstmBackward extends MomentsLstmForward, MomentsGatedGradients {
  /** [B, H] gradients of the last cell state, if it was used */
  dcMeanLast?: Real;
  dcVarianceLast?: Real;
  /** [B, H] */
  dc0?: Real;
  /** [B, H] */
  dc0Variance?: Real;
}

/**
 * Fast-dropout GRU with the reset gate after the product. The 4H columns of aMean and aVariance are r, z, the
 * candidate's input side (x W_n + b_n) and its recurrent side (h U_n + bRec_n); r and z hold both sides. With
 * the product of independents as for the LSTM,
 *   a_n = input side + r (recurrent side),  n = tanh(a_n) by its moments
 *   mean h_t = (1-mz) mn + mz mh
 *   variance h_t = (1-mz)² vn + mz² vh + vz (mn-mh)² + vz (vn+vh)    (z is shared by both terms)
 * With `epsilon` the four are plain numbers, and so are n and h_t.
 */
export interface MomentsGruForward extends MomentsGatedForward {
  /** [3H] */
  biasRec: Real;
}

/** Gradients of {@link MomentsGruForward}. */
export interface MomentsGruBackward extends MomentsGruForward, MomentsGatedGradients {
  /** [3H] */
  dbiasRec: Real;
}

/**
 * Bernoulli negative log-likelihood from logits, natural log:
 *   rowLoss_m = stepMask_m * sum_k (softplus(z_mk) - y_mk z_mk)
 * With `variance` the probability is logistic(z / sqrt(1 + pi/8 v)) (MacKay; the music runs of Bayer et al. 2013).
 */
export interface BernoulliNll {
  /** rows */
  M: number;
  K: number;
  /** [M, K] */
  logits: Real;
  /** [M, K] */
  variance?: Real;
  /** [M, K] */
  targets: Real;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** [M], out */
  rowLoss: Real;
}

/** Gradients of `scale` * sum_m rowLoss_m; rowLoss is not read. */
export interface BernoulliNllBackward extends Omit<BernoulliNll, 'rowLoss'> {
  scale: number;
  /** dLogits and dVariance hold nothing yet: overwrite them; default false */
  fresh?: boolean;
  /** [M, K] */
  dLogits: Real;
  /** [M, K] */
  dVariance?: Real;
}

/**
 * Categorical negative log-likelihood from logits, natural log:
 *   rowLoss_m = stepMask_m * (log sum_k exp(z_mk) - z_m,target)
 */
export interface SoftmaxNll {
  /** rows */
  M: number;
  K: number;
  /** [M, K] */
  logits: Real;
  /** [M], in 0 .. K-1 */
  targets: Int32Array;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** [M], out */
  rowLoss: Real;
}

/** Gradients of `scale` * sum_m rowLoss_m; rowLoss is not read. */
export interface SoftmaxNllBackward extends Omit<SoftmaxNll, 'rowLoss'> {
  scale: number;
  /** dLogits holds nothing yet: overwrite it; default false */
  fresh?: boolean;
  /** [M, K] */
  dLogits: Real;
}

/** Weights drawn from their distribution: out = mean + exp(logDeviation) ∘ epsilon, element by element. */
export interface NoisyWeights {
  /** number of elements */
  n: number;
  mean: Real;
  logDeviation: Real;
  /** standard normal draws */
  epsilon: Real;
  out: Real;
}

/** Gradients of {@link NoisyWeights}: dMean += dOut, dLogDeviation += dOut ∘ epsilon ∘ exp(logDeviation). */
export interface NoisyWeightsBackward extends Omit<NoisyWeights, 'mean' | 'out'> {
  dOut: Real;
  dMean: Real;
  dLogDeviation: Real;
}

/**
 * Sums over n Gaussians, in float64 and in a fixed order: of the means, of their squares, of the variances
 * exp(2 logDeviation) and of logDeviation. They give the description length of the weights under the best
 * Gaussian prior.
 */
export interface GaussianSums {
  n: number;
  mean: Real;
  logDeviation: Real;
}

/** Gradient of scale * KL(N(mean, exp(2 logDeviation)) || N(priorMean, priorVariance)), summed over elements. */
export interface GaussianKlBackward extends GaussianSums {
  priorMean: number;
  priorVariance: number;
  scale: number;
  /** += scale (mean - priorMean) / priorVariance */
  dMean: Real;
  /** += scale (exp(2 logDeviation) / priorVariance - 1) */
  dLogDeviation: Real;
}

/** A linear readout over K classes, z_m = x_m W^T + b, computed for a stretch of rows at a time: [M, K] logits never exist. */
interface Readout {
  /** rows */
  M: number;
  I: number;
  /** classes */
  K: number;
  /** [M, I] */
  x: Real;
  /** [K, I]: a row for each class, as an embedding has it */
  w: Real;
  /** of the gradients; default 1 */
  scale?: number;
  /** [M, I], out: overwritten; absent: not computed */
  dx?: Real;
  /** [K, I], out: overwritten */
  dw?: Real;
}

/**
 * Categorical negative log-likelihood of a readout, natural log, and in the same pass the gradients of
 * scale * sum_m rowLoss_m:
 *   rowLoss_m = stepMask_m * (log sum_k exp(z_mk) - z_m,target)
 */
export interface ReadoutNll extends Readout {
  /** [K], absent: 0 */
  bias?: Real;
  /** [M], in 0 .. K-1 */
  targets: Int32Array;
  /** [M], 1 counts, 0 does not; absent: all count */
  stepMask?: Real;
  /** [M], out */
  rowLoss: Real;
  /** [K], out: overwritten */
  dbias?: Real;
}

/** The sum of z² of a readout without bias, and the gradients of scale * that sum. */
export type ReadoutSquares = Readout;

/** Rows of a table by number: rows [M, n], table [V, n]. */
export interface TableRows {
  M: number;
  n: number;
  /** rows of the table */
  V: number;
  /** [M], in 0 .. V-1 */
  numbers: Int32Array;
  /** [M], absent: 1 */
  factors?: Real;
  table: Real;
  rows: Real;
}

/** target += source ∘ mask; arrays [T, B, n]. */
export interface AddMasked {
  T: number;
  B: number;
  n: number;
  source: Real;
  mask: Mask;
  target: Real;
}

/** Two arrays of n elements, which may overlap: h.subarray(k) and h are h_{t+1} and h_t. */
export interface SquaredDistance {
  n: number;
  a: Real;
  b: Real;
}

/** target += factor (a - b), without b: target += factor a; `target` may be `a`. */
export interface AddDifference {
  n: number;
  a: Real;
  b?: Real;
  factor: number;
  target: Real;
}

/** One update over many tensors at once; arrays at the same place belong together. `gradScale` multiplies every gradient first (clipping). */
interface Update {
  parameters: readonly Real[];
  gradients: readonly Real[];
  gradScale: number;
}

/** w -= lr * (scaled g + weightDecay * w); with momentum: u = momentum*u + (g + weightDecay w), w -= lr*u. */
export interface SgdUpdate extends Update {
  lr: number;
  weightDecay: number;
  momentum: number;
  /** present when momentum > 0 */
  velocities?: readonly Real[];
}

/**
 * rmsprop with Nesterov momentum; `parameters` hold the look-ahead point:
 *   r = decay r + (1-decay) g^2;  s = stepRate g / sqrt(r + epsilon);  v = momentum v + s;  point -= s + momentum v
 * (g scaled, plus weightDecay * point).
 */
export interface RmspropUpdate extends Update {
  stepRate: number;
  momentum: number;
  decay: number;
  epsilon: number;
  weightDecay: number;
  meanSquares: readonly Real[];
  velocities: readonly Real[];
}

/**
 * Adam with bias correction at step `step` (from 1): m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2;
 * w -= lr * mHat / (sqrt(vHat) + epsilon). weightDecay is added to the gradient, or, when `decoupled`
 * (AdamW), w -= lr*weightDecay*w first.
 */
export interface AdamUpdate extends Update {
  lr: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  decoupled: boolean;
  step: number;
  firstMoments: readonly Real[];
  secondMoments: readonly Real[];
}

/**
 * Address of a stream of random numbers. Philox 4x32-10 with key = seed (low word first) and counter =
 * (block, step, site, pass): element i of a draw is lane i mod 4 of block floor(i/4).
 */
export interface StreamAddress {
  /** low and high 32 bits of the seed */
  seedLow: number;
  seedHigh: number;
  /** counter word 1: the training step */
  step: number;
  /** counter word 2: layer * 2^16 + site * 2^8 + entry */
  site: number;
  /** counter word 3: pass * 2^16 + direction */
  pass: number;
}

/** out_i = (u32_i >= floor(rate * 2^32)) ? scale : 0 */
export interface BernoulliMask extends StreamAddress {
  rate: number;
  /** value of a kept element, e.g. 1/(1-rate) */
  scale: number;
  /** value of a dropped element; default 0 (zoneout masks use kept 0, dropped 1) */
  dropped?: number;
  out: Real;
}

/**
 * Standard normal draws by Box-Muller on the pairs (u0,u1), (u2,u3) of each block:
 * a = (u0 + 0.5) 2^-32, phi = 2 pi (u1 + 0.5) 2^-32; z0 = sqrt(-2 ln a) cos phi, z1 = sqrt(-2 ln a) sin phi; out = mean + deviation * z.
 */
export interface NormalDraw extends StreamAddress {
  mean: number;
  deviation: number;
  out: Real;
}

/** out_i = low + (high - low) * (u32_i + 0.5) 2^-32 */
export interface UniformDraw extends StreamAddress {
  low: number;
  high: number;
  out: Real;
}

/** Raw draws. */
export interface BitsDraw extends StreamAddress {
  out: Uint32Array;
}

/** How the calls of a stretch of code run. */
export interface CallSettings {
  /** at least 1; the portable engine always has 1 */
  threads?: number;
  /**
   * whether operands of matrix products are rounded to bf16, sums staying in float32. Recurrent products of the plain cell and
   * products of moments stay in float32.
   */
  bf16?: boolean;
}

/** An engine: its kernels, and how they are run. */
export interface Engine extends Kernels {
  readonly engine: 'portable' | 'native';
  /** instruction set in use: 'typescript' | 'baseline' | 'avx2' | 'avx512' | 'neon' */
  readonly isa: string;
  /** threads in use */
  threads(): number;
  /** how operands of matrix products are held: 'f32', or 'bf16-dot' or 'bf16-amx' by the unit of the processor in use */
  precision(): string;
  /** whether this processor multiplies bf16 */
  hasBf16(): boolean;
  /** sets the number of threads where no scope says another */
  setThreads(count: number): void;
  /** sets the precision where no scope says another; false, and nothing changed, where the processor has no bf16 */
  setPrecision(bf16: boolean): boolean;
  /**
   * Runs `body` with these settings, which hold for all that it calls and awaits and for nothing else; the others stay as they are
   * around it.
   */
  within<T>(settings: CallSettings, body: () => T): T;
  /**
   * Takes it that these arrays do not change while a `body` that is given to the result runs. While operands of products are
   * rounded, right operands of at most four rows are then read from copies in bf16: half the bytes of what is bound by memory. Copies
   * are compared with the arrays before and after, in parts with every use, and refused where they differ.
   */
  fixed(arrays: readonly Real[]): <T>(body: () => T) => T;
  /** memory for scratch, aligned to whole pages, with arbitrary contents; absent: an ArrayBuffer is as good */
  allocate?(bytes: number): ArrayBuffer;
}

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
  noisyWeights(p: NoisyWeights): void;
  noisyWeightsBackward(p: NoisyWeightsBackward): void;
  /** [sum mean, sum mean², sum variance, sum logDeviation] */
  gaussianSums(p: GaussianSums): [number, number, number, number];
  gaussianKlBackward(p: GaussianKlBackward): void;
  bernoulliNllForward(p: BernoulliNll): void;
  bernoulliNllBackward(p: BernoulliNllBackward): void;
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
  sgd(p: SgdUpdate): void;
  rmsprop(p: RmspropUpdate): void;
  adam(p: AdamUpdate): void;
  bernoulliMask(p: BernoulliMask): void;
  normal(p: NormalDraw): void;
  uniform(p: UniformDraw): void;
  bits(p: BitsDraw): void;
}
