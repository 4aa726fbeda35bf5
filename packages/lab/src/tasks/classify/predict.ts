/** What a model answers to examples: classes by their probabilities, ratings by mean and variance; at test, or by draws of the noise. */
import {
  bucketBatches,
  categoricalEntropy,
  logSoftmax,
  logSumExp,
  mcDropout,
  NoiseStream,
  NumericsError,
  type Real,
  type StochasticModel,
  scoped,
  streamOfDraw,
  type Tensor,
  type Tokens,
} from 'lethe';
import { fixedWeights } from 'lethe/engine';
import { isGaussian, meanOf } from 'lethe/moments';
import type { Draws, Slices } from '../../runs/task.ts';
import { testDraws } from '../shared/draws.ts';
import { batchOf } from './batches.ts';
import type { ClassifyModel } from './model.ts';
import { type Example, lengthOf, type Reading } from './types.ts';

/** Of classes, in the order of the examples. */
export interface ClassAnswers {
  kind: 'class';
  /** logarithms of the probabilities, one row an example */
  logProbabilities: Float64Array[];
  /** mutual information of prediction and noise, where noise is drawn */
  information?: Float64Array;
  /** whether a temperature has changed the probabilities, and not the draws behind them: the information is that of before */
  isTempered?: boolean;
}

/** Of ratings, in their units. */
export interface RatingAnswers {
  kind: 'rating';
  mean: Float64Array;
  /** of the prediction: that of the head and that of the noise added; absent where the model has neither */
  variance?: Float64Array;
  /** of these, variance of the means over the draws */
  epistemic?: Float64Array;
  /** whether the variance is that of the rating, and not of its mean alone: then there is a density to score */
  isDensity: boolean;
}

export type Answers = ClassAnswers | RatingAnswers;

/** Goes through examples in batches of like length. Throws ConfigError for draws of a method without noise. */
export function* answersTo(
  model: ClassifyModel,
  examples: readonly Example[],
  reading: Reading,
  draws?: Draws,
): Slices<Answers> {
  const drawn = draws ?? testDraws(model.regularizer);
  const parts = examples.flatMap(({ parts }, example) => parts.map((part) => ({ part, example })));
  const size = Math.max(1, Math.floor(rowsAtOnce / (drawn?.samples ?? 1)));
  const batches = bucketBatches(
    parts.map(({ part }) => lengthOf(part)),
    { batchSize: size },
  );
  const rows = new Array<Row>(parts.length);
  const weights = fixedWeights(Object.values(model.parameters));
  for (const [at, batch] of batches.entries()) {
    const { x, lengths } = batchOf(
      Array.from(batch, (n) => parts[n].part),
      new Float64Array(batch.length),
    );
    const found = scoped(() =>
      weights.run(() => (drawn ? byDraws(model, x, lengths, drawn, at) : atTest(model, x, lengths))),
    );
    for (const [b, n] of batch.entries()) rows[n] = found[b];
    yield { done: at + 1, all: batches.length };
  }
  const of: Row[][] = examples.map(() => []);
  for (const [n, { part, example }] of parts.entries()) {
    of[example].push({ ...rows[n], weight: lengthOf(part) });
  }
  return reading.layout.target === 'class'
    ? classAnswers(of, draws !== undefined)
    : ratingAnswers(of, reading, { isDrawn: draws !== undefined, isDensity: model.head === 'gaussian' });
}

/** Entropy of every answer, in nats. */
export const entropiesOf = ({ logProbabilities }: ClassAnswers): Float64Array =>
  Float64Array.from(logProbabilities, (row) => categoricalEntropy(row.map(Math.exp)));

// --- internal ---

/** Rows of a batch, draws counted. */
const rowsAtOnce = 1600;

/** Of one sequence: of classes logarithms of probabilities, of a rating mean, variances. */
interface Row {
  values: Float64Array;
  variance?: number;
  epistemic?: number;
  information?: number;
  /** steps: longer segments count for more */
  weight?: number;
}

function atTest({ network, answer, head }: ClassifyModel, x: Tensor | Tokens, stop: Int32Array): Row[] {
  const given = answer(network.forward(x, undefined, undefined, { stop }).output);
  const { data, shape } = meanOf(given);
  const K = shape[shape.length - 1];
  return Array.from(stop, (_, b) => {
    const values = Float64Array.from(data.subarray(b * K, (b + 1) * K));
    if (isGaussian(given)) return { values, variance: given.variance.data[b] };
    return { values: head === 'softmax' ? logSoftmax(values) : values };
  });
}

function byDraws(
  { network, answer, regularizer, head }: ClassifyModel,
  x: Tensor | Tokens,
  lengths: Int32Array,
  { samples, seed = 1, trained = Number.POSITIVE_INFINITY, mode }: Draws,
  at: number,
): Row[] {
  const forward: StochasticModel<Tensor | Tokens> = (input, noise, state, run) => {
    const { output, state: after } = network.forward(input, noise, state, run);
    return { output: answer(output), state: after };
  };
  const noise = new NoiseStream(seed).at(at).trained(trained);
  if (at === 0 && samples > 1) requireDifference(forward, x, lengths, noise, mode, samples);
  if (head === 'softmax') {
    const { logProbabilities, uncertainty } = mcDropout(forward, regularizer, x, noise, {
      ...{ samples, mode, lengths },
      distribution: 'categorical',
    });
    const K = network.options.outputs;
    return uncertainty.slice(0, lengths.length).map(({ information }, b) => ({
      values: logProbabilities.slice(b * K, (b + 1) * K),
      information,
    }));
  }
  const { mean, epistemic, aleatoric } = mcDropout(forward, regularizer, x, noise, {
    ...{ samples, mode, lengths },
    distribution: 'gaussian',
  });
  return Array.from(lengths, (_, b) => ({
    values: mean.slice(b, b + 1),
    variance: epistemic[b] + aleatoric[b],
    epistemic: epistemic[b],
  }));
}

/** Two draws of a short text may agree by chance, as where no word is dropped of two; so many do not. */
const fewestDraws = 64;

/** Draws that all give the same bits for every row are none: a method that samples nothing must not look like a sure one. */
function requireDifference(
  forward: StochasticModel<Tensor | Tokens>,
  x: Tensor | Tokens,
  stop: Int32Array,
  noise: NoiseStream,
  mode: Draws['mode'],
  samples: number,
): void {
  const draw = (s: number): Real =>
    scoped(() => meanOf(forward(x, streamOfDraw(noise, s), undefined, { mode, stop }).output).data.slice());
  const first = draw(0);
  const draws = Math.max(samples, fewestDraws);
  // The second differs nearly always.
  for (let s = 1; s < draws; s++) if (draw(s).some((value, i) => value !== first[i])) return;
  throw new NumericsError(
    `${draws} draws of the noise gave the same answers to all of ${stop.length} sequences: the method draws nothing here`,
  );
}

function classAnswers(all: readonly Row[][], isDrawn: boolean): ClassAnswers {
  const logProbabilities = all.map((rows) => {
    if (rows.length === 1) return rows[0].values;
    const total = Math.log(rows.reduce((sum, { weight }) => sum + weight!, 0));
    return Float64Array.from(rows[0].values, (_, k) =>
      logSumExp(rows.map(({ values, weight }) => values[k] + Math.log(weight!) - total)),
    );
  });
  const information = Float64Array.from(all, (rows) => weighted(rows, ({ information = 0 }) => information));
  return { kind: 'class', logProbabilities, ...(isDrawn && { information }) };
}

/** Segments of one text are a mixture: its variance is the mean of theirs and the variance of their means. */
function ratingAnswers(
  all: readonly Row[][],
  { rating }: Reading,
  { isDrawn, isDensity }: { isDrawn: boolean; isDensity: boolean },
): RatingAnswers {
  const { mean: middle, deviation } = rating!;
  const means = all.map((rows) => weighted(rows, ({ values }) => values[0]));
  const variances = all.map((rows, i) =>
    weighted(rows, ({ values, variance = 0 }) => variance + (values[0] - means[i]) ** 2),
  );
  const hasVariance = all.some((rows) => rows.some(({ variance }) => variance !== undefined));
  return {
    kind: 'rating',
    isDensity,
    mean: Float64Array.from(means, (mean) => middle + deviation * mean),
    ...(hasVariance && { variance: Float64Array.from(variances, (variance) => variance * deviation ** 2) }),
    ...(isDrawn && {
      epistemic: Float64Array.from(
        all,
        (rows) => deviation ** 2 * weighted(rows, ({ epistemic = 0 }) => epistemic),
      ),
    }),
  };
}

function weighted(rows: readonly Row[], of: (row: Row) => number): number {
  let [sum, total] = [0, 0];
  for (const row of rows) {
    sum += row.weight! * of(row);
    total += row.weight!;
  }
  return sum / total;
}
