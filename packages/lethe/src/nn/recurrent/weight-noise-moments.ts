/**
 * Weight noise in closed form (Bayer et al. 2013, equations 5 and 6): the moments of every step through weights
 * that are Gaussians, drawn afresh at each step in the mind of the method. A loop over steps of operations on the
 * tape; what a step of each cell does stands with the cell.
 */
import { reshape, slice, stack, where } from '../../autograd/ops/shape.ts';
import type { Active } from '../../kernels/contract/fields.ts';
import type { MomentFunctionOptions } from '../../moments/activation.ts';
import { type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { noisyInput, weightNoiseMap } from '../../moments/weight-noise.ts';
import { type Tensor, zeros } from '../../tensor/tensor.ts';
import type { Cell, GaussianOutput, IntegratedNoise, MomentStep, RecurrentState } from '../cells/cell.ts';

/** Weights of a layer as distributions; G gates side by side. */
export interface GaussianWeights {
  /** [I, G H] */
  weightIn: Gaussian;
  /** [H, G H] */
  weightRec: Gaussian;
  /** [G H] */
  bias: Tensor;
  /** [G H], where there are two */
  biasRec?: Tensor;
}

/**
 * Runs a layer with noisy weights; shapes are the caller's care.
 * @param x [T, B, I], plain: variance 0
 * @param state [B, H] each, plain: variance 0
 * @param noise dropout in front of the noisy weights, integrated with them
 */
export function weightNoiseSequence(
  momentStep: NonNullable<Cell['momentStep']>,
  x: Tensor | Gaussian,
  state: RecurrentState,
  weights: GaussianWeights,
  form: MomentFunctionOptions,
  noise: IntegratedNoise,
  active: Active = {},
): GaussianOutput {
  const [T] = meanOf(x).shape;
  const mapInput = weightNoiseMap(weights.weightIn, weights.bias);
  const mapState = weightNoiseMap(weights.weightRec, weights.biasRec);
  let now: MomentStep['now'] = { hidden: gaussian(state.hidden), cell: state.cell && gaussian(state.cell) };
  const hs: Gaussian[] = [];
  for (let t = 0; t < T; t++) {
    const input = isGaussian(x) ? { mean: stepOf(x.mean, t), variance: stepOf(x.variance, t) } : stepOf(x, t);
    const fromInput = mapInput(noisyInput(input, noise.noiseInput));
    const fromState = mapState(noisyInput(now.hidden, noise.noiseRecurrent));
    const next = momentStep({ fromInput, fromState, now, form });
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

function gaussian(value: Tensor | Gaussian): Gaussian {
  return isGaussian(value) ? value : { mean: value, variance: zeros(value.shape) };
}

function stepOf(x: Tensor, t: number): Tensor {
  return reshape(slice(x, 0, t, t + 1), x.shape.slice(1));
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
