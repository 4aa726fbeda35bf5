/**
 * The training loss of a regularizer: the task's loss of its one or two runs, and its penalties. The model says
 * how one run goes; everything else stands in the regularizer as data.
 */
import { add } from '../../autograd/ops/arithmetic.ts';
import { scale } from '../../autograd/ops/elementwise.ts';
import { checkFunction, isObject } from '../../checks.ts';
import { checkRegularizer } from '../../dropout/check-regularizer.ts';
import type { Penalty, Regularizer } from '../../dropout/noise.ts';
import { ConfigError } from '../../errors.ts';
import { found } from '../../found.ts';
import { checkTensorOrGaussian, type Gaussian, meanOf } from '../../moments/gaussian.ts';
import { checkNumber, checkOptionNames } from '../../options.ts';
import { atPass } from '../../random/passes.ts';
import type { NoiseStream } from '../../random/stream.ts';
import { checkOptionalStream } from '../../random/stream.ts';
import { checkTensors } from '../../tensor/check.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { RecurrentState } from '../cells/cell.ts';
import { descriptionLength, type WeightPosterior } from '../parameters/noisy-weights.ts';
import type { SequenceLoss, StepMask } from './losses.ts';
import { activationPenalty, distancePenalty, temporalPenalty, weightDecayPenalty } from './penalties.ts';
import { countedRows, partialMask } from './step-mask.ts';

/** One forward run of a model over a minibatch, as penalties need to see it. */
export interface ModelRun {
  /** what the task's loss takes: logits; not needed with `distanceTo` */
  output?: Tensor | Gaussian;
  /** kappa * mean squared difference of the logits of both runs over the steps that count, for models that never hold them */
  distanceTo?: (second: ModelRun, kappa: number) => Tensor;
  /** the task's loss */
  nll: SequenceLoss;
  /** the steps that count, as in the task's loss: penalties are means over them. @defaultValue all steps count */
  stepMask?: StepMask;
  /** the last layer's output as the readout gets it */
  dropped: Tensor | Gaussian;
  /** the same without noise at the output */
  states: Tensor | Gaussian;
  state: RecurrentState[];
}

/** What the loss needs to know of the model and its data. */
export interface LossContext {
  /** weight decay acts on them */
  parameters: readonly Tensor[];
  /** of the model's weights, with weight noise */
  distributions: readonly WeightPosterior[];
  /** how many terms the whole training set's loss is the mean over: the description length is divided by it */
  examples: number;
}

/** The training loss with its parts. */
export interface RegularizedLoss {
  /** what is minimised */
  loss: Tensor;
  /** the task's loss of the first run */
  nll: SequenceLoss;
  /** every penalty by its name, as it enters the loss */
  penalties: Record<string, number>;
  /** over how many steps a penalty is a mean, by its name: what weights it in a mean over minibatches; absent: as the NLL */
  penaltySteps: Record<string, number>;
  /** of the first run, to be carried on */
  state: RecurrentState[];
}

/**
 * The loss of one minibatch. Two runs (fraternal dropout) begin from the same state and draw at passes 2k and
 * 2k + 1 of the stream, k being its pass.
 * @param run one run of the model; without noise as at test
 * @throws ConfigError for what is no regularizer, run or context
 */
export function regularizedLoss(
  regularizer: Regularizer,
  run: (noise: NoiseStream | undefined) => ModelRun,
  noise: NoiseStream | undefined,
  context: LossContext,
): RegularizedLoss {
  const where = 'regularizedLoss';
  checkRegularizer(where, regularizer);
  checkFunction(where, 'run', run);
  checkOptionalStream(where, noise);
  checkOptionNames(`${where}: context`, context, ['parameters', 'distributions', 'examples']);
  checkTensors(where, 'parameters', context.parameters);
  checkNumber(where, 'examples', context.examples, { above: 0 });
  const { passes, penalties = [], weightNoise } = regularizer;
  const first = checkedRun(run, passes && noise ? atPass(noise, (pass) => 2 * pass) : noise);
  const terms: { name: string; term: Tensor }[] = [];
  let loss = first.nll.loss;
  if (passes) {
    const second = checkedRun(
      run,
      passes.second === 'noise' && noise ? atPass(noise, (pass) => 2 * pass + 1) : undefined,
    );
    if (passes.targets === 'both') loss = scale(add(loss, second.nll.loss), 0.5);
    terms.push({ name: 'distance', term: distance(first, second, passes.kappa) });
  }
  for (const penalty of penalties) {
    const term = termOf(penalty, first, context);
    if (term) terms.push({ name: penalty.kind, term });
  }
  if (weightNoise && weightNoise.weight > 0) {
    const term = scale(descriptionLength(context.distributions), weightNoise.weight / context.examples);
    terms.push({ name: 'description-length', term });
  }
  const values: Record<string, number> = {};
  const penaltySteps = stepsOf(first);
  for (const { name, term } of terms) {
    values[name] = (values[name] ?? 0) + term.item();
    loss = add(loss, term);
  }
  return { loss, nll: first.nll, penalties: values, penaltySteps, state: first.state };
}

// --- internal ---

/** One run, whose result is what the model's author says it is. */
function checkedRun(
  run: (noise: NoiseStream | undefined) => ModelRun,
  noise: NoiseStream | undefined,
): ModelRun {
  const result: unknown = run(noise);
  const { nll, dropped, states, output, distanceTo } = (isObject(result) ? result : {}) as Partial<ModelRun>;
  const where = 'regularizedLoss';
  if (!isObject(nll) || !(nll.loss instanceof Tensor)) {
    throw new ConfigError(
      `${where}: expected run to return { nll, dropped, states, state }, nll as a loss of sequences gives it, got ${found(result)}`,
    );
  }
  checkTensorOrGaussian(where, 'dropped', dropped);
  checkTensorOrGaussian(where, 'states', states);
  if (output !== undefined) checkTensorOrGaussian(where, 'output', output);
  if (distanceTo !== undefined) checkFunction(where, 'distanceTo', distanceTo);
  return result as unknown as ModelRun;
}

function distance(first: ModelRun, second: ModelRun, kappa: number): Tensor {
  if (first.distanceTo) return first.distanceTo(second, kappa);
  if (first.output && second.output) {
    return distancePenalty(meanOf(first.output), meanOf(second.output), kappa, first.stepMask);
  }
  throw new ConfigError(
    'regularizedLoss: expected runs with output or distanceTo, for a method with two runs, got neither',
  );
}

/** Steps of the means over activations: those that count, and of differences those between two that count. */
function stepsOf({ dropped, stepMask }: ModelRun): Record<string, number> {
  const output = meanOf(dropped);
  const [time, batch] = output.shape;
  const mask = partialMask('regularizedLoss', output, stepMask);
  if (!mask) return { activation: time * batch, 'temporal-activation': (time - 1) * batch };
  const counted = countedRows(mask);
  const differences = counted.filter((m) => m >= batch && mask[m - batch] !== 0);
  return { activation: counted.length, 'temporal-activation': differences.length };
}

/** The term of a penalty; none for what acts on the weights after the update. */
function termOf(penalty: Penalty, run: ModelRun, { parameters }: LossContext): Tensor | undefined {
  switch (penalty.kind) {
    case 'activation':
      return activationPenalty(meanOf(run.dropped), penalty.alpha, run.stepMask);
    case 'temporal-activation':
      return temporalPenalty(meanOf(run.states), penalty.beta, run.stepMask);
    case 'weight-decay':
      return penalty.decoupled ? undefined : weightDecayPenalty(parameters, penalty.lambda);
  }
}
