/**
 * A training loop for one's own model: epochs of steps, a validation after each, the best weights kept, until the epochs or
 * the patience are used up or somebody stops it.
 */
import { gradients } from '../autograd/tape.ts';
import { checkFunction, checkWhole, isObject } from '../checks.ts';
import { checkRegularizer } from '../dropout/check-regularizer.ts';
import type { Regularizer } from '../dropout/noise.ts';
import { ConfigError, NumericsError } from '../errors.ts';
import { found } from '../found.ts';
import type { SequenceLoss } from '../nn/losses/losses.ts';
import { decayWeights } from '../nn/losses/penalties.ts';
import type { RegularizedLoss } from '../nn/losses/regularized-loss.ts';
import { clipScale, globalNorm } from '../optim/clip.ts';
import { checkSameParameters, type Optimizer } from '../optim/optimizer.ts';
import type { oneCycle, oneCycleMomentum, Schedule, warmupCosine } from '../optim/schedules.ts';
import { checkNumber, checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import { checkStream } from '../random/stream.ts';
import { tensorAdvice } from '../tensor/check.ts';
import { namedParameters } from '../tensor/parameters.ts';
import { scoped } from '../tensor/scratch.ts';
import { Tensor } from '../tensor/tensor.ts';

/** What {@link fit} trains, on what, and for how long. */
export interface FitOptions<Batch> {
  /** by name: those of the optimizer, in the order in which it was given them */
  parameters: Record<string, Tensor | undefined>;
  optimizer: Optimizer;
  /** the minibatches of an epoch, counted from 0 */
  batches: (epoch: number) => Iterable<Batch>;
  /** the loss of one, called while a tape records; the number of terms behind a {@link SequenceLoss} weights it in the epoch's mean */
  loss: (batch: Batch, noise: NoiseStream) => Tensor | SequenceLoss | RegularizedLoss;
  /** every step draws at its own address: `noise.at(step)` */
  noise: NoiseStream;
  /** shrinks weights after each step where it asks for that (decoupled decay) */
  regularizer?: Regularizer;
  /** at most so many. @defaultValue 100 */
  epochs?: number;
  /** what is to become small, evaluated after every epoch at the optimizer's evaluation point. @defaultValue the mean loss of training */
  validate?: () => number | Promise<number>;
  /** epochs without a better validation before it ends. @defaultValue none: all epochs */
  patience?: number;
  /** gradients longer than this are shortened to it. @defaultValue none */
  clipNorm?: number;
  /** factor of the step rate of a step: {@link warmupCosine}, {@link oneCycle} and their like make one. @defaultValue 1 */
  stepRate?: Schedule;
  /** momentum (beta1 of Adam) of a step: {@link oneCycleMomentum} makes one. @defaultValue the optimizer's own */
  momentum?: Schedule;
  /** told of every epoch; false ends the training */
  onEpoch?: (epoch: FitEpoch) => unknown;
  /** of an AbortController, which ends it between two steps */
  signal?: { readonly aborted: boolean };
}

/** An epoch that is over. */
export interface FitEpoch {
  /** from 1 */
  epoch: number;
  /** steps done so far */
  step: number;
  /** mean of the loss without penalties */
  train: number;
  valid: number;
  /** whether it is the best validation so far */
  best: boolean;
  /** since the beginning */
  seconds: number;
}

/** How it ended; the parameters are those of the best epoch. */
export interface FitResult {
  reason: 'epochs' | 'patience' | 'stopped';
  best: FitEpoch;
  history: FitEpoch[];
}

/**
 * Trains, and leaves the best weights in the parameters, where the optimizer evaluates and trains on ({@link Optimizer.settle}), also where
 * something that it calls throws. The same noise seed and batches give the same bits.
 * @throws NumericsError with the step where a loss or gradient is not finite (the best weights so far are put back); ConfigError for
 *   options that are not there, an optimizer of other parameters, and what `loss`, `batches` or `validate` give and should not
 */
export async function fit<Batch>(options: FitOptions<Batch>): Promise<FitResult> {
  check(options);
  const { optimizer, batches, loss, noise, regularizer, onEpoch, signal } = options;
  const { epochs = 100, patience = Infinity, clipNorm, stepRate = () => 1, momentum } = options;
  const named = namedParameters('fit', options.parameters);
  const tensors = Object.values(named);
  const began = performance.now();
  const history: FitEpoch[] = [];
  let best: { epoch: FitEpoch; weights: Tensor['data'][] } | undefined;
  let step = 0;
  const trainOn = (batch: Batch, progress: number): { sum: number; count: number } =>
    scoped(() => {
      let terms = { sum: 0, count: 1 };
      const run = ofStep(step + 1, () =>
        gradients(tensors, () => {
          const result = termsOf(loss(batch, noise.at(step)));
          terms = result;
          return result.loss;
        }),
      );
      if (!Number.isFinite(run.loss)) {
        throw new NumericsError(
          `fit: the loss of step ${step + 1} is ${run.loss}; lower the step rate, or set clipNorm`,
        );
      }
      const norm = ofStep(step + 1, () => globalNorm(run.gradients, Object.keys(named)));
      optimizer.update(
        run.gradients,
        clipNorm === undefined ? 1 : clipScale(norm, clipNorm),
        stepRate(progress),
        momentum?.(progress),
      );
      if (regularizer) decayWeights(regularizer, tensors);
      step++;
      return terms;
    });
  const end = (reason: FitResult['reason']): FitResult => {
    if (!best) {
      throw new ConfigError('fit: it was stopped before its first epoch was over; no weights were chosen');
    }
    optimizer.settle?.();
    for (const [i, tensor] of tensors.entries()) tensor.data.set(best.weights[i]);
    return { reason, best: best.epoch, history };
  };
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const all = [...iterated(batches(epoch))];
      if (all.length === 0)
        throw new ConfigError(`fit: expected at least one batch in epoch ${epoch + 1}, got none`);
      let [sum, count] = [0, 0];
      for (const [n, batch] of all.entries()) {
        if (signal?.aborted) return end('stopped');
        const terms = trainOn(batch, (epoch + n / all.length) / epochs);
        sum += terms.sum;
        count += terms.count;
        // Timers and signals have a turn.
        if (n % stepsInTurn === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const train = sum / count;
      const valid = options.validate ? await optimizer.evaluate(options.validate) : train;
      if (typeof valid !== 'number')
        throw new ConfigError(`fit: expected validate to give a number, got ${found(valid)}`);
      if (!Number.isFinite(valid))
        throw new NumericsError(`fit: the validation after epoch ${epoch + 1} is ${valid}`);
      const isBest = !best || valid < best.epoch.valid;
      const seconds = (performance.now() - began) / 1000;
      const done: FitEpoch = { epoch: epoch + 1, step, train, valid, best: isBest, seconds };
      history.push(done);
      if (isBest) {
        best = { epoch: done, weights: optimizer.evaluate(() => tensors.map(({ data }) => data.slice())) };
      }
      if ((await onEpoch?.(done)) === false) return end('stopped');
      if (done.epoch - best!.epoch.epoch >= patience) return end('patience');
    }
    return end('epochs');
  } catch (error) {
    if (best) end('stopped');
    throw error;
  }
}

// --- internal ---

const stepsInTurn = 16;

const names: readonly (keyof FitOptions<unknown>)[] = [
  'parameters',
  'optimizer',
  'batches',
  'loss',
  'noise',
  'regularizer',
  'epochs',
  'validate',
  'patience',
  'clipNorm',
  'stepRate',
  'momentum',
  'onEpoch',
  'signal',
];

function check<Batch>(options: FitOptions<Batch>): void {
  checkOptionNames('fit', options, names);
  const { parameters, optimizer, noise, regularizer, epochs, patience, clipNorm, signal } = options;
  const named = namedParameters('fit', parameters);
  if (!isObject(optimizer) || typeof optimizer.update !== 'function') {
    throw new ConfigError(`fit: expected an optimizer such as adam(parameters), got ${found(optimizer)}`);
  }
  checkSameParameters('fit', optimizer, named);
  checkStream('fit', noise);
  if (regularizer !== undefined) checkRegularizer('fit', regularizer);
  if (signal !== undefined && typeof (signal as Partial<AbortSignal> | null)?.aborted !== 'boolean') {
    throw new ConfigError(
      `fit: expected signal to be an AbortSignal, got ${found(signal)}; give the signal of an AbortController`,
    );
  }
  for (const name of ['batches', 'loss'] as const) checkFunction('fit', name, options[name]);
  for (const name of ['validate', 'stepRate', 'momentum', 'onEpoch'] as const) {
    if (options[name] !== undefined) checkFunction('fit', name, options[name]);
  }
  if (epochs !== undefined) checkWhole('fit', 'epochs', epochs, 1);
  if (patience !== undefined) checkWhole('fit', 'patience', patience, 1);
  if (clipNorm !== undefined) checkNumber('fit', 'clipNorm', clipNorm, { above: 0 });
}

/** The batches of an epoch, if one can go through them. */
function iterated<Batch>(batches: Iterable<Batch>): Iterable<Batch> {
  if (typeof (batches as Partial<Iterable<Batch>> | undefined)?.[Symbol.iterator] === 'function')
    return batches;
  throw new ConfigError(
    `fit: expected batches to give an array or another iterable, got ${found(batches)}; fetch what is asynchronous before`,
  );
}

/** What `f` gives; what it finds not to be finite is said with the step. */
function ofStep<T>(step: number, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof NumericsError) throw new NumericsError(`fit: in step ${step}, ${error.message}`);
    throw error;
  }
}

/** What is minimised, and the sum and number of terms of the loss without penalties. */
function termsOf(result: Tensor | SequenceLoss | RegularizedLoss): {
  loss: Tensor;
  sum: number;
  count: number;
} {
  if (result instanceof Tensor) return { loss: result, sum: result.data[0], count: 1 };
  if (typeof result !== 'object' || !(result?.loss instanceof Tensor)) {
    throw new ConfigError(
      `fit: expected the loss to be a tensor of one element or what a loss gives, got ${found(result)}${tensorAdvice(result)}`,
    );
  }
  const terms: Partial<SequenceLoss> | undefined = 'nll' in result ? result.nll : result;
  const { sum, count } = isObject(terms) ? terms : {};
  // Where the loss itself is not finite, that is said with the step.
  const isSum = typeof sum === 'number' && (Number.isFinite(sum) || !Number.isFinite(result.loss.data[0]));
  if (!isSum || typeof count !== 'number' || !(count > 0)) {
    throw new ConfigError(
      `fit: expected the loss to be a tensor of one element, or { loss, sum, count } with finite numbers and count above 0, got sum ${found(sum)} and count ${found(count)}`,
    );
  }
  return { loss: result.loss, sum, count };
}
