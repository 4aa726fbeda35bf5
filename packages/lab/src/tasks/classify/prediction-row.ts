/** An answer as a row: the columns of a table for `--out`, and a line for people. */
import { categoricalEntropy } from 'lethe';
import { printable } from 'lethe/internal';
import type { LabelledData } from '../../data/tables/labelled-types.ts';
import type { PredictedLine } from '../kind.ts';
import type { Promised } from './calibration.ts';
import type { Reading } from './types.ts';

/** All that rows are made of. */
export interface AnsweredFile {
  data: LabelledData;
  reading: Reading;
  answered: Promised;
  /** 1 where no answer is given; absent where all are */
  abstains?: Uint8Array;
}

/** More classes have no column each. */
const mostClasses = 20;

/** The columns of all rows: what the file has beside, the name and line of an example, the answer. */
export function columnsOf(file: AnsweredFile): string[] {
  const { answers, sets, intervals } = file.answered;
  const { classes = [] } = file.reading.layout;
  return [
    ...keptNames(file),
    ...['id', 'line'],
    ...(hasLabels(file) ? ['label'] : []),
    'prediction',
    ...(answers.kind === 'class'
      ? [
          'probability',
          ...(classes.length <= mostClasses ? classes.map((name) => `p_${name}`) : []),
          'entropy',
          ...(answers.information ? ['mutual_information'] : []),
        ]
      : [...(answers.variance ? ['deviation'] : []), ...(answers.epistemic ? ['epistemic_deviation'] : [])]),
    ...(intervals ? ['lower', 'upper'] : []),
    ...(sets ? ['set', 'simple_set'] : []),
    ...(file.abstains ? ['abstain'] : []),
  ];
}

/** The row of example i, in the order of the file. */
export function rowOf(file: AnsweredFile, i: number): PredictedLine {
  const { data, answered, abstains } = file;
  const { sets, intervals } = answered;
  const { classes = [] } = file.reading.layout;
  const names = (codes: readonly number[]): string[] => codes.map((code) => classes[code]);
  const event: Record<string, unknown> = {
    ...Object.fromEntries(keptNames(file).map((name, c) => [name, data.kept!.rows[i][c]])),
    id: data.names[i],
    line: data.lines[i],
    ...(hasLabels(file) && { label: labelOf(file, i) }),
    ...answerOf(file, i),
    ...(intervals && { lower: intervals.lower[i], upper: intervals.upper[i] }),
    ...(sets && { set: names(sets.adaptive[i]), simple_set: names(sets.threshold[i]) }),
    ...(abstains && { abstain: abstains[i] === 1 }),
  };
  return { event, line: lineOf(event, abstains?.[i] === 1) };
}

// --- internal ---

/** The other columns of the file; one that an answer has, too, is told from it. */
function keptNames({ data }: AnsweredFile): string[] {
  return (data.kept?.columns ?? []).map((name) => (isOurs.test(name) ? `${name} (file)` : name));
}

const isOurs =
  /^(id|line|prediction|probability|entropy|mutual_information|abstain|set|simple_set|lower|upper|deviation|epistemic_deviation|p_.*)$/;

/** Where other columns are carried along, the label is one of them, as it is written. */
const hasLabels = ({ data }: AnsweredFile): boolean => data.target !== undefined && !data.kept;

function labelOf({ data: { target }, reading }: AnsweredFile, i: number): string | number | null {
  if (target?.kind === 'class') return target.codes[i] < 0 ? null : reading.layout.classes![target.codes[i]];
  return target && !target.missing?.[i] ? target.values[i] : null;
}

function answerOf({ answered: { answers }, reading }: AnsweredFile, i: number): Record<string, unknown> {
  if (answers.kind === 'rating') {
    const root = (values: Float64Array | undefined): number | undefined => values && Math.sqrt(values[i]);
    const [deviation, epistemic] = [root(answers.variance), root(answers.epistemic)];
    return {
      prediction: answers.mean[i],
      ...(deviation !== undefined && { deviation }),
      ...(epistemic !== undefined && { epistemic_deviation: epistemic }),
    };
  }
  const classes = reading.layout.classes!;
  const probabilities = answers.logProbabilities[i].map(Math.exp);
  const best = probabilities.indexOf(Math.max(...probabilities));
  return {
    prediction: classes[best],
    probability: probabilities[best],
    ...(classes.length <= mostClasses &&
      Object.fromEntries(classes.map((name, k) => [`p_${name}`, probabilities[k]]))),
    entropy: categoricalEntropy(probabilities),
    ...(answers.information && { mutual_information: answers.information[i] }),
  };
}

/** `line 7  positive  p .93  entropy .25  {positive}`: what people look for, in this order. */
function lineOf(event: Record<string, unknown>, isUnsure: boolean): string {
  const number = (name: string, label = name): string[] =>
    typeof event[name] === 'number' ? [`${label} ${(event[name] as number).toFixed(3)}`] : [];
  const { id, prediction, set } = event;
  const answer = typeof prediction === 'number' ? prediction.toFixed(3) : printable(String(prediction), 30);
  return [
    printable(String(id), 30).padEnd(8),
    (isUnsure ? `(${answer})` : answer).padEnd(12),
    ...number('probability', 'p'),
    ...number('entropy'),
    ...number('mutual_information', 'information'),
    ...number('deviation', '±'),
    ...number('lower', 'from'),
    ...number('upper', 'to'),
    ...(Array.isArray(set) ? [`{${set.map((name) => printable(name, 30)).join(', ')}}`] : []),
    ...(isUnsure ? ['too unsure to answer'] : []),
  ].join('  ');
}
