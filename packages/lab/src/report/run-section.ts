/** The part of a report on one run. */

import { DataError } from 'lethe';
import { counted } from '../common/counted.ts';
import { sentence } from '../common/sentence.ts';
import { curvePicture, picture } from '../pictures/curves.ts';
import type { Picture } from '../pictures/picture.ts';
import { muted, seriesColour } from '../pictures/svg/colour.ts';
import { escaped } from '../pictures/svg/element.ts';
import type { Mark } from '../pictures/svg/mark.ts';
import { shortNumber } from '../pictures/svg/scale.ts';
import type { Published } from '../runs/config.ts';
import type { EpochEvent } from '../runs/events.ts';
import type { Metrics } from '../runs/task.ts';
import { lossTo } from '../tasks/baselines.ts';
import { metricLabel, metricMeaning, metricWords } from '../tasks/metric-words.ts';
import { decompositionPictures } from './decomposition-pictures.ts';
import { folded, gallery, htmlTable, paragraph, saved } from './html.ts';
import type { ObservedSeries } from './observations.ts';
import { runResults } from './results.ts';
import { configText, type RunRecord } from './run-record.ts';
import { sectionPictures, sectionsHtml } from './sections.ts';

/** Heading, figures, curves, observations and samples of a run as HTML. */
export function runSection(run: RunRecord): string {
  const { pictures, notes } = curvesOf(run);
  return [
    `<section><h2>${escaped(run.name)}</h2>`,
    paragraph(headline(run)),
    paragraph(`${run.state}. ${environmentLine(run)}`, 'note'),
    ...(run.done?.diverged ? [paragraph(sentence(run.done.diverged.sentence), 'note')] : []),
    ...[...run.notes, ...notes].map((note) => paragraph(note, 'note')),
    metricsHtml(run),
    gallery(pictures),
    sectionsHtml(run),
    configHtml(run),
    '</section>',
  ].join('\n');
}

/** The curves of a run, and its pieces. */
export function runPictures(run: RunRecord): Picture[] {
  const own = [...curvesOf(run).pictures, ...sectionPictures(run)];
  return own.map((one) => ({ ...one, title: `${run.name}: ${one.title}` }));
}

/** The learning curve of a run by the metric that people are shown; nothing before its first epoch. */
export function mainCurve(run: RunRecord): Picture | undefined {
  return run.metric === undefined ? undefined : learningCurve(run, run.metric, run.name);
}

/** A metric with as many decimals as people compare it by. */
export function metricText(value: number | undefined): string {
  if (value === undefined || value === null) return '–';
  return Math.abs(value) < 1000 && Math.abs(value) >= 0.001
    ? value.toFixed(value >= 100 ? 2 : 4)
    : shortNumber(value);
}

/** A metric over the epochs that measured it. */
export function metricCurve(
  epochs: readonly EpochEvent[],
  split: 'train' | 'valid',
  name: string,
): { x: number[]; y: (number | null)[] } {
  const measured = epochs.filter((epoch) => epoch[split]?.[name] !== undefined);
  return { x: measured.map(({ epoch }) => epoch), y: measured.map((epoch) => epoch[split]![name]) };
}

// --- internal ---

function headline({ config }: RunRecord): string {
  const at = (key: string): string => configText(config.get(key));
  const model = `${at('model.cell')}, ${at('model.layers')} × ${at('model.hidden')} units`;
  const title = config.get('recipe.title');
  return [
    ...(typeof title === 'string' ? [`Recipe: ${title}`] : []),
    `${at('dataset')}; ${model}; dropout ${at('model.dropout')}`,
    `${at('optimizer.name')}, step rate ${at('optimizer.stepRate')}${scheduled(config)}; seed ${at('seed')}`,
  ].join('. ');
}

/** What the step rate and the average of the weights go by, where they do not stay. */
function scheduled(config: RunRecord['config']): string {
  const schedule = config.get('schedule.kind') ?? 'constant';
  const average = config.get('average.kind') ?? 'none';
  return [
    schedule === 'constant' ? '' : `, schedule ${configText(schedule)}`,
    average === 'none' ? '' : `; average of the weights: ${configText(average)}`,
  ].join('');
}

function environmentLine({ environment: e, config }: RunRecord): string {
  if (!e) return 'The environment was not recorded.';
  // environment.json of earlier versions has the number type of the process alone
  const precision = config.get('dtype') === 'bf16' ? 'bf16' : e.dtype;
  const engine = `engine ${e.engine} (${e.isa}), ${counted(e.threads, 'thread')}, ${precision}`;
  return `${e.cpu}, ${e.cores} cores; ${engine}; Node ${e.node}; ${e.created}.`;
}

function metricsHtml(run: RunRecord): string {
  const { chosen, published, done } = run;
  const task = run.config.get('task') as string | undefined;
  const baselines = done?.baselines ?? [];
  if (!chosen) return paragraph('No epoch has ended yet, so there is nothing to measure.');
  const names = new Set([chosen.valid, chosen.train, chosen.test].flatMap((part) => Object.keys(part ?? {})));
  const rows = Array.from(names, (name) => [
    metricLabel(name, task),
    ...[chosen.train, chosen.valid, chosen.test].map((part: Metrics | undefined) => metricText(part?.[name])),
    ...(published ? [published.metric.split(' ').includes(name) ? String(published.value) : ''] : []),
    ...baselines.map((one) => metricText(one.metrics[name])),
    [metricMeaning(name, task), directionOf(name, task)].filter((part) => part !== '').join('; '),
  ]);
  const header = ['metric', 'train', 'valid', 'test'];
  if (published) header.push('published');
  header.push(...baselines.map(({ name }) => `test, ${name}`), '');
  const loss = run.metric && chosen.test ? lossTo(chosen.test, baselines, run.metric) : undefined;
  return [
    htmlTable(header, rows, `l${'r'.repeat(header.length - 2)}l`),
    paragraph(chosenLine(run), 'note'),
    ...(published ? [paragraph(publishedLine(published), 'note')] : []),
    ...(loss ? [paragraph(sentence(loss), 'note')] : []),
    saved(`${run.name} results`, runResults([run])),
  ].join('\n');
}

function directionOf(name: string, task: string | undefined): string {
  const { better } = metricWords(name, task);
  return better === undefined ? '' : `${better} is better`;
}

/** The metric of a recipe is the split and the name, e.g. `test nll_per_step`. */
function publishedLine({ metric, value, source }: Published): string {
  const words = metric.split(' ').map((word) => (word.includes('_') ? metricLabel(word) : word));
  return `Published: ${words.join(' ')} ${value} (${source}).`;
}

function chosenLine({ chosen, done }: RunRecord): string {
  const training =
    'The figures of training are those of the epoch as trained, with noise and moving weights.';
  if (done?.reason === 'average') return 'The weights are those of no epoch: nothing was trained with them.';
  if (!chosen?.valid) return `No validation was measured: epoch ${chosen?.epoch}, the last one. ${training}`;
  const test = done ? '' : ' The test set is measured when a run is finished.';
  return `Epoch ${chosen.epoch}, the best by validation. ${training}${test}`;
}

/** All curves; what cannot be drawn is a note. */
function curvesOf(run: RunRecord): { pictures: Picture[]; notes: string[] } {
  const { epochs } = run;
  const names = [...new Set(epochs.flatMap(({ train, valid }) => Object.keys({ ...train, ...valid })))];
  const measures = names.filter((name) => metricWords(name).counts === undefined);
  const pictures = [
    ...measures.map((name) => learningCurve(run, name)),
    ...penaltyCurves(run),
    ...movedCurves(run),
  ];
  const notes: string[] = [];
  for (const observation of run.observations) {
    try {
      pictures.push(...observationCurves(observation, run.directory));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      notes.push(`What ${observation.name} observed is not shown: ${error.message}`);
    }
  }
  return { pictures, notes };
}

/** One panel a metric, training and validation in it. */
function learningCurve({ epochs, chosen, config }: RunRecord, name: string, of?: string): Picture {
  const best: Mark[] = chosen?.valid
    ? [{ kind: 'rule', x: chosen.epoch, colour: muted, name: `best epoch, ${chosen.epoch}` }]
    : [];
  const curves = (['train', 'valid'] as const).map((split, i) => ({
    name: splitWords[split],
    colour: seriesColour(i),
    ...metricCurve(epochs, split, name),
  }));
  const task = config.get('task') as string | undefined;
  const { label, better } = metricWords(name, task);
  return curvePicture(
    {
      title: of === undefined ? label : `${of}: ${label}`,
      axis: 'epoch',
      label: metricLabel(name, task),
      better,
      column: name,
    },
    curves.filter(({ x }) => x.length > 0),
    best,
  );
}

const splitWords = { train: 'training', valid: 'validation' };

function penaltyCurves({ epochs }: RunRecord): Picture[] {
  const names = [...new Set(epochs.flatMap(({ penalties }) => Object.keys(penalties ?? {})))];
  const x = epochs.map(({ epoch }) => epoch);
  const curves = names.map((name) => ({
    name,
    x,
    y: epochs.map(({ penalties }) => penalties?.[name] ?? null),
  }));
  const words = { title: 'penalties in the loss', axis: 'epoch', label: 'added to the loss' };
  return curves.length === 0 ? [] : [curvePicture(words, curves)];
}

/** Step rate and momentum of the last step of every epoch, each where it moved. */
function movedCurves({ epochs }: RunRecord): Picture[] {
  const words = { stepRate: 'step rate', momentum: 'momentum' } as const;
  return Object.entries(words).flatMap(([name, title]) => {
    const told = epochs.filter((epoch) => epoch[name as keyof typeof words] !== undefined);
    const y = told.map((epoch) => epoch[name as keyof typeof words]!);
    if (new Set(y).size < 2) return [];
    const curve = { name: title, x: told.map(({ epoch }) => epoch), y };
    return [curvePicture({ title, axis: 'epoch', label: 'of the last step of an epoch' }, [curve])];
  });
}

/** Eight lines a panel: more would share colours. Throws DataError for a file that cannot be read. */
function observationCurves(observation: ObservedSeries, directory: string): Picture[] {
  const { name, axis, x, series } = observation;
  if (name === 'decomposition') {
    return decompositionPictures(observation, directory).map(({ marks, ...words }) => picture(words, marks));
  }
  const curves = Array.from(series, ([key, y]) => ({ name: key, x, y }));
  const panels = Array.from({ length: Math.ceil(curves.length / 8) }, (_, i) =>
    curves.slice(8 * i, 8 * i + 8),
  );
  return panels.map((part, i) => {
    const title = panels.length > 1 ? `${name} (${i + 1} of ${panels.length})` : name;
    return curvePicture({ title, axis, label: name.replaceAll('-', ' ') }, part);
  });
}

function configHtml({ config, directory, environment }: RunRecord): string {
  const rows = Array.from(config, ([key, value]) => [key, configText(value)]);
  const data = environment?.data;
  if (data) {
    rows.push(['data.name', data.name], ['data.source', data.source], ['data.sha256', data.sha256]);
  }
  return folded(`Configuration and data of ${directory}`, htmlTable(['key', 'value'], rows, 'll'));
}
