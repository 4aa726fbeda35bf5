/**
 * What simple models reach: the most frequent class, or the mean rating; and a linear model of the words that occur, or of
 * means, deviations and ends of the columns of numbers, whose L2 penalty and epoch the validation chooses. Whoever is not better has
 * nothing from the order of words.
 */
import {
  adam,
  add,
  embedding,
  gradients,
  linear,
  logSoftmax,
  mul,
  NoiseStream,
  padWords,
  poolSteps,
  scoped,
  softmaxNll,
  squaredError,
  Tensor,
  zeros,
} from 'lethe';
import { realFrom } from 'lethe/engine';
import type { Baseline, Slices } from '../../runs/task.ts';
import type { Answers } from './predict.ts';
import { scoresOf } from './scores.ts';
import type { ClassifyData, Example, Reading, Sequence } from './types.ts';

/** The figures of simple models on examples; they are made from training and validation alone. */
export function* baselinesOf(data: ClassifyData, examples: readonly Example[]): Slices<readonly Baseline[]> {
  const targets = examples.map(({ target }) => target);
  const { reading } = data;
  const isClass = reading.layout.target === 'class';
  const constant = constantAnswers(data, examples.length);
  const answers = yield* linearAnswers(data, examples);
  const what = reading.tokens ? 'bag of words' : 'summaries of columns';
  return [
    { name: isClass ? 'majority class' : 'mean rating', metrics: scoresOf(constant, targets, true) },
    {
      name: `${what}, ${isClass ? 'logistic' : 'linear'} regression`,
      metrics: scoresOf(answers, targets, true),
    },
  ];
}

// --- internal ---

/** Each class as often as in training, or the mean rating with the deviation of all. */
function constantAnswers({ splits, reading }: ClassifyData, count: number): Answers {
  const { layout, rating } = reading;
  if (rating) {
    const values = (value: number) => new Float64Array(count).fill(value);
    return {
      kind: 'rating',
      mean: values(rating.mean),
      variance: values(rating.deviation ** 2),
      isDensity: true,
    };
  }
  const counts = new Float64Array(layout.classes!.length);
  for (const { target } of splits.train) counts[target]++;
  // One more for each, so that a class that training has once less than another is possible everywhere.
  const all = splits.train.length + counts.length;
  const row = counts.map((seen) => Math.log((seen + 1) / all));
  return { kind: 'class', logProbabilities: Array.from({ length: count }, () => row) };
}

/** Coefficients of the squared weights that are tried. */
const penalties = [1e-6, 1e-5, 1e-4, 1e-3];
const epochs = 12;
const batchSize = 64;

/** What an example has, whatever its length: which words, or numbers. */
type Features = { words: Int32Array } | { values: Float64Array };

interface LinearModel {
  parameters: Record<string, Tensor>;
  /** logits, or standardised ratings, [1, rows, K] */
  forward(rows: readonly Features[]): Tensor;
}

function* linearAnswers({ splits, reading }: ClassifyData, examples: readonly Example[]): Slices<Answers> {
  const featured = featuresFrom(splits.train, reading);
  const [train, valid, test] = [splits.train, splits.valid, examples].map((all) => all.map(featured));
  const targetOf = ({ target }: Example): number =>
    reading.rating ? (target - reading.rating.mean) / reading.rating.deviation : target;
  const targets = splits.train.map(targetOf);
  const wanted = splits.valid.map(targetOf);
  let best: { loss: number; answers: number[][] } | undefined;
  for (const [k, weightDecay] of penalties.entries()) {
    const model = linearModel(train[0], reading);
    const optimizer = adam(model.parameters, { stepRate: 0.01, weightDecay });
    const stream = new NoiseStream(1);
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = stream.at(epoch).permutation({ site: 'order' }, train.length);
      for (let from = 0; from < order.length; from += batchSize) {
        const numbers = Array.from(order.subarray(from, from + batchSize));
        scoped(() => {
          const step = gradients(
            Object.values(model.parameters),
            () =>
              lossOf(
                model.forward(numbers.map((n) => train[n])),
                numbers.map((n) => targets[n]),
                reading,
              ).loss,
          );
          optimizer.update(step.gradients);
        });
      }
      const loss =
        valuesOf(model, valid).reduce((sum, row, i) => sum + surprise(row, wanted[i], reading), 0) /
        valid.length;
      if (!best || loss < best.loss) best = { loss, answers: valuesOf(model, test) };
      yield { done: k * epochs + epoch + 1, all: penalties.length * epochs };
    }
  }
  return answersFrom(best!, reading);
}

function lossOf(output: Tensor, targets: readonly number[], { layout }: Reading) {
  if (layout.target === 'class') return softmaxNll(output, Int32Array.from(targets));
  return squaredError(output, new Tensor(output.shape, realFrom(targets)));
}

/** Squared error, or minus the log probability of the class. */
function surprise(row: readonly number[], target: number, { layout }: Reading): number {
  return layout.target === 'class' ? -row[target] : (row[0] - target) ** 2;
}

/** Log probabilities of classes, or standardised ratings. */
function valuesOf(model: LinearModel, rows: readonly Features[]): number[][] {
  const all: number[][] = [];
  for (let from = 0; from < rows.length; from += 512) {
    scoped(() => {
      const { data, shape } = model.forward(rows.slice(from, from + 512));
      const K = shape[2];
      for (let b = 0; b < data.length / K; b++) all.push(Array.from(data.subarray(b * K, (b + 1) * K)));
    });
  }
  return all.map((row) => (row.length > 1 ? Array.from(logSoftmax(row)) : row));
}

function answersFrom({ loss, answers }: { loss: number; answers: number[][] }, { rating }: Reading): Answers {
  if (!rating) return { kind: 'class', logProbabilities: answers.map((row) => Float64Array.from(row)) };
  const mean = Float64Array.from(answers, ([value]) => rating.mean + rating.deviation * value);
  return {
    kind: 'rating',
    mean,
    variance: new Float64Array(mean.length).fill(loss * rating.deviation ** 2),
    isDensity: true,
  };
}

function linearModel(first: Features, reading: Reading): LinearModel {
  const K = reading.layout.target === 'class' ? reading.layout.classes!.length : 1;
  const stream = new NoiseStream(1);
  if ('values' in first) {
    const inputSize = first.values.length;
    const { parameters, forward } = linear(
      { inputSize, outputSize: K, initial: { weight: { kind: 'zeros' } } },
      stream,
    );
    return {
      parameters: { ...parameters },
      forward: (rows) => {
        const all = rows.flatMap((row) => Array.from((row as { values: Float64Array }).values));
        return forward(new Tensor([1, rows.length, inputSize], realFrom(all))) as Tensor;
      },
    };
  }
  const words = embedding(
    { vocabulary: reading.tokens!.words.length, size: K, initial: { kind: 'zeros' } },
    stream,
  );
  const bias = zeros([K]);
  return {
    parameters: { weight: words.parameters.weight, bias },
    forward(rows) {
      const { x, lengths } = padWords(rows.map((row) => (row as { words: Int32Array }).words));
      const mean = poolSteps(words.forward(x.words, x.batch, undefined, { stop: lengths }), {
        pooling: 'mean',
        lengths,
      }) as Tensor;
      // The sum over the different words, divided by the root of their number: texts of any length have one norm.
      const roots = realFrom(Array.from(lengths).flatMap((n) => Array<number>(K).fill(Math.sqrt(n))));
      return add(mul(mean, new Tensor(mean.shape, roots)), bias);
    },
  };
}

/** Different words; or of each column mean, deviation, least, most, first and last value, standardised over training. */
function featuresFrom(train: readonly Example[], { tokens }: Reading): (example: Example) => Features {
  if (tokens) {
    return ({ parts }) => ({
      words: Int32Array.from(new Set(parts.flatMap((part) => Array.from(part as Int32Array)))),
    });
  }
  const raw = ({ parts: [part] }: Example): number[] => summary(part as Exclude<Sequence, Int32Array>);
  const rows = train.map(raw);
  const spread = rows[0].map((_, i) => {
    const mean = rows.reduce((sum, row) => sum + row[i], 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / rows.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
  return (example) => ({
    values: Float64Array.from(raw(example), (value, i) => (value - spread[i].mean) / spread[i].deviation),
  });
}

function summary({ width, values }: Exclude<Sequence, Int32Array>): number[] {
  const steps = values.length / width;
  return Array.from({ length: width }, (_, c) => {
    let [sum, squares, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = c; at < values.length; at += width) {
      sum += values[at];
      squares += values[at] ** 2;
      least = Math.min(least, values[at]);
      most = Math.max(most, values[at]);
    }
    const mean = sum / steps;
    const deviation = Math.sqrt(Math.max(0, squares / steps - mean * mean));
    return [mean, deviation, least, most, values[c], values[(steps - 1) * width + c]];
  }).flat();
}
