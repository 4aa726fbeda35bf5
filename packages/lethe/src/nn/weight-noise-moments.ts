/**
 * Weight noise in closed form (Bayer et al. 2013, equations 5 and 6): the moments of every step through weights
 * that are Gaussians, drawn afresh at each step in the mind of the method. A loop over steps of operations on the
 * tape; equations of the gated cells as in {@link MomentsLstmForward} and {@link MomentsGruForward}.
 */
import { add, mul, sub } from '../autograd/ops/arithmetic.ts';
import { addScalar, scale, square } from '../autograd/ops/elementwise.ts';
import { reshape, slice, stack, where } from '../autograd/ops/shape.ts';
import type { Activation, Active } from '../kernels/contract.ts';
import { activationMoments, type MomentFunctionOptions } from '../moments/activation.ts';
import { type Gaussian, isGaussian, meanOf } from '../moments/gaussian.ts';
import { productMoments } from '../moments/product.ts';
import { noisyInput, weightNoiseMap } from '../moments/weight-noise.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';
import type { GaussianOutput, IntegratedNoise } from './cell.ts';
import type { CellName, RecurrentState } from './recurrent.ts';

/** Weights of a layer as distributions; G gates side by side. */
export interface GaussianWeights {
  /** [I, G H] */
  weightIn: Gaussian;
  /** [H, G H] */
  weightRec: Gaussian;
  /** [G H] */
  bias: Tensor;
  /** [G H], of a GRU */
  biasRec?: Tensor;
}

/**
 * Runs a layer with noisy weights; shapes are the caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param state [B, H] each, plain: variance 0
 * @param noise dropout in front of the noisy weights, integrated with them
 */
export function weightNoiseSequence(
  cell: { name: CellName; activation?: Activation },
  x: Tensor | Gaussian,
  state: RecurrentState,
  weights: GaussianWeights,
  form: MomentFunctionOptions,
  noise: IntegratedNoise,
  active: Active = {},
): GaussianOutput {
  const [T] = meanOf(x).shape;
  const step = steps[cell.name];
  const mapInput = weightNoiseMap(weights.weightIn, weights.bias);
  const mapState = weightNoiseMap(weights.weightRec, weights.biasRec);
  let now: Moment = { hidden: gaussian(state.hidden), cell: state.cell && gaussian(state.cell) };
  const hs: Gaussian[] = [];
  for (let t = 0; t < T; t++) {
    const input = isGaussian(x) ? { mean: stepOf(x.mean, t), variance: stepOf(x.variance, t) } : stepOf(x, t);
    const fromInput = mapInput(noisyInput(input, noise.noiseInput));
    const fromState = mapState(noisyInput(now.hidden, noise.noiseRecurrent));
    const next = step({ fromInput, fromState, now, form, activation: cell.activation ?? 'tanh' });
    const isOn = activeRows(active, t, T, now.hidden.mean.shape);
    now = isOn
      ? {
          hidden: choose(isOn, next.hidden, now.hidden),
          cell: next.cell && now.cell && choose(isOn, next.cell, now.cell),
        }
      : next;
    hs.push(now.hidden);
  }
  const output = { mean: stack(hs.map((h) => h.mean)), variance: stack(hs.map((h) => h.variance)) };
  return { output, states: output, state: now };
}

// --- internal ---

interface Moment {
  hidden: Gaussian;
  cell?: Gaussian;
}

interface Step {
  /** pre-activations, [B, G H] */
  fromInput: Gaussian;
  fromState: Gaussian;
  now: Moment;
  form: MomentFunctionOptions;
  activation: Activation;
}

const steps: Record<CellName, (step: Step) => Moment> = {
  rnn: ({ fromInput, fromState, activation, form }) => ({
    hidden: activationMoments(sumOf(fromInput, fromState), activation, form),
  }),
  lstm({ fromInput, fromState, now, form }) {
    const a = sumOf(fromInput, fromState);
    const gate = (g: number, activation: Activation) => activationMoments(block(a, g, 4), activation, form);
    const cell = sumOf(
      productMoments(gate(1, 'sigmoid'), now.cell!),
      productMoments(gate(0, 'sigmoid'), gate(2, 'tanh')),
    );
    return { cell, hidden: productMoments(gate(3, 'sigmoid'), activationMoments(cell, 'tanh', form)) };
  },
  gru({ fromInput, fromState, now: { hidden: h }, form }) {
    const both = sumOf(fromInput, fromState);
    const r = activationMoments(block(both, 0, 3), 'sigmoid', form);
    const z = activationMoments(block(both, 1, 3), 'sigmoid', form);
    const candidate = sumOf(block(fromInput, 2, 3), productMoments(r, block(fromState, 2, 3)));
    const n = activationMoments(candidate, 'tanh', form);
    const keep = addScalar(scale(z.mean, -1), 1);
    const gap = sub(n.mean, h.mean);
    const shared = mul(z.variance, add(square(gap), add(n.variance, h.variance)));
    const own = add(mul(square(keep), n.variance), mul(square(z.mean), h.variance));
    return {
      hidden: { mean: add(mul(keep, n.mean), mul(z.mean, h.mean)), variance: add(own, shared) },
    };
  },
};

function gaussian(value: Tensor | Gaussian): Gaussian {
  return isGaussian(value) ? value : { mean: value, variance: zeros(value.shape) };
}

function stepOf(x: Tensor, t: number): Tensor {
  return reshape(slice(x, 0, t, t + 1), x.shape.slice(1));
}

function sumOf(a: Gaussian, b: Gaussian): Gaussian {
  return { mean: add(a.mean, b.mean), variance: add(a.variance, b.variance) };
}

/** Gate g of G gates side by side. */
function block({ mean, variance }: Gaussian, g: number, gates: number): Gaussian {
  const H = mean.shape[1] / gates;
  return { mean: slice(mean, -1, g * H, (g + 1) * H), variance: slice(variance, -1, g * H, (g + 1) * H) };
}

/** Which rows count at step t: [B, H] of 0 and 1, or undefined when all do. */
function activeRows(
  { start, stop }: Active,
  t: number,
  T: number,
  shape: readonly number[],
): Tensor | undefined {
  const [B, H] = shape;
  const rows = Array.from({ length: B }, (_, b) => t >= (start?.[b] ?? 0) && t < (stop?.[b] ?? T));
  if (rows.every(Boolean)) return undefined;
  const on = zeros(shape);
  rows.forEach((isOn, b) => {
    if (isOn) on.data.fill(1, b * H, (b + 1) * H);
  });
  return on;
}

/** a where the row is on, b elsewhere. */
function choose(isOn: Tensor, a: Gaussian, b: Gaussian): Gaussian {
  return { mean: where(isOn, a.mean, b.mean), variance: where(isOn, a.variance, b.variance) };
}
