/**
 * `lethe calibrate` of classes and ratings: a temperature, or the factor of predicted deviations, and conformal sets or intervals, found on
 * examples that neither training nor early stopping has seen.
 */
import {
  accuracy,
  conformalIntervals,
  DataError,
  fitConformalIntervals,
  fitPredictionSets,
  fitTemperature,
  intervalScores,
  logSoftmax,
  NoiseStream,
  predictionSets,
  type SetScore,
  scaledByTemperature,
} from 'lethe';
import { z } from 'zod';
import { counted } from '../../common/counted.ts';
import { UsageError } from '../../common/usage.ts';
import type { Draws, Metrics, Slices } from '../../runs/task.ts';
import type { CalibrationKind, FittedCalibration } from '../kind.ts';
import { fewNote } from '../shared/few-examples.ts';
import type { ClassifyConfig } from './config.ts';
import { classifyLabel } from './metrics.ts';
import { classifyModel } from './model.ts';
import { type Answers, answersTo, type ClassAnswers, type RatingAnswers } from './predict.ts';
import { scoresOf } from './scores.ts';
import type { ClassifyData } from './types.ts';

const alpha = z.number().gt(0).lt(1);
// JSON has no infinity: a threshold that few examples do not reach is null.
const threshold = z.number().nullable();

const schema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('class'),
    alpha,
    examples: z.number(),
    temperature: z.number().positive(),
    sets: z.strictObject({ adaptive: threshold, threshold }),
  }),
  z.strictObject({
    kind: z.literal('rating'),
    alpha,
    examples: z.number(),
    /** of predicted deviations; absent where there are none, then it is the deviation itself */
    scale: z.number().positive().optional(),
    deviation: z.number().positive(),
    radius: z.strictObject({ absolute: threshold, normalised: threshold.optional() }),
  }),
]);

/** What was found. */
export type ClassifyCalibration = z.infer<typeof schema>;

/** What is said of new examples: sets of classes by number, or intervals. */
export interface Promised {
  answers: Answers;
  /** most probable first; adaptive and by 1 - p */
  sets?: { adaptive: number[][]; threshold: number[][] };
  intervals?: { lower: Float64Array; upper: Float64Array };
}

export const classifyCalibration: CalibrationKind<ClassifyConfig, ClassifyData> = {
  options: [
    {
      flags: '--alpha <X>',
      description: 'of sets and intervals: the share that may miss the truth (default: .1)',
      read: readAlpha,
    },
  ],
  *fit(run, data, given, draws): Slices<FittedCalibration> {
    const { splits, reading, name } = data;
    if (splits.calibration.length === 0) {
      throw new DataError(
        `${name}: expected examples kept for calibration, found none; train with --set splits.calibration=.1`,
      );
    }
    const model = classifyModel(run.config, reading);
    model.load(run.weights, run.where);
    const answers = yield* answersTo(model, splits.calibration, reading, draws);
    const targets = splits.calibration.map(({ target }) => target);
    return fitted(answers, targets, (given.alpha as number | undefined) ?? 0.1, draws);
  },
};

/** Reads what a run's `calibration.json` has for this task. Throws DataError for what is none. */
export function readContent(content: unknown): ClassifyCalibration {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw new DataError('calibration.json holds nothing of this task; calibrate anew');
}

/** Answers made as sure as they are right, with what is promised of each. */
export function promised(answers: Answers, calibration: ClassifyCalibration, seed = 1): Promised {
  if (answers.kind === 'class' && calibration.kind === 'class') {
    const { alpha, temperature, sets, examples } = calibration;
    const rows =
      answers.logProbabilities.length === 0 ? [] : scaledByTemperature(answers.logProbabilities, temperature);
    const of = (score: SetScore, limit: number | null): number[][] =>
      rows.length === 0
        ? []
        : predictionSets(
            { alpha, score, examples, threshold: limit ?? Number.POSITIVE_INFINITY },
            rows,
            uniforms(rows.length, seed),
          );
    return {
      // From the logits again: a probability may round to 0, its logarithm does not.
      answers: {
        ...answers,
        isTempered: true,
        logProbabilities: answers.logProbabilities.map((row) => logSoftmax(row.map((z) => z / temperature))),
      },
      sets: { adaptive: of('adaptive', sets.adaptive), threshold: of('threshold', sets.threshold) },
    };
  }
  if (answers.kind === 'rating' && calibration.kind === 'rating') return promisedRating(answers, calibration);
  throw new DataError(
    `calibration.json is one of ${calibration.kind} labels, found ${answers.kind} answers; calibrate anew`,
  );
}

/** Calibrated answers with the figures of what is promised. */
export function calibrated(
  answers: Answers,
  content: unknown,
  targets: readonly number[],
): { answers: Answers; more: Metrics } {
  const calibration = readContent(content);
  const { answers: given, sets, intervals } = promised(answers, calibration, evaluationSeed);
  const share = shareName(calibration.alpha);
  const known = targets.map((_, i) => i).filter((i) => !Number.isNaN(targets[i]));
  if (known.length === 0) return { answers: given, more: {} };
  if (sets) {
    const mean = (of: (i: number) => number): number =>
      known.reduce((sum, i) => sum + of(i), 0) / known.length;
    const figures = (all: number[][], prefix: string): Metrics => ({
      [`${prefix}coverage_${share}`]: mean((i) => Number(all[i].includes(targets[i]))),
      [`${prefix}set_size_${share}`]: mean((i) => all[i].length),
    });
    return { answers: given, more: { ...figures(sets.adaptive, ''), ...figures(sets.threshold, 'simple_') } };
  }
  const { lower, upper } = intervals!;
  const { coverage, width } = intervalScores(
    known.map((i) => targets[i]),
    { lower: Float64Array.from(known, (i) => lower[i]), upper: Float64Array.from(known, (i) => upper[i]) },
  );
  return { answers: given, more: { [`coverage_${share}`]: coverage, [`width_${share}`]: width } };
}

// --- internal ---

/** What alpha leaves, in percent, as names of figures have it: 90, of .001 99_9. */
const shareName = (alpha: number): string =>
  String(Number((100 * (1 - alpha)).toPrecision(12))).replace('.', '_');

/** Numbers of calibration, of evaluation and of predictions are independent. */
const calibrationSeed = 0xca11b;
const evaluationSeed = 0xe7a1;

/** One number an example, that breaks the ties of adaptive sets. */
const uniforms = (count: number, seed: number): Float64Array =>
  Float64Array.from(new NoiseStream(seed).uniforms({ site: 'sample', entry: 7 }, count));

function fitted(
  answers: Answers,
  targets: readonly number[],
  alpha: number,
  draws: Draws | undefined,
): FittedCalibration {
  const found =
    answers.kind === 'class' ? fitClasses(answers, targets, alpha) : fitRatings(answers, targets, alpha);
  const { content } = found;
  const few = fewNote(targets.length, 'example', 'splits.calibration=.2');
  const promises = [...found.promises, ...few];
  const before = scoresOf(answers, targets);
  const after = calibrated(answers, content, targets);
  const figures = { ...scoresOf(after.answers, targets) };
  return {
    ...{ content, examples: targets.length },
    promises: draws
      ? promises.map((promise) => `${promise}, for predictions of ${draws.samples} draws`)
      : promises,
    shown: {
      header: ['calibration split', 'before', 'after'],
      align: 'lrr',
      rows: [
        ...(content.kind === 'class' ? [['temperature', '1.0000', content.temperature.toFixed(4)]] : []),
        ...['nll', 'brier', 'ece', 'rmse']
          .filter((name) => name in figures)
          .map((name) => [classifyLabel(name), before[name]?.toFixed(4) ?? '–', figures[name].toFixed(4)]),
      ],
    },
  };
}

function fitClasses(
  { logProbabilities }: ClassAnswers,
  targets: readonly number[],
  alpha: number,
): { content: ClassifyCalibration & { kind: 'class' }; promises: string[] } {
  // Where all are right, or all wrong, any temperature towards 0 or infinity fits better than the one before: none is found.
  const right = accuracy(
    logProbabilities.map((row) => row.map(Math.exp)),
    targets,
  );
  const isFound = right > 0 && right < 1;
  const temperature = isFound ? fitTemperature(logProbabilities, targets) : 1;
  const rows = scaledByTemperature(logProbabilities, temperature);
  const uniform = uniforms(rows.length, calibrationSeed);
  const limit = (score: SetScore) => fitPredictionSets(rows, targets, { alpha, score, uniform }).threshold;
  const sets = { adaptive: finite(limit('adaptive')), threshold: finite(limit('threshold')) };
  return {
    content: { kind: 'class', alpha, examples: rows.length, temperature, sets },
    promises: [
      isFound
        ? `probabilities are those of softmax(log p / ${temperature.toFixed(3)}), which fit ${counted(rows.length, 'example')} that training did not see`
        : `${rows.length === 1 ? 'the only example' : `all ${rows.length} examples`} of the calibration split ${rows.length === 1 ? 'is' : 'are'} ${right > 0 ? 'right' : 'wrong'}, which tells no temperature: probabilities stay as they are`,
      promiseOf('a set of classes', alpha, rows.length, sets.adaptive),
    ],
  };
}

function fitRatings(
  { mean, variance, isDensity }: RatingAnswers,
  targets: readonly number[],
  alpha: number,
): { content: ClassifyCalibration & { kind: 'rating' }; promises: string[] } {
  const truth = Float64Array.from(targets);
  const deviation = positiveDeviation(variance);
  const errors = truth.map((y, i) => y - mean[i]);
  const root = (values: Float64Array): number =>
    Math.max(1e-12, Math.sqrt(values.reduce((sum, e) => sum + e * e, 0) / values.length));
  const radius = (more: { deviation?: Float64Array }) =>
    finite(fitConformalIntervals(truth, mean, { alpha, ...more }).radius[0]);
  const hasScale = deviation !== undefined && isDensity;
  const content: ClassifyCalibration & { kind: 'rating' } = {
    ...{ kind: 'rating', alpha, examples: truth.length, deviation: root(errors) },
    ...(hasScale && { scale: root(errors.map((e, i) => e / deviation[i])) }),
    radius: { absolute: radius({}), ...(deviation && { normalised: radius({ deviation }) }) },
  };
  const half = content.radius.normalised ?? content.radius.absolute;
  return {
    content,
    promises: [
      hasScale
        ? `deviations are ${content.scale!.toFixed(3)} times those of the model, which fit ${counted(truth.length, 'example')} that training did not see`
        : `the deviation is ${content.deviation.toPrecision(3)}, that of the errors on ${counted(truth.length, 'example')} that training did not see`,
      promiseOf('an interval', alpha, truth.length, half),
    ],
  };
}

function promiseOf(what: string, alpha: number, examples: number, limit: number | null): string {
  const share = `${Number((100 * (1 - alpha)).toFixed(4))} %`;
  const few =
    limit === null
      ? `; ${counted(examples, 'example')} ${examples === 1 ? 'is' : 'are'} too few for that, so it holds everything`
      : '';
  return `${what} holds the truth of at least ${share} of new examples, on average over examples like those of the calibration split (split conformal, ${counted(examples, 'example')}), not for each kind of example${few}`;
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : value > 0 ? null : 0);

/** Deviations; undefined where there are none, or some are 0. */
function positiveDeviation(variance: Float64Array | undefined): Float64Array | undefined {
  const deviation = variance?.map(Math.sqrt);
  return deviation?.every((value) => value > 0) ? deviation : undefined;
}

/** By normalised radii where the model says deviations, else by one radius for all. */
function promisedRating(
  answers: RatingAnswers,
  calibration: ClassifyCalibration & { kind: 'rating' },
): Promised {
  const { mean } = answers;
  const { alpha, radius, examples, scale } = calibration;
  const own = positiveDeviation(answers.variance);
  const deviation = radius.normalised === undefined ? undefined : own;
  const half = Float64Array.of((deviation ? radius.normalised : radius.absolute) ?? Number.POSITIVE_INFINITY);
  const intervals = conformalIntervals(
    {
      ...{ alpha, radius: half, jointRadius: half[0], examples: [examples] },
      normalised: deviation !== undefined,
    },
    mean,
    { deviation },
  );
  const variance =
    scale !== undefined && own
      ? own.map((value) => (value * scale) ** 2)
      : new Float64Array(mean.length).fill(calibration.deviation ** 2);
  return {
    answers: { ...answers, variance, isDensity: true },
    intervals: { lower: Float64Array.from(intervals.lower), upper: Float64Array.from(intervals.upper) },
  };
}

function readAlpha(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > 0 && value < 1) return value;
  throw new UsageError(`--alpha expects a share above 0 and below 1, found '${text}'`);
}
