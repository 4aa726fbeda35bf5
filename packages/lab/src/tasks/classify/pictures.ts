/** Pictures of answers whose truth is known: confusion matrix, reliability, risk over coverage; ratings against their truth. */
import { confusionMatrix, normalQuantile, reliabilityBins, riskCoverage } from 'lethe';
import { pictureHeight, pictureWidth } from '../../pictures/curves.ts';
import { dataOf, type Picture } from '../../pictures/picture.ts';
import { muted, overRamp, rampColour, seriesColour } from '../../pictures/svg/colour.ts';
import { figure } from '../../pictures/svg/figure.ts';
import type { Line, Mark } from '../../pictures/svg/mark.ts';
import { type PanelOptions, panel } from '../../pictures/svg/panel.ts';
import { shortened, textWidth } from '../../pictures/svg/text-width.ts';
import type { ClassAnswers, RatingAnswers } from './predict.ts';

/** Answers of one kind, and what they are called in a legend. */
export interface NamedAnswers<A> {
  name: string;
  answers: A;
}

/** Below so many classes all are named on both axes; of more the axis below has their numbers. */
const mostNamed = 8;

/** How often each class was taken for each, darker for a larger share of its row, with the counts where they have room. */
export function confusionPicture(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
): Picture {
  const K = classes.length;
  const shares = counts.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
  // The first class stands above.
  const at = (row: number): number => K - 1 - row;
  const cells = counts.flatMap((row, i) => row.map((count, j) => ({ i, j, count })));
  const width = Math.min(1000, Math.max(pictureWidth, 180 + 30 * K));
  const longest = Math.max(...cells.map(({ count }) => textWidth(`${count}`, 11)));
  const field: Mark = {
    kind: 'cells',
    ...{ x: [0, K], y: [0, K], columns: K, rows: K },
    colourOf: (column, row) => rampColour(shares[at(row)][column]),
  };
  const numbers: Mark = {
    kind: 'texts',
    x: cells.map(({ j }) => j + 0.5),
    y: cells.map(({ i }) => at(i) + 0.5),
    texts: cells.map(({ count }) => `${count}`),
    colourOf: (n) => overRamp(shares[cells[n].i][cells[n].j]),
  };
  const isNamed = K <= mostNamed;
  const names = classes.map((name, k) => (isNamed ? name : `${k + 1}: ${shortened([name], 16)[0]}`));
  const every = isNamed ? 1 : Math.ceil(K / 20);
  const below = classes
    .map((name, k) => ({ value: k + 0.5, label: isNamed ? name : `${k + 1}` }))
    .filter((_, k) => k % every === 0);
  return drawn('confusion matrix', (longest + 4) * K < width - 180 ? [field, numbers] : [field], {
    width,
    height: Math.min(1400, Math.max(pictureHeight, 140 + 22 * K)),
    x: {
      label: isNamed ? 'class that was answered' : 'number of the class that was answered',
      domain: [0, K],
      ticks: below,
    },
    y: {
      label: 'right class',
      domain: [0, K],
      ticks: names.toReversed().map((label, k) => ({ value: k + 0.5, label })),
    },
    grid: false,
    colourBar: {
      label: 'share of the examples of the right class',
      ...{ scale: 'linear', domain: [0, 1] },
      colours: Array.from({ length: 20 }, (_, k) => rampColour((k + 0.5) / 20)),
    },
    data: {
      header: ['right', 'answered', 'examples'],
      rows: cells.map(({ i, j, count }) => [classes[i], classes[j], count]),
    },
  });
}

/** How often answers are right that are so sure: on the diagonal where they are as sure as they are right. */
export function reliabilityPicture(
  all: readonly NamedAnswers<ClassAnswers>[],
  targets: readonly number[],
): Picture {
  const marks = all.map(({ name, answers }, i): Line => {
    const bins = reliabilityBins(probabilitiesOf(answers), targets).filter(({ count }) => count > 0);
    return {
      ...{ kind: 'line', name, colour: seriesColour(i) },
      x: bins.map(({ confidence }) => confidence),
      y: bins.map(({ accuracy }) => accuracy),
    };
  });
  const points = marks.map(
    (mark): Mark => ({ ...(mark as Mark & { kind: 'line' }), kind: 'points', name: undefined }),
  );
  const least = Math.min(0.5, ...marks.flatMap(({ x }) => x as number[]));
  return drawn('reliability', [diagonal(least, 1), ...marks, ...points], {
    x: { label: 'mean probability of the answer, ten bins of equal mass', domain: [least, 1] },
    y: { label: 'share of right answers', domain: [0, 1.03] },
    data: dataOf(marks, 'probability', 'accuracy'),
  });
}

/** What answering the surest alone would cost, beside the best that any order could do. */
export function riskPicture(answers: ClassAnswers, targets: readonly number[]): Picture {
  const rows = probabilitiesOf(answers);
  const { risk } = riskCoverage(rows, targets);
  const wrong = Math.round(risk[risk.length - 1] * risk.length);
  const N = risk.length;
  const places = thinned(N);
  const coverage = places.map((k) => (k + 1) / N);
  const oracle = places.map((k) => Math.max(0, k + 1 - (N - wrong)) / (k + 1));
  const marks: Mark[] = [
    {
      kind: 'line',
      name: 'surest first',
      colour: seriesColour(0),
      x: coverage,
      y: places.map((k) => risk[k]),
    },
    { kind: 'line', name: 'all errors last', colour: seriesColour(1), dash: '5 3', x: coverage, y: oracle },
    { kind: 'rule', y: wrong / N, colour: muted, name: 'all answered' },
  ];
  const most = Math.max(0.02, ...places.filter((k) => k >= N / 20).map((k) => risk[k]), wrong / N);
  return drawn('risk over coverage', marks, {
    x: { label: 'coverage, share of examples that are answered', domain: [0, 1] },
    y: { label: 'error rate of the answers', domain: [0, 1.1 * most] },
    data: dataOf(marks, 'coverage', 'error_rate'),
  });
}

/** Every rating against its truth. */
export function ratingPicture({ mean }: RatingAnswers, targets: readonly number[]): Picture {
  const places = thinned(targets.length);
  const x = places.map((i) => targets[i]);
  const y = places.map((i) => mean[i]);
  const [least, most] = [Math.min(...x, ...y), Math.max(...x, ...y)];
  const marks: Mark[] = [
    diagonal(least, most, 'answer and truth are one'),
    { kind: 'points', name: 'an example', colour: seriesColour(0), x, y, size: 2 },
  ];
  return drawn('answers over their truth', marks, {
    x: { label: 'right rating' },
    y: { label: 'answer' },
    data: dataOf(marks.slice(1), 'right', 'answer'),
  });
}

/** How many truths lie in intervals of the Gaussian that the model says: on the diagonal where deviations are right. */
export function coveragePicture(
  all: readonly NamedAnswers<RatingAnswers>[],
  targets: readonly number[],
): Picture {
  const levels = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  const marks = all.map(({ name, answers: { mean, variance } }, i): Mark => {
    const z = targets.map((y, n) => Math.abs(y - mean[n]) / Math.sqrt(variance![n]));
    const inside = levels.map(
      (level) => z.filter((value) => value <= normalQuantile((1 + level) / 2)).length / z.length,
    );
    return { kind: 'line', name, colour: seriesColour(i), x: levels, y: inside };
  });
  return drawn('coverage of intervals', [diagonal(0, 1), ...marks], {
    x: { label: 'share that the model says', domain: [0, 1] },
    y: { label: 'share of truths inside', domain: [0, 1] },
    data: dataOf(marks, 'said', 'inside'),
  });
}

export const probabilitiesOf = ({ logProbabilities }: ClassAnswers): Float64Array[] =>
  logProbabilities.map((row) => row.map(Math.exp));

export const countsOf = (answers: ClassAnswers, targets: readonly number[]): number[][] =>
  confusionMatrix(probabilitiesOf(answers), targets);

// --- internal ---

function drawn(
  title: string,
  marks: readonly Mark[],
  {
    data,
    ...options
  }: Omit<PanelOptions, 'marks' | 'width' | 'height' | 'title'> &
    Partial<Pick<PanelOptions, 'width' | 'height'>> & { data: Picture['data'] },
): Picture {
  const drawing = panel({ width: pictureWidth, height: pictureHeight, title, marks, ...options });
  const wide = drawing.width > pictureWidth && { wide: true };
  return { title, svg: figure([drawing], { label: title }), drawing, data, ...wide };
}

const diagonal = (from: number, to: number, name = 'as sure as right'): Mark => ({
  ...{ kind: 'line', name, colour: muted, dash: '2 3', width: 1 },
  ...{ x: [from, to], y: [from, to] },
});

/** Some hundreds of places among many, the last one included. */
function thinned(count: number): number[] {
  const shown = Math.min(count, 400);
  return Array.from({ length: shown }, (_, i) => Math.ceil(((i + 1) * count) / shown) - 1);
}
