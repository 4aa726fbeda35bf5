/**
 * The embedding: a table with one row for each word of a vocabulary, and dropout of whole words. Everything that
 * happens to a word's row happens wherever the word occurs: with `examples: 'each'` one draw for (example, word)
 * (Gal and Ghahramani 2016), with `examples: 'batch'` one for the word (Merity et al. 2017). A layer that shares
 * the table, such as a tied readout, reads the rows as they are.
 */
import { clearStretches, paddingOf, type Stretch } from '../autograd/ops/rows.ts';
import { rowGradientOf } from '../autograd/row-gradients.ts';
import { gradientOf, recordOperation } from '../autograd/tape.ts';
import { checkIntegers, checkWhole } from '../checks.ts';
import { drawMask } from '../dropout/masks.ts';
import type { Regularizer } from '../dropout/noise.ts';
import { dropoutPlan, type Plan, place } from '../dropout/plan.ts';
import { ConfigError, DataError, ShapeError } from '../errors.ts';
import type { Mask } from '../kernels/contract/fields.ts';
import { kernels } from '../kernels/engine.ts';
import { checkOptionNames } from '../options.ts';
import type { NoiseStream } from '../random/stream.ts';
import { checkOptionalStream, checkStream } from '../random/stream.ts';
import { checkTensor } from '../tensor/check.ts';
import type { Real } from '../tensor/dtype.ts';
import { allocate } from '../tensor/scratch.ts';
import { expectShape, Tensor } from '../tensor/tensor.ts';
import { markNoise } from './parameters/drawn-noise.ts';
import { type InitOptions, initialTensor } from './parameters/init.ts';
import { checkLayer, checkSize } from './parameters/size.ts';
import { checkActive } from './recurrent/inputs.ts';
import type { ForwardOptions } from './recurrent/recurrent.ts';

/** Options of {@link embedding}. */
export interface EmbeddingOptions {
  /** number of words */
  vocabulary: number;
  /** features of a word */
  size: number;
  /** its entries at site `embedding` act here; see embeddingRegularizer. @defaultValue none() */
  dropout?: Regularizer;
  /** Number of the layer in the noise stream. @defaultValue 0 */
  layer?: number;
  /** @defaultValue uniform on (-0.1, 0.1) */
  initial?: InitOptions;
  /** [vocabulary, size], the table of another embedding of the same words, which both then train; in place of `initial` */
  table?: Tensor;
}

/** An embedding with its table. */
export interface Embedding {
  readonly options: Readonly<EmbeddingOptions>;
  readonly parameters: {
    /** [vocabulary, size] */
    weight: Tensor;
  };
  /** The noise as it applies here; `describe` prints it. */
  readonly plan: Plan;
  /**
   * The rows of words.
   * @param words time * batch numbers from 0 to vocabulary - 1, step by step
   * @param batch how many there are in a step
   * @param noise a stream at the step and pass to draw for; without one nothing is dropped
   * @param run which steps of each row count, as for a recurrent layer: on others any number may stand, and the row is zero
   * @returns [time, batch, size]
   * @throws ShapeError if words is no whole number of steps; DataError for a word that is not in the table on a step that counts
   */
  forward(
    words: Int32Array,
    batch: number,
    noise?: NoiseStream,
    run?: Pick<ForwardOptions, 'start' | 'stop'>,
  ): Tensor;
}

/**
 * An embedding with new parameters.
 * @param stream where initial values come from
 * @throws ConfigError for an unknown option, a size that is not a whole number above 0, or a regularizer with
 *   noise at other sites than embedding
 */
export function embedding(options: EmbeddingOptions, stream: NoiseStream): Embedding {
  checkOptionNames('embedding', options, ['vocabulary', 'size', 'dropout', 'layer', 'initial', 'table']);
  const { vocabulary, size, layer = 0, initial = { kind: 'uniform', limit: 0.1 } } = options;
  checkSize('embedding', 'vocabulary', vocabulary);
  checkSize('embedding', 'size', size);
  checkLayer('embedding', layer);
  checkStream('embedding', stream);
  const chosen = dropoutPlan(options.dropout, {
    cell: 'embedding',
    layer,
    inputSize: vocabulary,
    outputSize: size,
  });
  if (options.table !== undefined) {
    checkTensor('embedding', 'table', options.table);
    expectShape('embedding', 'table', options.table.shape, [vocabulary, size]);
    if (options.initial !== undefined)
      throw new ConfigError('embedding: a table that is given has its values; leave initial out');
  }
  const weight = options.table ?? initialTensor([vocabulary, size], initial, stream, { layer, entry: 32 });
  return {
    options: { ...options },
    parameters: { weight },
    plan: chosen,
    forward(words, batch, noise, run = {}) {
      checkOptionNames('embedding: run', run, ['start', 'stop']);
      checkOptionalStream(place(chosen.target), noise);
      checkSteps(chosen, words, batch);
      checkActive(place(chosen.target), run, words.length / batch, batch);
      const padding = paddingOf([words.length / batch, batch, 1], run);
      const counted = padding.length > 0 ? words.slice() : words;
      for (const { from, to } of padding) counted.fill(0, from, to);
      checkWords(chosen, counted, batch, vocabulary);
      const mask = noise && drawMask(chosen, 'embedding', noise, { steps: 1, batch, width: vocabulary });
      const rows = lookUp(weight, counted, batch, mask, padding);
      markNoise(rows, chosen, noise, 'sample');
      return rows;
    },
  };
}

// --- internal ---

function checkSteps(plan: Plan, words: Int32Array, batch: number): void {
  const where = place(plan.target);
  checkIntegers(where, 'words', words);
  checkWhole(where, 'batch', batch);
  if (!(batch >= 1) || words.length === 0 || words.length % batch !== 0) {
    throw new ShapeError(`${where}: expected whole steps of ${batch} words, got ${words.length} words`);
  }
}

function checkWords(plan: Plan, words: Int32Array, batch: number, vocabulary: number): void {
  const where = place(plan.target);
  const wrong = words.findIndex((word) => word < 0 || word >= vocabulary);
  if (wrong >= 0) {
    throw new DataError(
      `${where}: expected words from 0 to ${vocabulary - 1}, got ${words[wrong]} at step ${Math.floor(wrong / batch)}, row ${wrong % batch}`,
    );
  }
}

/** y[m] = weight[words[m]], times the word's element of the mask; 0 in the rows of the padding. */
function lookUp(
  weight: Tensor,
  words: Int32Array,
  batch: number,
  mask: Mask | undefined,
  padding: readonly Stretch[],
): Tensor {
  const [V, n] = weight.shape;
  const M = words.length;
  const y = new Tensor([M / batch, batch, n], allocate(M * n));
  let factors: Real | undefined;
  if (mask) {
    factors = allocate(M);
    for (let m = 0; m < M; m++) factors[m] = mask.data[(m % batch) * mask.batch + words[m]];
  }
  const call = { M, n, V, numbers: words, factors };
  const rest = padding.map(({ from, to }) => ({ from: from * n, to: to * n }));
  kernels().gatherRows({ ...call, table: weight.data, rows: y.data });
  clearStretches(y.data, rest);
  recordOperation(y, [weight], () => {
    // Nobody reads the gradient of y after this.
    const dy = gradientOf(y);
    clearStretches(dy, rest);
    kernels().scatterRows({ ...call, table: rowGradientOf(weight, words), rows: dy });
  });
  return y;
}
