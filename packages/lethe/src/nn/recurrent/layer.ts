/**
 * A recurrent layer around a cell: parameters, checks, the mode of a run, its noise, and the kernel call.
 * The same for every cell.
 */

import { asGiven } from '../../autograd/draws-met.ts';
import { withoutPadding } from '../../autograd/ops/rows.ts';
import { batchOf, exampleOf } from '../../autograd/ops/sequence.ts';
import { broadcastRows } from '../../autograd/ops/shape.ts';
import { isRecording } from '../../autograd/tape.ts';
import { checkFlag, checkWhole } from '../../checks.ts';
import { noiseMoments } from '../../dropout/masks.ts';
import { resolveMode } from '../../dropout/mode.ts';
import { dropoutPlan, type Plan, place } from '../../dropout/plan.ts';
import { ConfigError } from '../../errors.ts';
import { type Gaussian, isGaussian, meanOf } from '../../moments/gaussian.ts';
import { checkOptionNames } from '../../options.ts';
import { drawnNormals } from '../../random/rows.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { checkOptionalStream, checkStream } from '../../random/stream.ts';
import { type Tensor, zeros } from '../../tensor/tensor.ts';
import type {
  Cell,
  CellWeights,
  PlainOutput,
  PlainState,
  RecurrentOutput,
  RecurrentState,
} from '../cells/cell.ts';
import { markNoise } from '../parameters/drawn-noise.ts';
import { checkLayer, checkSize } from '../parameters/size.ts';
import { isCertain } from './certainty.ts';
import { checkInputs } from './inputs.ts';
import { drawnNoise, exampleNoise, hasExampleWeights, meanNoise, type NoiseSizes } from './noise.ts';
import { recurrentParameters } from './parameters.ts';
import type {
  BiasOptions,
  ForwardOptions,
  Recurrent,
  RecurrentOptions,
  RecurrentParameters,
} from './recurrent.ts';
import { weightNoiseSequence } from './weight-noise-moments.ts';
import { closedFormWeights, drawnWeights, meanWeights, sloped } from './weights.ts';

/** Options that every cell has, for its own check of names. */
export const recurrentOptionNames = [
  'inputSize',
  'hiddenSize',
  'dropout',
  'learnInitialState',
  'layer',
  'direction',
  'initial',
];

/**
 * A layer of `cell` with new parameters.
 * @param bias how biases start
 * @throws ConfigError for a size that is not a whole number above 0, or a regularizer that the cell cannot honour
 */
export function recurrentLayer(
  cell: Cell,
  given: RecurrentOptions & BiasOptions,
  stream: NoiseStream,
  fillBias?: (bias: Tensor) => void,
): Recurrent {
  // Read at every run, while the caller's may become those of another layer.
  const options = { ...given };
  checkOptionNames(`${cell.name}: initial`, options.initial === undefined ? {} : options.initial, [
    'weightIn',
    'weightRec',
    'bias',
    'initialState',
  ]);
  const { inputSize, hiddenSize, layer = 0, direction = 0 } = options;
  checkSize(cell.name, 'inputSize', inputSize);
  checkSize(cell.name, 'hiddenSize', hiddenSize);
  checkLayer(cell.name, layer);
  if (direction !== 0) checkWhole(cell.name, 'direction', direction, 0, 1);
  checkFlag(cell.name, 'learnInitialState', options.learnInitialState);
  checkStream(cell.name, stream);
  const chosen = dropoutPlan(options.dropout, {
    cell: cell.name,
    layer,
    direction,
    inputSize,
    outputSize: hiddenSize,
  });
  checkMoments(cell, chosen);
  const parameters = recurrentParameters(cell, options, stream, fillBias);
  const where = place(chosen.target);
  const own: Layer = {
    ...{ cell, options, parameters, plan: chosen },
    where: { layer: where, run: `${cell.name}: run`, state: `${where}: state` },
  };
  return {
    cell: cell.name,
    options,
    parameters,
    plan: chosen,
    forward: (x, state, noise, run = {}) => forward(own, x, state, noise, run),
  };
}

// --- internal ---

interface Layer {
  cell: Cell;
  options: RecurrentOptions;
  parameters: RecurrentParameters;
  plan: Plan;
  /** how errors name it, its run options and its state; put together once, for a step of a small layer takes some microseconds */
  where: { layer: string; run: string; state: string };
}

const runNames = ['mode', 'start', 'stop'];

function checkMoments(
  { obstacleToMoments, name, momentStep }: Cell,
  { regularizer: { modes, moments, weightNoise } }: Plan,
): void {
  if ((moments?.slope ?? 1) !== 1 && name !== 'rnn') {
    throw new ConfigError(
      `${name}: expected no slope of the activation, got ${moments?.slope}; it belongs to a plain cell`,
    );
  }
  const integrates = [modes.train, modes.test].some((mode) => mode === 'moments' || mode === 'gaussian');
  if (modes.train === 'moments' && weightNoise && !momentStep) {
    throw new ConfigError(
      `${name}: expected a cell whose step is one map of noisy weights for their moments, got one of several maps on one another; draw the weights`,
    );
  }
  if (integrates && obstacleToMoments) {
    throw new ConfigError(`${name}: expected a cell that has moments, ${obstacleToMoments}`);
  }
}

function forward(
  layer: Layer,
  x: Tensor | Gaussian,
  given: RecurrentState | undefined,
  noise: NoiseStream | undefined,
  run: ForwardOptions,
): RecurrentOutput {
  const { plan } = layer;
  checkOptionNames(layer.where.run, run, runNames);
  checkOptionalStream(layer.where.layer, noise);
  const mode = resolveMode(plan, noise, run.mode);
  checkInputs(layer, x, given, run);
  const state = given ?? initialState(layer, meanOf(x).shape[1]);
  const steps = activeSteps(x, run);
  const result = asGiven(isRecording() ? [] : tensorsOf(given), () =>
    mode === 'moments' || mode === 'gaussian'
      ? forwardMoments(layer, steps, state, mode, noise, run)
      : forwardPlain(layer, steps, state, mode === 'sample' ? noise : undefined, run),
  );
  markNoise(result.output, plan, noise, mode);
  return result;
}

function tensorsOf(state: RecurrentState | undefined): Tensor[] {
  const values = [state?.hidden, state?.cell].filter((value) => value !== undefined);
  return values.flatMap((value) => (isGaussian(value) ? [value.mean, value.variance] : [value]));
}

/** x with zeros on the steps that do not count: what stands there reaches no kernel. */
function activeSteps(x: Tensor | Gaussian, active: ForwardOptions): Tensor | Gaussian {
  if (!isGaussian(x)) return withoutPadding(x, active);
  return { mean: withoutPadding(x.mean, active), variance: withoutPadding(x.variance, active) };
}

/** The sampled network, or without noise the test-time network. */
function forwardPlain(
  { cell, parameters, plan, options }: Layer,
  x: Tensor | Gaussian,
  { hidden, cell: cellState }: RecurrentState,
  noise: NoiseStream | undefined,
  active: ForwardOptions,
): PlainOutput {
  if (isGaussian(x) || isGaussian(hidden) || (cellState && isGaussian(cellState))) {
    throw new ConfigError(
      `${place(plan.target)}: expected plain tensors outside the moments mode, got a Gaussian; pass its mean, or run in the moments mode`,
    );
  }
  const { start, stop } = active;
  const state = { hidden, cell: cellState };
  const [steps, batch] = x.shape;
  const sizes = {
    steps,
    batch,
    inputSize: options.inputSize,
    hiddenSize: options.hiddenSize,
    gates: cell.gates,
    inputGates: cell.inputGates,
    innerLayers: cell.innerLayers,
  };
  if (!noise) {
    return cell.sequence(x, state, meanWeights(parameters, cell), meanNoise(plan, sizes), { start, stop });
  }
  const weights = drawnWeights(parameters, cell, plan, noise);
  if (hasExampleWeights(plan))
    return runExamples(cell, plan, x, state, weights, noise, sizes, { start, stop });
  return cell.sequence(x, state, weights, drawnNoise(plan, noise, sizes), { start, stop });
}

/** Every example alone, because its weights are its own. */
function runExamples(
  cell: Cell,
  plan: Plan,
  x: Tensor,
  state: PlainState,
  weights: CellWeights,
  noise: NoiseStream,
  sizes: NoiseSizes,
  { start, stop }: ForwardOptions,
): PlainOutput {
  const runs = exampleNoise(plan, noise, sizes).map((own, b) =>
    cell.sequence(
      exampleOf(x, b),
      { hidden: exampleOf(state.hidden, b), cell: state.cell && exampleOf(state.cell, b) },
      weights,
      own,
      { start: start?.subarray(b, b + 1), stop: stop?.subarray(b, b + 1) },
    ),
  );
  const output = batchOf(runs.map((run) => run.output));
  const hasOutputNoise = runs.some((run) => run.states !== run.output);
  const cells = runs.map((run) => run.state.cell).filter((one) => one !== undefined);
  return {
    output,
    states: hasOutputNoise ? batchOf(runs.map((run) => run.states)) : output,
    state: {
      hidden: batchOf(runs.map((run) => run.state.hidden)),
      cell: cells.length > 0 ? batchOf(cells) : undefined,
    },
  };
}

function forwardMoments(
  { cell, parameters, plan, options }: Layer,
  x: Tensor | Gaussian,
  state: RecurrentState,
  mode: 'moments' | 'gaussian',
  noise: NoiseStream | undefined,
  { start, stop }: ForwardOptions,
): RecurrentOutput {
  const { propagateVariance = true, form, points, slope = 1, recurrentMean } = plan.regularizer.moments ?? {};
  const rule = { form, points };
  const active = { start, stop };
  const step = noise?.progress;
  const integrated = {
    noiseInput: noiseMoments(plan, 'input', propagateVariance, step),
    noiseRecurrent: noiseMoments(plan, 'recurrent', propagateVariance, step),
    ...(cell.innerLayers && { noiseTransition: noiseMoments(plan, 'transition', propagateVariance, step) }),
  };
  if (recurrentMean === 'rate') integrated.noiseRecurrent.mean = 1 - integrated.noiseRecurrent.mean;
  if (plan.regularizer.weightNoise && mode === 'moments') {
    return weightNoiseSequence(
      cell.momentStep!,
      x,
      state,
      closedFormWeights(parameters),
      rule,
      integrated,
      active,
    );
  }
  const weights = sloped(meanWeights(parameters, cell), slope);
  if (mode === 'moments' && isCertain(plan, cell, x, state)) {
    const means = { hidden: meanOf(state.hidden), cell: state.cell && meanOf(state.cell) };
    return certain(cell.sequence(meanOf(x), means, weights, {}, active));
  }
  const [T, B] = meanOf(x).shape;
  if (mode === 'moments') return cell.moments(x, state, weights, rule, integrated, active);
  const { layer, direction } = plan.target;
  const epsilon = drawnNormals(noise!, { site: 'gaussian', layer, direction }, [
    T,
    B,
    cell.drawnGates * options.hiddenSize,
  ]);
  const drawn = cell.moments(x, state, weights, rule, { ...integrated, epsilon }, active);
  // Drawn, the units are plain numbers. What is left of a variance is the initial state's, on rows not yet active.
  const { hidden, cell: lastCell } = drawn.state;
  return {
    output: drawn.output.mean,
    states: drawn.output.mean,
    state: { hidden: meanOf(hidden), cell: lastCell && meanOf(lastCell) },
  };
}

/** Plain results as Gaussians without variance. */
function certain({ output, states, state: { hidden, cell } }: PlainOutput): RecurrentOutput {
  const without = (mean: Tensor): Gaussian => ({ mean, variance: zeros(mean.shape) });
  return {
    output: without(output),
    states: without(states),
    state: { hidden: without(hidden), cell: cell && without(cell) },
  };
}

function initialState({ cell, options, parameters }: Layer, batch: number): RecurrentState {
  const rows = (row: Tensor | undefined): Tensor =>
    row ? broadcastRows(row, batch) : zeros([batch, options.hiddenSize]);
  return {
    hidden: rows(parameters.initialState),
    cell: cell.hasCellState ? rows(parameters.initialCell) : undefined,
  };
}
