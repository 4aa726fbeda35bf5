/**
 * The linear layer y = x W + b, with noise at its input: masks drawn (`sample`), exact moments (`moments`),
 * a draw of the Gaussian output (`gaussian`), or the test-time network (`mean`). Weight noise makes every weight a
 * Gaussian that is drawn or integrated; the bias stays a number.
 */

import { affine } from '../autograd/ops/matmul.ts';
import { checkFlag } from '../checks.ts';
import { drawWeightNoise, noiseMoments } from '../dropout/masks.ts';
import { resolveMode } from '../dropout/mode.ts';
import type { Regularizer, RunMode } from '../dropout/noise.ts';
import { dropoutPlan, type Plan, place } from '../dropout/plan.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { checkTensorOrGaussian, type Gaussian, isGaussian, meanOf } from '../moments/gaussian.ts';
import { linearMoments } from '../moments/linear.ts';
import { drawGaussian } from '../moments/sample.ts';
import { noisyInput, weightNoiseMoments } from '../moments/weight-noise.ts';
import { checkOptionNames } from '../options.ts';
import { drawnNormals } from '../random/rows.ts';
import type { NoiseStream } from '../random/stream.ts';
import { checkOptionalStream, checkStream } from '../random/stream.ts';
import { shapeText, type Tensor } from '../tensor/tensor.ts';
import { markNoise } from './parameters/drawn-noise.ts';
import { type InitOptions, initialTensor } from './parameters/init.ts';
import { logDeviationsOf } from './parameters/log-deviations.ts';
import { noisyWeights, weightMoments } from './parameters/noisy-weights.ts';
import { checkLayer, checkSize } from './parameters/size.ts';
import { maskedInput } from './readout/input.ts';

/** Options of {@link linear}. */
export interface LinearOptions {
  inputSize: number;
  outputSize: number;
  /** @defaultValue none() */
  dropout?: Regularizer;
  /** Number of the layer in the noise stream. @defaultValue 0 */
  layer?: number;
  /** Reads the mean of a Gaussian and runs without noise. @defaultValue true if the regularizer's finalLayer is 'plain' */
  plain?: boolean;
  /** How parameters start. @defaultValue weights normal with variance 1 / rows, bias 0 */
  initial?: { weight?: InitOptions; bias?: InitOptions };
}

/** Parameters of a linear layer by name. */
export type LinearParameters = {
  /** [inputSize, outputSize] */
  weight: Tensor;
  /** [outputSize] */
  bias: Tensor;
  /** [inputSize, outputSize], with weight noise: the logarithm of every weight's deviation */
  weightLogDeviation?: Tensor;
};

/** A linear layer with its parameters. */
export interface Linear {
  readonly options: Readonly<LinearOptions>;
  readonly parameters: LinearParameters;
  /** The noise as it applies here; `describe` prints it. */
  readonly plan: Plan;
  /**
   * x W + b.
   * @param x [time, batch, inputSize] or [rows, inputSize]
   * @param noise a stream at the step and pass to draw for
   * @param run mode: as for the recurrent layer; plain: as in the options
   * @returns [.., outputSize]; Gaussian in the moments mode, and whenever a Gaussian is read without noise
   * @throws ShapeError, or ConfigError if the mode cannot run
   */
  forward(
    x: Tensor | Gaussian,
    noise?: NoiseStream,
    run?: { mode?: RunMode; plain?: boolean },
  ): Tensor | Gaussian;
}

/**
 * A linear layer with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer that
 *   this layer cannot honour
 */
export function linear(options: LinearOptions, stream: NoiseStream): Linear {
  checkOptionNames('linear', options, ['inputSize', 'outputSize', 'dropout', 'layer', 'plain', 'initial']);
  checkOptionNames('linear: initial', options.initial === undefined ? {} : options.initial, [
    'weight',
    'bias',
  ]);
  const { inputSize, outputSize, layer = 0, initial = {} } = options;
  checkSize('linear', 'inputSize', inputSize);
  checkSize('linear', 'outputSize', outputSize);
  checkLayer('linear', layer);
  checkFlag('linear', 'plain', options.plain);
  checkStream('linear', stream);
  const chosen = dropoutPlan(options.dropout, { cell: 'linear', layer, inputSize, outputSize });
  const isPlain = options.plain ?? options.dropout?.moments?.finalLayer === 'plain';
  const parameters: LinearParameters = {
    weight: initialTensor([inputSize, outputSize], initial.weight ?? {}, stream, { layer, entry: 0 }),
    bias: initialTensor([outputSize], initial.bias ?? { kind: 'zeros' }, stream, { layer, entry: 1 }),
  };
  const { weightNoise } = chosen.regularizer;
  if (weightNoise && !isPlain) {
    parameters.weightLogDeviation = logDeviationsOf([inputSize, outputSize], weightNoise.deviation);
  }
  return {
    options: { ...options },
    parameters,
    plan: chosen,
    forward(x, noise, run = {}) {
      checkOptionNames('linear: run', run, ['mode', 'plain']);
      checkFlag('linear: run', 'plain', run.plain);
      checkOptionalStream(place(chosen.target), noise);
      checkInput(chosen, x, inputSize);
      if (run.plain ?? isPlain) return affine(meanOf(x), parameters.weight, parameters.bias);
      const mode = resolveMode(chosen, noise, run.mode);
      const y = forward(chosen, parameters, x, noise, mode);
      markNoise(y, chosen, noise, mode);
      return y;
    },
  };
}

// --- internal ---

function forward(
  plan: Plan,
  { weight, bias, weightLogDeviation }: LinearParameters,
  x: Tensor | Gaussian,
  noise: NoiseStream | undefined,
  mode: RunMode,
): Tensor | Gaussian {
  if (mode === 'moments' || mode === 'gaussian') {
    const { propagateVariance } = plan.regularizer.moments ?? {};
    const moments = noiseMoments(plan, 'input', propagateVariance, noise?.progress);
    if (weightLogDeviation) {
      const distribution = weightMoments({ mean: weight, logDeviation: weightLogDeviation });
      return weightNoiseMoments(noisyInput(x, moments), distribution, bias);
    }
    const y = linearMoments(x, weight, bias, moments);
    if (mode === 'moments') return y;
    const shape = y.mean.shape.length === 3 ? y.mean.shape : [1, ...y.mean.shape];
    return drawGaussian(y, drawnNormals(noise!, { site: 'gaussian', layer: plan.target.layer }, shape));
  }
  if (isGaussian(x)) {
    if (plan.entries.length === 0) return linearMoments(x, weight, bias);
    throw new ConfigError(
      `${place(plan.target)}: expected a plain tensor in the ${mode} mode, got a Gaussian; run in the moments mode, or set plain`,
    );
  }
  const drawn =
    mode === 'sample' && noise && weightLogDeviation
      ? noisyWeights(weight, weightLogDeviation, drawWeightNoise(plan, 'weight', noise, weight.size))
      : weight;
  return affine(maskedInput(x, plan, mode === 'sample' ? noise : undefined), drawn, bias);
}

function checkInput(plan: Plan, x: Tensor | Gaussian, inputSize: number): void {
  const where = place(plan.target);
  checkTensorOrGaussian(where, 'x', x);
  const { shape } = meanOf(x);
  if ((shape.length !== 2 && shape.length !== 3) || shape[shape.length - 1] !== inputSize) {
    throw new ShapeError(
      `${where}: expected x of shape [time, batch, ${inputSize}] or [rows, ${inputSize}], got ${shapeText(shape)}`,
    );
  }
}
