/** Classification and rating as a task: one answer for a whole sequence. */
import { bucketBatches, type NoiseStream, type Tensor } from 'lethe';
import { type Gaussian, meanOf } from 'lethe/moments';
import { letheCommand } from '../../common/shell.ts';
import type { Metrics, Task } from '../../runs/task.ts';
import { lookupIn } from '../kind.ts';
import { baselinesOf } from './baselines.ts';
import { batchOf } from './batches.ts';
import { calibrated } from './calibration.ts';
import type { ClassifyConfig } from './config.ts';
import { classifyMetric } from './metrics.ts';
import { classifyModel, featuresOf } from './model.ts';
import { type Answers, answersTo } from './predict.ts';
import { keptPredictions, predictionsOf } from './predictions-file.ts';
import { keptReading } from './reading-file.ts';
import { scoresOf } from './scores.ts';
import { type ClassifyData, type Example, lengthOf, type Reading } from './types.ts';

/**
 * The task of a configuration.
 * Throws ConfigError for a model that the data or the regularizer do not allow.
 * @param noise of the run's seed
 */
export function classifyTask(config: ClassifyConfig, data: ClassifyData, noise: NoiseStream): Task {
  const { splits, reading } = data;
  const model = classifyModel(config, reading);
  const { training } = config;
  const sequences = splits.train.flatMap(({ parts, target }) => parts.map((part) => ({ part, target })));
  const lengths = sequences.map(({ part }) => lengthOf(part));
  const targets = trainingTargets(sequences, reading);
  const weights = training.classWeights === 'balanced' ? balancedWeights(targets, reading) : undefined;
  const batches = batchesPerEpoch(lengths, training.batch, noise);
  const seen = new Seen(model.head === 'softmax');
  const metric = classifyMetric(lookupIn(config));
  let tested: { examples: readonly Example[]; answers: Answers } | undefined;
  return {
    model,
    data: identify(data),
    notes: data.notes,
    ...metric,
    uninformed: uninformed(metric.choice, reading),
    examples: sequences.length,
    working: workingNumbers(config, data),
    hint: (run) => `${letheCommand('predict', run)} --in FILE --out answers.csv   answers to new ones`,
    stepsIn: (epoch) => batches(epoch).length,
    step({ epoch, position }, stream) {
      const numbers = batches(epoch)[position];
      const batch = batchOf(
        Array.from(numbers, (n) => sequences[n].part),
        Float64Array.from(numbers, (n) => targets[n]),
      );
      if (position === 0) seen.reset();
      const total = model.loss(batch, stream, {
        ...{ weights, examples: sequences.length },
        onAnswer: (answer) => seen.add(answer, batch.targets),
      });
      return { total, counted: total.nll.count };
    },
    trainMetrics: (mean) => ({ ...lossMetrics(mean, config, reading), ...seen.metrics(reading) }),
    *evaluate(split, { draws, calibration, share = 1, uncertainty } = {}) {
      const examples = firstPart(splits[split], share);
      const answers = yield* answersTo(model, examples, reading, draws);
      if (split === 'test' && !draws && !calibration) tested = { examples, answers };
      const truth = examples.map(({ target }) => target);
      const { answers: given, more } = calibration
        ? calibrated(answers, calibration, truth)
        : { answers, more: {} };
      const scores = scoresOf(given, truth, uncertainty);
      return {
        ...scores,
        ...(metric.choice === 'error_rate' && { error_rate: 1 - scores.accuracy }),
        ...more,
        ...(share < 1 && { evaluated_share: share }),
      };
    },
    baselines: (split, share = 1) => baselinesOf(data, firstPart(splits[split], share)),
    testedFiles: [keptPredictions.file],
    tested: (): Record<string, string> =>
      tested
        ? { [keptPredictions.file]: keptPredictions.text(predictionsOf(tested.examples, tested.answers)) }
        : {},
    files: () => ({ [keptReading.file]: keptReading.text(reading) }),
    carried: () => seen.stored(),
    restoreCarried(carried) {
      seen.restore(carried);
    },
  };
}

/** What is kept of a batch for its backward pass, masks not counted. */
export function workingNumbers(
  { model, training }: ClassifyConfig,
  { splits, reading }: ClassifyData,
): number {
  let longest = 1;
  for (const { parts } of splits.train) for (const part of parts) longest = Math.max(longest, lengthOf(part));
  const kept = { rnn: 4, gru: 8, lstm: 9 }[model.cell];
  const features = reading.tokens ? 2 * model.embedding : featuresOf(reading);
  const directions = model.bidirectional ? 2 : 1;
  return longest * training.batch * (features + kept * model.hidden * model.layers * directions);
}

// --- internal ---

/** Spread over the split, so that every class is in it. */
function firstPart(examples: readonly Example[], share: number): readonly Example[] {
  if (share === 1) return examples;
  const count = Math.max(1, Math.ceil(share * examples.length));
  return Array.from({ length: count }, (_, i) => examples[Math.floor((i * examples.length) / count)]);
}

/** Classes, or ratings as the model sees them. */
function trainingTargets(sequences: readonly { target: number }[], { rating }: Reading): Float64Array {
  return Float64Array.from(sequences, ({ target }) =>
    rating ? (target - rating.mean) / rating.deviation : target,
  );
}

/** Weights with mean 1 by which all classes weigh the same. */
function balancedWeights(targets: Float64Array, { layout }: Reading): Float64Array | undefined {
  if (layout.target !== 'class') return undefined;
  const counts = new Float64Array(layout.classes!.length);
  for (const target of targets) counts[target]++;
  return counts.map((count) => (count === 0 ? 0 : targets.length / (counts.length * count)));
}

/** The batches of one epoch are kept: a step asks for them again and again. */
function batchesPerEpoch(
  lengths: readonly number[],
  batchSize: number,
  noise: NoiseStream,
): (epoch: number) => Int32Array[] {
  let kept: { epoch: number; batches: Int32Array[] } | undefined;
  return (epoch) => {
    if (kept?.epoch !== epoch) {
      kept = { epoch, batches: bucketBatches(lengths, { batchSize, stream: noise.at(epoch) }) };
    }
    return kept.batches;
  };
}

/**
 * The deciding metric of a prediction that knows nothing: every class equally likely, or one rating for all. An error rate is
 * bounded, and chance makes that of a few examples any: no training is called diverged by it, only all answers wrong.
 */
function uninformed(choice: string, { layout, rating }: Reading): number {
  if (layout.target === 'class') {
    const classes = layout.classes!.length;
    return choice === 'error_rate' ? 1 : Math.log(classes);
  }
  return choice === 'rmse'
    ? rating!.deviation
    : 0.5 * Math.log(2 * Math.PI * Math.E) + Math.log(rating!.deviation);
}

/** The metrics of the loss: that of standardised ratings in their own units. */
function lossMetrics(mean: number, { model }: ClassifyConfig, { rating }: Reading): Metrics {
  if (model.head === 'softmax') return { nll: mean };
  return model.head === 'gaussian' ? { nll: mean + Math.log(rating!.deviation) } : {};
}

/** What the epoch in work got right so far: carried in float32, so that a resumed run goes on with the same bits. */
class Seen {
  readonly #isClass: boolean;
  /** right answers, or squared errors of standardised ratings; how many */
  readonly #sums = new Float32Array(2);

  constructor(isClass: boolean) {
    this.#isClass = isClass;
  }

  reset(): void {
    this.#sums.fill(0);
  }

  add(answer: Tensor | Gaussian, targets: Float64Array): void {
    const { data } = meanOf(answer);
    const K = data.length / targets.length;
    for (const [b, target] of targets.entries()) {
      const row = data.subarray(b * K, (b + 1) * K);
      this.#sums[0] += this.#isClass
        ? Number(row.indexOf(Math.max(...row)) === target)
        : (row[0] - target) ** 2;
    }
    this.#sums[1] += targets.length;
  }

  metrics({ rating }: Reading): Metrics {
    const [sum, count] = this.#sums;
    if (count === 0) return {};
    return this.#isClass ? { accuracy: sum / count } : { rmse: Math.sqrt(sum / count) * rating!.deviation };
  }

  stored(): ReturnType<Task['carried']> {
    return { seen: { shape: [2], data: this.#sums.slice() } };
  }

  restore({ seen }: ReturnType<Task['carried']>): void {
    if (seen) this.#sums.set(seen.data);
    else this.reset();
  }
}

function identify({ name, source, splits, reading, sha256 }: ClassifyData): Task['data'] {
  const of = (examples: readonly Example[]) => ({ examples: examples.length });
  return {
    name,
    source,
    splits: {
      ...{ train: of(splits.train), valid: of(splits.valid), test: of(splits.test) },
      ...(splits.calibration.length > 0 && { calibration: of(splits.calibration) }),
    },
    ...(reading.layout.classes && { classes: reading.layout.classes.length }),
    ...(reading.tokens && { vocabulary: reading.tokens.words.length }),
    sha256,
  };
}
