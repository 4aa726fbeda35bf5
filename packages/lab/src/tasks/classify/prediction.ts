/** `lethe predict` of classes and ratings: an answer for every text or sequence of a new file, and how sure it is. */

import { share } from '../../common/usage.ts';
import { readLabelled } from '../../data/tables/labelled.ts';
import type { LabelledData } from '../../data/tables/labelled-types.ts';
import type { OptionValues, PredictedLine, PredictionContext, PredictionKind, TrainedRun } from '../kind.ts';
import { checkDraws } from '../shared/draws.ts';
import { saidCalibration } from '../shared/said-calibration.ts';
import { fromFileOrInput } from '../shared/standard-input.ts';
import { tableReading } from '../shared/table-config.ts';
import { tableOptions } from '../shared/table-options.ts';
import { abstained } from './abstain.ts';
import { type Promised, promised, readContent } from './calibration.ts';
import type { ClassifyConfig } from './config.ts';
import { encoded, type Unknown } from './encode.ts';
import { classifyModel } from './model.ts';
import { type Answers, answersTo } from './predict.ts';
import { columnsOf, rowOf } from './prediction-row.ts';
import { keptReading } from './reading-file.ts';
import { scoresOf } from './scores.ts';

/** What the options give, beside those of tables. */
interface ClassifyPredictionOptions {
  in: string;
  abstain?: number;
}

export const classifyPrediction: PredictionKind<ClassifyConfig> = {
  options: [
    {
      flags: '--in <FILE>',
      description: 'of tables: a file with the columns that the run was trained on, or - for standard input',
      required: true,
    },
    {
      flags: '--abstain <SHARE>',
      description: 'of classes: this share of the rows, the least sure by entropy, is marked as not answered',
      read: share('--abstain'),
    },
    ...Object.values(tableOptions),
  ],
  async *predict(run, given, context) {
    const { in: file, abstain } = given as unknown as ClassifyPredictionOptions;
    const reading = keptReading.required(run.run.directory);
    const data = await readNew(run, file, given, reading.layout, () => context.input(context.signal));
    for (const note of data.notes) context.log(note);
    const unknown: Unknown = { count: 0, words: new Set() };
    const examples = encoded(data, reading, unknown);
    const notice = unknownNotice(unknown, reading.tokens?.level);
    if (notice) context.log(notice);
    const model = classifyModel(run.config, reading);
    model.load(run.weights, run.where);
    const { mc: samples, seed, signal } = context;
    const { regularizer } = model;
    const draws =
      samples === undefined
        ? undefined
        : { samples, seed, mode: checkDraws(regularizer), trained: run.trained(regularizer) };
    const work = answersTo(model, examples, reading, draws);
    let part = work.next();
    while (!part.done) {
      // Signals and timers have their turn.
      yield [];
      if (signal?.aborted) return undefined;
      part = work.next();
    }
    const answered = withPromises(run, part.value, context);
    // A calibration gives ratings of a model without deviations one for all, which tells none from another.
    const own = part.value.kind === 'class' ? answered.answers : part.value;
    const unsure = abstain === undefined ? undefined : abstained(own, abstain);
    const shape = { data, reading, answered, abstains: unsure };
    yield [{ columns: columnsOf(shape) }];
    for (let from = 0; from < examples.length; from += 1000) {
      yield Array.from(
        { length: Math.min(1000, examples.length - from) },
        (_, n): PredictedLine => rowOf(shape, from + n),
      );
    }
    const targets = examples.map(({ target }) => target);
    const known = targets.filter((target) => !Number.isNaN(target)).length;
    if (known === 0) return undefined;
    return { ...scoresOf(answered.answers, targets, true), examples: known };
  },
};

// --- internal ---

/** Reads a new file as the run reads its own; columns that are missing are an error, labels may be. */
function readNew(
  { config }: TrainedRun<ClassifyConfig>,
  file: string,
  given: OptionValues,
  layout: LabelledData['layout'],
  input: () => AsyncIterable<Uint8Array>,
): Promise<LabelledData> {
  const { in: _, abstain: __, ...table } = given;
  const options = { ...tableReading(config.table, table), group: 'none', layout, keep: true };
  return fromFileOrInput(file, input, (place, where) => readLabelled(place, options, where));
}

/** Answers with what the run's calibration makes of them, and what is to be said of it. */
function withPromises(
  trained: TrainedRun<ClassifyConfig>,
  answers: Answers,
  context: PredictionContext,
): Promised {
  const way = saidCalibration(trained, context, {
    what: 'probabilities and intervals',
    made: 'as sure as they are right',
  });
  if (way) return promised(answers, readContent(way.content), context.seed);
  return { answers, ...ownIntervals(answers) };
}

/** Nine tenths of the Gaussian that the model says. */
function ownIntervals(answers: Answers): Pick<Promised, 'intervals'> {
  if (answers.kind === 'class' || !answers.variance || !answers.isDensity) return {};
  const half = answers.variance.map((variance) => normalQuantile95 * Math.sqrt(variance));
  const { mean } = answers;
  return { intervals: { lower: mean.map((m, i) => m - half[i]), upper: mean.map((m, i) => m + half[i]) } };
}

/** Of the standard Gaussian: 90 % lie between minus and plus this. */
const normalQuantile95 = 1.6448536269514722;

function unknownNotice({ count, words }: Unknown, level: 'word' | 'char' | undefined): string | undefined {
  if (count === 0) return undefined;
  const named = [...words].slice(0, 8).map((word) => JSON.stringify(word));
  if (words.size > 8) named.push('…');
  const what = level === 'char' ? 'character' : 'word';
  return `${count} ${count === 1 ? `${what} is` : `${what}s are`} not in the vocabulary, read as <unk>: ${named.join(', ')}`;
}
