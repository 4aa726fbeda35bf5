/** What a report shows of a run of classes or ratings: its test, before and after calibration. */
import { LetheError } from 'lethe';
import { printable } from 'lethe/internal';
import { sentence } from '../../common/sentence.ts';
import { calibratedWay, readCalibration } from '../../runs/calibration.ts';
import { runPaths } from '../../runs/run-directory.ts';
import type { ReportPart, ReportSection, ShownRun } from '../kind.ts';
import { type ClassifyCalibration, promised, readContent } from './calibration.ts';
import { classifyLabel } from './metrics.ts';
import {
  confusionPicture,
  countsOf,
  coveragePicture,
  ratingPicture,
  reliabilityPicture,
  riskPicture,
} from './pictures.ts';
import type { Answers, ClassAnswers, RatingAnswers } from './predict.ts';
import { keptPredictions } from './predictions-file.ts';
import { keptReading } from './reading-file.ts';
import { scoresOf } from './scores.ts';

/** The sections; a file that cannot be read is said to be so. */
export function classifySections({ directory }: ShownRun): ReportSection[] {
  const title = 'Answers to the test';
  try {
    const tested = keptPredictions.read(directory);
    if (!tested) return [{ title, parts: [note('The test is measured when the run is finished.')] }];
    const { calibration, note: stale } = readCalibration(runPaths(directory));
    const way = calibratedWay(calibration);
    const content = way && readContent(way.content);
    const parts =
      tested.answers.kind === 'class'
        ? classParts(tested.answers, tested.targets, keptReading.required(directory).layout.classes!, content)
        : ratingParts(tested.answers, tested.targets, content);
    const said = [...(way?.promises ?? []).map(sentence), ...(stale ? [`${stale}.`] : [])].map(note);
    return [{ title, parts: [...parts, ...said] }];
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    return [{ title, parts: [note(`They cannot be shown: ${error.message}`)] }];
  }
}

// --- internal ---

const note = (text: string): ReportPart => ({ kind: 'note', note: text });

/** More classes are not told apart in a picture. */
const mostClasses = 60;
/** The classes of a table. */
const listedClasses = 100;

function classParts(
  answers: ClassAnswers,
  targets: readonly number[],
  classes: readonly string[],
  content: ClassifyCalibration | undefined,
): ReportPart[] {
  const counts = countsOf(answers, targets);
  const names = classes.map((name) => printable(name, 30));
  const after = content && (promised(answers, content).answers as ClassAnswers);
  const both = [
    { name: after ? 'before calibration' : 'as the model says', answers },
    ...(after ? [{ name: 'after calibration', answers: after }] : []),
  ];
  return [
    ...(classes.length <= mostClasses
      ? [{ kind: 'picture' as const, picture: confusionPicture(counts, names) }]
      : [note(`The confusion matrix of ${classes.length} classes is not drawn.`)]),
    { kind: 'picture', picture: reliabilityPicture(both, targets) },
    { kind: 'picture', picture: riskPicture(answers, targets) },
    figuresTable(both, targets, ['accuracy', 'nll', 'brier', 'ece', 'aurc', 'error_at_50']),
    classTable(counts, names),
  ];
}

/** Precision, recall and F1 of each class, the most frequent ones. */
function classTable(counts: readonly (readonly number[])[], classes: readonly string[]): ReportPart {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const rows = classes.map((name, k) => {
    const [right, actual, answered] = [counts[k][k], sum(counts[k]), sum(counts.map((row) => row[k]))];
    const share = (of: number): string => (of === 0 ? '-' : (right / of).toFixed(3));
    const f1 = actual + answered === 0 ? '-' : ((2 * right) / (actual + answered)).toFixed(3);
    return { actual, row: [name, `${actual}`, `${answered}`, share(answered), share(actual), f1] };
  });
  const listed = rows.toSorted((a, b) => b.actual - a.actual).slice(0, listedClasses);
  return {
    kind: 'table',
    table: {
      header: ['class', 'examples', 'answered', 'precision', 'recall', 'F1'],
      align: 'lrrrrr',
      rows: listed.map(({ row }) => row),
    },
  };
}

function ratingParts(
  answers: RatingAnswers,
  targets: readonly number[],
  content: ClassifyCalibration | undefined,
): ReportPart[] {
  const after = content && (promised(answers, content).answers as RatingAnswers);
  const both = [
    { name: after ? 'before calibration' : 'as the model says', answers },
    ...(after ? [{ name: 'after calibration', answers: after }] : []),
  ];
  const sure = both.filter((one) => one.answers.variance && one.answers.isDensity);
  return [
    { kind: 'picture', picture: ratingPicture(answers, targets) },
    ...(sure.length > 0 ? [{ kind: 'picture' as const, picture: coveragePicture(sure, targets) }] : []),
    figuresTable(both, targets, ['rmse', 'mae', 'nll']),
  ];
}

function figuresTable(
  both: readonly { name: string; answers: Answers }[],
  targets: readonly number[],
  names: readonly string[],
): ReportPart {
  const figures = both.map(({ answers }) => scoresOf(answers, targets, true));
  const rows = names
    .filter((name) => figures.some((one) => name in one))
    .map((name) => [classifyLabel(name), ...figures.map((one) => one[name]?.toFixed(4) ?? '–')]);
  return {
    kind: 'table',
    table: { header: ['test', ...both.map(({ name }) => name)], align: `l${'r'.repeat(both.length)}`, rows },
  };
}
