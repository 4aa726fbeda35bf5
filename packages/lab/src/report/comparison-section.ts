/** The part of a report on several runs together: one table, and their learning curves in one picture. */
import { picture } from './curves.ts';
import {
  chosenValues,
  compareRuns,
  meanAndDeviation,
  meanCurve,
  type RunComparison,
  type RunGroup,
} from './groups.ts';
import { gallery, htmlTable, paragraph } from './html.ts';
import type { RunRecord } from './run-record.ts';
import { metricCurve, metricText } from './run-section.ts';
import { seriesColour } from './svg/colour.ts';
import type { Mark } from './svg/marks.ts';

/** Columns of differing settings that a table has room for; those that say most come first. */
const mostKeys = 6;
const telling = ['dataset', 'model.cell', 'model.dropout', 'model.hidden', 'model.layers', 'optimizer.name'];

/** The comparison of runs as HTML, for each metric by which there are two and more; nothing without one. */
export function comparisonSection(runs: readonly RunRecord[]): string {
  const withMetric = (metric: string): RunRecord[] => runs.filter((run) => run.metric === metric);
  const metrics = [...new Set(runs.map(({ metric }) => metric))]
    .filter((metric) => metric !== undefined)
    .filter((metric) => withMetric(metric).length > 1);
  if (metrics.length === 0) return '';
  const parts = metrics.map((metric) => {
    const comparison = compareRuns(withMetric(metric));
    return [
      tableHtml(comparison, metric),
      gallery([overlay(comparison.groups, 'valid', metric), overlay(comparison.groups, 'train', metric)]),
    ].join('\n');
  });
  return `<section><h2>Comparison</h2>${parts.join('\n')}</section>`;
}

// --- internal ---

function tableHtml({ keys, groups }: RunComparison, metric: string): string {
  const settings = keys.filter((key) => !key.startsWith('recipe.'));
  const rest = settings.filter((key) => !telling.includes(key));
  const shown = [...telling.filter((key) => settings.includes(key)), ...rest].slice(0, mostKeys);
  const places = shown.map((key) => keys.indexOf(key));
  const sorted = groups
    .map((group) => ({
      group,
      valid: meanAndDeviation(chosenValues(group, 'valid', metric))?.mean ?? Infinity,
    }))
    .sort((a, b) => (a.valid === b.valid ? 0 : a.valid - b.valid));
  const rows = sorted.map(({ group }) => [
    group.label,
    String(group.runs.length),
    ...(['train', 'valid', 'test'] as const).map((split) => spreadText(chosenValues(group, split, metric))),
    publishedText(group, metric),
    ...places.map((place) => group.values[place]),
  ]);
  const header = ['runs', 'seeds', 'train', 'valid', 'test', 'published', ...shown];
  const left = settings.length - shown.length;
  const notes = [
    `${metric} at the best epoch by validation of every run; mean ± deviation over the runs of a configuration.`,
    ...(left > 0 ? [`They differ in ${left} more settings.`] : []),
  ];
  return htmlTable(header, rows, `lrrrrr${'l'.repeat(shown.length)}`) + paragraph(notes.join(' '), 'note');
}

function spreadText(values: (number | undefined)[]): string {
  const spread = meanAndDeviation(values);
  if (!spread) return '–';
  const { mean, deviation, count } = spread;
  const of = count < values.length ? ` (${count} of ${values.length})` : '';
  return `${metricText(mean)}${deviation === undefined ? '' : ` ± ${deviation.toFixed(4)}`}${of}`;
}

function publishedText({ runs }: RunGroup, metric: string): string {
  const { published } = runs[0];
  return published?.metric.split(' ').includes(metric)
    ? `${published.value} (${published.metric.split(' ')[0]})`
    : '–';
}

/** Single runs as lines; the seeds of a configuration as faint lines under their mean and its band. */
function overlay(groups: readonly RunGroup[], split: 'train' | 'valid', metric: string): string {
  const marks = groups.flatMap((group, i): Mark[] => {
    const colour = seriesColour(i);
    const dash = i < 8 ? undefined : '6 3';
    const [one, ...others] = group.runs;
    if (others.length === 0) {
      return [{ kind: 'line', name: group.label, colour, dash, ...metricCurve(one.epochs, split, metric) }];
    }
    const { x, mean, low, high } = meanCurve(group, split, metric);
    return [
      { kind: 'band', colour, x, low, high },
      ...group.runs.map(
        (run): Mark => ({
          ...{ kind: 'line', colour, opacity: 0.35, width: 1 },
          ...metricCurve(run.epochs, split, metric),
        }),
      ),
      { kind: 'line', name: group.label, colour, dash, width: 2, x, y: mean },
    ];
  });
  return picture(`${split} ${metric}`, 'epoch', marks);
}
