/** The part of a report on several runs together: for each data set and metric one table, and learning curves. */

import { meanAndDeviation } from '../common/spread.ts';
import { curveMark, picture } from '../pictures/curves.ts';
import type { Picture } from '../pictures/picture.ts';
import { seriesColour } from '../pictures/svg/colour.ts';
import { escaped } from '../pictures/svg/element.ts';
import type { Mark } from '../pictures/svg/mark.ts';
import { shortNumber } from '../pictures/svg/scale.ts';
import { metricLabel, metricWords } from '../tasks/metric-words.ts';
import { type Comparable, comparableSets } from './comparable.ts';
import {
  chosenValues,
  compareRuns,
  meanCurve,
  type RunComparison,
  type RunGroup,
  telling,
} from './groups.ts';
import { gallery, htmlTable, paragraph, saved } from './html.ts';
import { runResults } from './results.ts';
import type { RunRecord } from './run-record.ts';
import { metricCurve, metricText } from './run-section.ts';

/** Columns of differing settings that a table has room for; those that say most come first. */
const mostKeys = 6;
/** Curves that a panel tells apart: eight colours, whole and dashed. */
const mostCurves = 16;

/** The comparisons of runs as HTML, one for each set of two and more that may be ranked; nothing without one. */
export function comparisonSection(runs: readonly RunRecord[]): string {
  const sets = setsOf(runs);
  if (sets.length === 0) return '';
  const parts = sets.map((set) => {
    const comparison = compareRuns(set.runs);
    return [
      `<h3>${escaped(set.title)}</h3>`,
      tableHtml(comparison, set),
      gallery(setPictures(comparison, set)),
    ].join('\n');
  });
  const all = comparableSets(runs);
  const note =
    all.length > 1
      ? paragraph(
          'What differs in data, in how it is scored or in its metric is not ranked together.',
          'note',
        )
      : '';
  return `<section><h2>Comparison</h2>${note}${parts.join('\n')}</section>`;
}

/** The pictures of all comparisons: validation and training. */
export function comparisonPictures(runs: readonly RunRecord[]): Picture[] {
  return setsOf(runs).flatMap((set) => setPictures(compareRuns(set.runs), set));
}

/** The curves of one set: the validations, unless said otherwise. */
export function validationPictures(
  set: Comparable,
  splits: readonly ('valid' | 'train')[] = ['valid'],
): Picture[] {
  return setPictures(compareRuns(set.runs), set, splits);
}

// --- internal ---

const setsOf = (runs: readonly RunRecord[]): Comparable[] =>
  comparableSets(runs).filter((set) => set.runs.length > 1);

/** Best first; those without a figure at the end. */
function ranked({ groups }: RunComparison, metric: string): RunGroup[] {
  const higher = metricWords(metric).better === 'higher';
  const worth = (group: RunGroup): number => {
    const mean = meanAndDeviation(chosenValues(group, 'valid', metric))?.mean;
    return mean === undefined ? Number.POSITIVE_INFINITY : higher ? -mean : mean;
  };
  const values = new Map(groups.map((group) => [group, worth(group)]));
  const of = (group: RunGroup): number => values.get(group)!;
  return groups.toSorted((a, b) => (of(a) === of(b) ? 0 : of(a) - of(b)));
}

function tableHtml(comparison: RunComparison, { metric, runs, data }: Comparable): string {
  const { keys } = comparison;
  const settings = keys.filter((key) => !key.startsWith('recipe.'));
  const rest = settings.filter((key) => !telling.includes(key));
  const shown = [...telling.filter((key) => settings.includes(key)), ...rest].slice(0, mostKeys);
  const places = shown.map((key) => keys.indexOf(key));
  const rows = ranked(comparison, metric).map((group) => [
    group.label,
    String(group.runs.length),
    ...(['train', 'valid', 'test'] as const).map((split) => spreadText(chosenValues(group, split, metric))),
    publishedText(group, metric),
    ...places.map((place) => group.values[place]),
  ]);
  const header = ['runs', 'seeds', 'train', 'valid', 'test', 'published', ...shown];
  const left = settings.length - shown.length;
  const notes = [
    `${metricLabel(metric)} at the best epoch by validation of every run; mean ± deviation over the runs of a configuration.`,
    ...(left > 0 ? [`They differ in ${left} more settings.`] : []),
  ];
  return [
    htmlTable(header, rows, `lrrrrr${'l'.repeat(shown.length)}`),
    paragraph(notes.join(' '), 'note'),
    saved(`results ${data}`, runResults(runs)),
  ].join('');
}

function spreadText(values: (number | undefined)[]): string {
  const spread = meanAndDeviation(values);
  if (!spread) return '–';
  const { mean, deviation, count } = spread;
  const of = count < values.length ? ` (${count} of ${values.length})` : '';
  return `${metricText(mean)}${deviation === undefined ? '' : ` ± ${deviationText(deviation, mean)}`}${of}`;
}

/** With as many decimals as the mean beside it. */
function deviationText(deviation: number, mean: number): string {
  const size = Math.abs(mean);
  return size >= 0.001 && size < 1000 ? deviation.toFixed(size >= 100 ? 2 : 4) : shortNumber(deviation);
}

function publishedText({ runs }: RunGroup, metric: string): string {
  const { published } = runs[0];
  return published?.metric.split(' ').includes(metric)
    ? `${published.value} (${published.metric.split(' ')[0]})`
    : '–';
}

/** Best first, as many panels as it takes to tell the curves apart. */
function setPictures(
  comparison: RunComparison,
  set: Comparable,
  splits: readonly ('valid' | 'train')[] = ['valid', 'train'],
): Picture[] {
  const groups = ranked(comparison, set.metric);
  const panels = Array.from({ length: Math.ceil(groups.length / mostCurves) }, (_, i) =>
    groups.slice(mostCurves * i, mostCurves * (i + 1)),
  );
  return panels.flatMap((part, i) => {
    const place = panels.length > 1 ? `, ${i + 1} of ${panels.length}` : '';
    return splits.map((split) => overlay(part, split, set, place));
  });
}

/** Single runs as lines; the seeds of a configuration as faint lines under their mean and its band. */
function overlay(
  groups: readonly RunGroup[],
  split: 'train' | 'valid',
  { metric, data }: Comparable,
  place: string,
): Picture {
  const marks = groups.flatMap((group, i): Mark[] => {
    const colour = seriesColour(i);
    const dash = i < 8 ? undefined : '6 3';
    const [one, ...others] = group.runs;
    if (others.length === 0) {
      return [curveMark({ name: group.legend, colour, dash, ...metricCurve(one.epochs, split, metric) }, i)];
    }
    const { x, mean, low, high } = meanCurve(group, split, metric);
    return [
      { kind: 'band', series: group.legend, colour, x, low, high },
      ...group.runs.map(
        (run): Mark => ({
          ...{ kind: 'line', series: run.name, colour, opacity: 0.35, width: 1 },
          ...metricCurve(run.epochs, split, metric),
        }),
      ),
      mean.length > 1
        ? { kind: 'line', name: group.legend, colour, dash, width: 2, x, y: mean }
        : curveMark({ name: group.legend, colour, x, y: mean }, i),
    ];
  });
  const title = `${data}: ${split === 'valid' ? 'validation' : 'training'}${place}`;
  const { better } = metricWords(metric);
  const words = { axis: 'epoch', label: metricLabel(metric), better, column: `${split}_${metric}` };
  return picture({ title, ...words, mayDiverge: true }, marks);
}
