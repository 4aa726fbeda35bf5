/** What MC dropout is called with, at the door. */
import { checkArray, checkFlag, checkFunction, isObject } from '../checks.ts';
import { checkRegularizer } from '../dropout/check-regularizer.ts';
import type { Regularizer } from '../dropout/noise.ts';
import { rateAt } from '../dropout/schedule.ts';
import { ConfigError, ShapeError } from '../errors.ts';
import { found } from '../found.ts';
import type { RecurrentState } from '../nn/cells/cell.ts';
import { checkOptionNames, checkWord } from '../options.ts';
import { checkStream, type NoiseStream } from '../random/stream.ts';
import { tensorAdvice } from '../tensor/check.ts';
import { shapeText, Tensor } from '../tensor/tensor.ts';

/** Words for an embedding, step by step: time * batch numbers. */
export interface Tokens {
  words: Int32Array;
  /** how many there are in a step */
  batch: number;
}

/** Options of {@link mcDropout}. */
export interface McDropoutOptions {
  /** S. @defaultValue 50 */
  samples?: number;
  /** the units of K are independent, or classes of one distribution, or the values of a regression */
  distribution: 'bernoulli' | 'categorical' | 'gaussian';
  /** S copies of the rows in one run; only where no mask is shared by the batch. @defaultValue whether the regularizer allows it */
  batched?: boolean;
  /** how the model draws: it is told so. @defaultValue the regularizer's train mode */
  mode?: 'sample' | 'gaussian';
  /** steps of each row that count, [batch]; what lies behind is NaN in the result. @defaultValue all */
  lengths?: ArrayLike<number>;
}

/** The options in full, and the sizes of x. */
export interface CheckedMcDropout {
  samples: number;
  distribution: McDropoutOptions['distribution'];
  batched: boolean;
  mode?: 'sample' | 'gaussian';
  lengths?: ArrayLike<number>;
  steps: number;
  batch: number;
}

/** Checks the arguments of `mcDropout` and fills in its defaults. Throws ConfigError or ShapeError. */
export function checkMcDropout(
  model: unknown,
  regularizer: Regularizer,
  x: Tensor | Tokens,
  noise: NoiseStream,
  options: McDropoutOptions,
  states: readonly (readonly RecurrentState[])[] | undefined,
): CheckedMcDropout {
  checkOptionNames('mcDropout', options, ['samples', 'distribution', 'batched', 'mode', 'lengths']);
  checkFunction('mcDropout', 'model', model);
  checkRegularizer('mcDropout', regularizer);
  const [steps, batch] = sizesOf(x);
  checkStream('mcDropout', noise);
  const { samples = 50, distribution, mode, lengths } = options;
  checkWord('mcDropout', 'distribution', distribution, ['bernoulli', 'categorical', 'gaussian']);
  checkFlag('mcDropout', 'batched', options.batched);
  if (mode !== undefined) checkWord('mcDropout', 'mode', mode, ['sample', 'gaussian']);
  const { batched = !sharesMasks(regularizer) } = options;
  if (!Number.isInteger(samples) || samples < 1 || samples > mostSamples) {
    throw new ConfigError(
      `mcDropout: expected samples to be a whole number of at least 1 and at most ${mostSamples}, got ${found(samples)}`,
    );
  }
  checkNoise(regularizer, mode, noise);
  if (batched && sharesMasks(regularizer)) {
    throw new ConfigError(
      `mcDropout: expected masks of their own for every example with batched, got ${regularizer.name}, whose batch shares a draw; leave batched out`,
    );
  }
  if (lengths !== undefined) checkLengths(lengths, steps, batch);
  if (states !== undefined) checkStates(states, batched ? 1 : samples);
  return { samples, distribution, batched, mode, lengths, steps, batch };
}

/**
 * Whether some noise is one draw for the whole batch, so that copies of a row would all see the same.
 * @throws ConfigError for what is no regularizer
 */
export function sharesMasks(regularizer: Regularizer): boolean {
  checkRegularizer('sharesMasks', regularizer);
  const { noise, weightNoise } = regularizer;
  return weightNoise !== undefined || noise.some(({ examples, rate }) => examples === 'batch' && rate > 0);
}

// --- internal ---

/** Each has a pass of its own, two apart, of the 2^16 that a stream has. */
const mostSamples = 2 ** 15;

function checkNoise(
  regularizer: Regularizer,
  mode: 'sample' | 'gaussian' | undefined,
  { progress }: NoiseStream,
): void {
  const { train } = regularizer.modes;
  const draws = mode !== undefined || train === 'sample' || train === 'gaussian';
  const hasNoise = regularizer.weightNoise || regularizer.noise.some(({ rate }) => rate > 0);
  if (draws && hasNoise) {
    if (regularizer.weightNoise || regularizer.noise.some((entry) => rateAt(entry, progress) > 0)) return;
    throw new ConfigError(
      `mcDropout: expected rates above 0, got ${regularizer.name}, whose rates are all 0 ${progress === Infinity ? 'as training ends' : `at training step ${progress}`}; give noise.trained(step), which sets the step that rates are of, trained(Infinity) for the end`,
    );
  }
  const advice = hasNoise
    ? "its moments are its variance without draws; or draw the noise that they integrate, with mode 'sample'"
    : 'it has no noise';
  throw new ConfigError(
    `mcDropout: expected a method that draws, got ${regularizer.name} (train ${train}); ${advice}`,
  );
}

function sizesOf(x: Tensor | Tokens): [steps: number, batch: number] {
  if (x instanceof Tensor) {
    if (x.shape.length === 3 && x.size > 0) return [x.shape[0], x.shape[1]];
    throw new ShapeError(`mcDropout: expected x of shape [time, batch, features], got ${shapeText(x.shape)}`);
  }
  const { words, batch } = (isObject(x) ? x : {}) as Partial<Tokens>;
  if (!(words instanceof Int32Array) || !Number.isInteger(batch)) {
    throw new ConfigError(
      `mcDropout: expected x to be a tensor or { words: Int32Array, batch }, got ${found(x)}${tensorAdvice(x)}`,
    );
  }
  if (batch! >= 1 && words.length > 0 && words.length % batch! === 0) return [words.length / batch!, batch!];
  throw new ShapeError(
    `mcDropout: expected whole steps of ${batch} words, at least one, got ${words.length} words`,
  );
}

function checkLengths(lengths: unknown, steps: number, batch: number): void {
  const given = Array.isArray(lengths) || ArrayBuffer.isView(lengths) ? lengths : undefined;
  const all = given && Array.from(given as unknown as ArrayLike<number>);
  const fits = (n: number) => Number.isInteger(n) && n >= 1 && n <= steps;
  if (all?.length === batch && all.every(fits)) return;
  throw new ShapeError(
    `mcDropout: expected lengths of ${batch} rows, each from 1 to ${steps} steps, got ${found(lengths)}`,
  );
}

function checkStates(states: unknown, runs: number): void {
  checkArray('mcDropout', 'states', states, 'states of every run');
  if (states.length === runs) return;
  throw new ShapeError(
    `mcDropout: expected the states of ${runs} ${runs === 1 ? 'run' : 'runs'}, got ${states.length}; pass those of a call with the same options`,
  );
}
