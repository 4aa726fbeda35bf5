/** The training loss of a sequence model: its task's loss, run as the regularizer asks, and the penalties. */
import { checkFunction, isObject } from '../checks.ts';
import { stepMaskOf } from '../data/pad-sequences.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { type Gaussian, meanOf } from '../moments/gaussian.ts';
import { checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Tokens } from '../uncertainty/mc-checks.ts';
import type { SequenceLoss } from './losses/losses.ts';
import { distancePenalty } from './losses/penalties.ts';
import { type ModelRun, type RegularizedLoss, regularizedLoss } from './losses/regularized-loss.ts';
import { weightPosteriors } from './parameters/noisy-weights.ts';
import type { SequenceModel } from './sequence-model.ts';

/** A minibatch and what is asked of it. */
export interface SequenceStep {
  /** [time, batch, features], or words */
  x: Tensor | Tokens;
  /** [batch], steps of each row that count. @defaultValue all */
  lengths?: Int32Array;
  /** the loss of what the model answers */
  nll: (output: Tensor | Gaussian) => SequenceLoss;
  /** terms of the whole training set's loss: the description length of weight noise is divided by it */
  examples: number;
}

/**
 * The loss that is minimised, with its parts: one run or two, and the penalties over the steps that count.
 * @param noise the stream of the step; absent: the test-time rule
 * @throws ConfigError, ShapeError as the model and the loss do
 */
export function sequenceLoss(model: SequenceModel, step: SequenceStep, noise?: NoiseStream): RegularizedLoss {
  checkOptionNames('sequenceLoss', step, ['x', 'lengths', 'nll', 'examples']);
  const { x, lengths, nll, examples } = step;
  checkFunction('sequenceLoss', 'nll', nll);
  if (!isObject(model) || typeof model.forward !== 'function' || !isObject(model.options)) {
    throw new ConfigError(`sequenceLoss: expected a model as sequenceModel makes it, got ${found(model)}`);
  }
  const pooled = model.options.pooling !== 'none';
  return regularizedLoss(
    model.regularizer,
    (draws) => {
      const { output, dropped, states, state } = model.forward(x, draws, undefined, { stop: lengths });
      const stepMask = lengths && stepMaskOf(lengths, 'words' in x ? x.words.length / x.batch : x.shape[0]);
      const run = { output, nll: nll(output), stepMask, dropped, states, state };
      if (!pooled) return run;
      // Activations have steps, of which padding does not count; answers have none, and all of them count.
      const distanceTo = (second: ModelRun, kappa: number): Tensor =>
        distancePenalty(meanOf(output), meanOf(second.output!), kappa);
      return { ...run, distanceTo };
    },
    noise,
    {
      parameters: Object.values(model.parameters),
      distributions: weightPosteriors(model.parameters),
      examples,
    },
  );
}
