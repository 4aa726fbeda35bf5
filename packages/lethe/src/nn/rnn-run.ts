/** One run of a recurrent layer: its mode resolved, its inputs checked, its noise made, its kernel called. */
import { broadcastRows } from '../autograd/ops/shape.ts';
import { needsGradient } from '../autograd/tape.ts';
import { drawMask, meanMask, noiseMoments, zoneoutRate } from '../dropout/masks.ts';
import { resolveMode } from '../dropout/mode.ts';
import type { NoiseSite } from '../dropout/noise.ts';
import { type Plan, place } from '../dropout/plan.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import type { Activation } from '../kernels/contract.ts';
import { momentFunction } from '../moments/activation.ts';
import { type Gaussian, isGaussian, meanOf } from '../moments/gaussian.ts';
import { checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import { expectShape, type Tensor, zerosTensor } from '../tensor/tensor.ts';
import type { RnnOptions, RnnParameters, RunOptions, State } from './rnn.ts';
import { rnnMoments } from './rnn-moments.ts';
import { type RnnNoise, rnnSequence } from './rnn-sequence.ts';

/** What a run needs to know of a layer. */
export interface RnnCell {
  options: RnnOptions;
  parameters: RnnParameters;
  plan: Plan;
  activation: Activation;
}

/** {@link Rnn.forward} of a cell. */
export function runRnn(
  cell: RnnCell,
  x: Tensor | Gaussian,
  given: State | undefined,
  noise: NoiseStream | undefined,
  run: RunOptions,
): { output: Tensor | Gaussian; state: State } {
  checkOptionNames('rnn: run', run, ['mode', 'start', 'stop']);
  const mode = resolveMode(cell.plan, noise, run.mode);
  const state = checkInputs(cell, x, given, run);
  if (mode === 'moments' || mode === 'gaussian') return forwardMoments(cell, x, state, mode, noise, run);
  if (isGaussian(x) || isGaussian(state)) {
    throw new ConfigError(
      `${place(cell.plan.target)}: expected plain tensors in the ${mode} mode, got a Gaussian; pass its mean, or run in the moments mode`,
    );
  }
  const masks = mode === 'sample' && noise ? drawMasks(cell, noise, x) : meanMasks(cell);
  const { start, stop } = run;
  return rnnSequence(x, state, cell.parameters, cell.activation, masks, { start, stop });
}

// --- internal ---

function forwardMoments(
  { parameters, plan, activation, options }: RnnCell,
  x: Tensor | Gaussian,
  state: State,
  mode: 'moments' | 'gaussian',
  noise: NoiseStream | undefined,
  { start, stop }: RunOptions,
): { output: Tensor | Gaussian; state: State } {
  const { propagateVariance = true, form, points } = plan.regularizer.moments ?? {};
  const [T, B] = meanOf(x).shape;
  const integrated = {
    noiseInput: noiseMoments(plan, 'input', propagateVariance),
    noiseRecurrent: noiseMoments(plan, 'recurrent', propagateVariance),
  };
  const { weightIn, weightRec, bias } = parameters;
  const weights = { weightIn, weightRec, bias };
  if (mode === 'moments' && !hasVariance(plan, activation, x, state)) {
    const { output, state: last } = rnnSequence(
      meanOf(x),
      meanOf(state),
      weights,
      activation,
      {},
      { start, stop },
    );
    return { output: certain(output), state: certain(last) };
  }
  const f = momentFunction(activation, { form, points });
  if (mode === 'moments') return rnnMoments(x, state, weights, f, integrated, { start, stop });
  const epsilon = noise!.normals({ site: 'gaussian', layer: plan.target.layer }, T * B * options.hiddenSize);
  const drawn = rnnMoments(x, state, weights, f, { ...integrated, epsilon }, { start, stop });
  // Drawn, the units are plain numbers. What is left of a variance is the initial state's, on rows not yet active.
  return { output: drawn.output.mean, state: drawn.state.mean };
}

/**
 * Whether anything in a moments run varies. If not, the plain network runs, so that without noise the bits are
 * the plain network's. The Wang-Manning variance of sigmoid and tanh does not vanish without noise.
 */
function hasVariance(plan: Plan, activation: Activation, x: Tensor | Gaussian, state: State): boolean {
  const isExact = activation === 'relu' || activation === 'identity';
  const varies = (value: Tensor | Gaussian) =>
    isGaussian(value) && (needsGradient(value.variance) || value.variance.data.some((v: number) => v !== 0));
  return (
    plan.entries.length > 0 ||
    (!isExact && plan.regularizer.moments?.form === 'wang-manning') ||
    varies(x) ||
    varies(state)
  );
}

/** A Gaussian without variance. */
function certain(mean: Tensor): Gaussian {
  return { mean, variance: zerosTensor(mean.shape) };
}

/** Checks shapes and returns the state to begin with. */
function checkInputs(
  { options, parameters, plan }: RnnCell,
  x: Tensor | Gaussian,
  state: State | undefined,
  run: RunOptions,
): State {
  const where = place(plan.target);
  const xMean = meanOf(x);
  expectShape(where, 'x', xMean.shape, ['time', 'batch', options.inputSize]);
  if (isGaussian(x)) expectShape(where, 'the variance of x', x.variance.shape, xMean.shape);
  const [T, B] = xMean.shape;
  if (T === 0 || B === 0) {
    throw new ShapeError(
      `${where}: expected at least one step and one row, got x of shape [${xMean.shape.join(', ')}]`,
    );
  }
  for (const name of ['start', 'stop'] as const) {
    const steps = run[name];
    if (
      steps &&
      (!(steps instanceof Int32Array) || steps.length !== B || steps.some((t) => t < 0 || t > T))
    ) {
      throw new ShapeError(
        `${where}: expected ${name} as an Int32Array of ${B} steps from 0 to ${T}, got [${steps}]`,
      );
    }
  }
  if (!state) {
    if (parameters.initialState) return broadcastRows(parameters.initialState, B);
    return zerosTensor([B, options.hiddenSize]);
  }
  expectShape(where, 'the state', meanOf(state).shape, [B, options.hiddenSize]);
  if (isGaussian(state))
    expectShape(where, 'the variance of the state', state.variance.shape, [B, options.hiddenSize]);
  return state;
}

function drawMasks({ plan, options }: RnnCell, noise: NoiseStream, x: Tensor): RnnNoise {
  const [steps, batch] = x.shape;
  const { inputSize: I, hiddenSize: H } = options;
  const draw = (site: NoiseSite, width: number) => drawMask(plan, site, noise, { steps, batch, width });
  return {
    maskInput: draw('input', I),
    maskRecurrent: draw('recurrent', H),
    maskWeight: draw('weight', H * H)?.data,
    maskWeightIn: draw('weightIn', I * H)?.data,
    maskCell: draw('cell', H),
    zoneout: draw('hidden', H),
    maskOutput: draw('output', H),
  };
}

function meanMasks({ plan, options }: RnnCell): RnnNoise {
  const { inputSize: I, hiddenSize: H } = options;
  return {
    maskInput: meanMask(plan, 'input', I),
    maskRecurrent: meanMask(plan, 'recurrent', H),
    maskWeight: meanMask(plan, 'weight', H * H)?.data,
    maskWeightIn: meanMask(plan, 'weightIn', I * H)?.data,
    maskCell: meanMask(plan, 'cell', H),
    zoneoutRate: zoneoutRate(plan),
    maskOutput: meanMask(plan, 'output', H),
  };
}
