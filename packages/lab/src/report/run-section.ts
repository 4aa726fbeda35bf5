/** The part of a report on one run. */
import { metricMeaning } from '../tasks/metric-meaning.ts';
import type { Metrics } from '../tasks/task.ts';
import type { EpochEvent } from '../training/events.ts';
import { curvePicture, picture } from './curves.ts';
import { decompositionPictures } from './decomposition-pictures.ts';
import { folded, gallery, htmlTable, paragraph } from './html.ts';
import { configText, type RunRecord } from './run-record.ts';
import { samplesHtml } from './samples.ts';
import { muted, seriesColour } from './svg/colour.ts';
import { escaped } from './svg/element.ts';
import type { Mark } from './svg/marks.ts';
import { shortNumber } from './svg/scale.ts';

/** Heading, figures, curves, observations and samples of a run as HTML. */
export function runSection(run: RunRecord): string {
  const pictures = [...learningCurves(run), ...penaltyCurves(run), ...observationCurves(run)];
  return [
    `<section><h2>${escaped(run.name)}</h2>`,
    paragraph(headline(run)),
    paragraph(`${run.state}. ${environmentLine(run)}`, 'note'),
    metricsHtml(run),
    gallery(pictures),
    samplesHtml(run),
    configHtml(run),
    '</section>',
  ].join('\n');
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
    `${at('optimizer.name')}, step rate ${at('optimizer.stepRate')}; seed ${at('seed')}`,
  ].join('. ');
}

function environmentLine({ environment: e }: RunRecord): string {
  if (!e) return 'The environment was not recorded.';
  const engine = `engine ${e.engine} (${e.isa}), ${e.threads} ${e.threads === 1 ? 'thread' : 'threads'}, ${e.dtype}`;
  return `${e.cpu}, ${e.cores} cores; ${engine}; Node ${e.node}; ${e.created}.`;
}

function metricsHtml(run: RunRecord): string {
  const { chosen, published } = run;
  if (!chosen) return paragraph('No epoch has ended yet, so there is nothing to measure.');
  const names = new Set([chosen.valid, chosen.train, chosen.test].flatMap((part) => Object.keys(part ?? {})));
  const rows = Array.from(names, (name) => [
    name,
    ...[chosen.train, chosen.valid, chosen.test].map((part: Metrics | undefined) => metricText(part?.[name])),
    ...(published ? [published.metric.split(' ').includes(name) ? String(published.value) : ''] : []),
    metricMeaning(name),
  ]);
  const header = ['metric', 'train', 'valid', 'test', ...(published ? ['published'] : []), ''];
  return [
    htmlTable(header, rows, published ? 'lrrrrl' : 'lrrrl'),
    paragraph(chosenLine(run), 'note'),
    ...(published
      ? [paragraph(`Published: ${published.metric} ${published.value} (${published.source}).`, 'note')]
      : []),
  ].join('\n');
}

function chosenLine({ chosen, done }: RunRecord): string {
  const training =
    'The figures of training are those of the epoch as trained, with noise and moving weights.';
  if (!chosen?.valid) return `No validation was measured: epoch ${chosen?.epoch}, the last one. ${training}`;
  const test = done ? '' : ' The test set is measured when a run is finished.';
  return `Epoch ${chosen.epoch}, the best by validation. ${training}${test}`;
}

/** One panel a metric, training and validation in it. */
function learningCurves({ epochs, chosen }: RunRecord): string[] {
  const names = [...new Set(epochs.flatMap(({ train, valid }) => Object.keys({ ...train, ...valid })))];
  const best: Mark[] = chosen?.valid
    ? [{ kind: 'rule', x: chosen.epoch, colour: muted, name: `best epoch, ${chosen.epoch}` }]
    : [];
  return names.map((name) => {
    const curves = (['train', 'valid'] as const).map((split, i) => ({
      name: split,
      colour: seriesColour(i),
      ...metricCurve(epochs, split, name),
    }));
    return curvePicture(
      name,
      'epoch',
      curves.filter(({ x }) => x.length > 0),
      best,
    );
  });
}

function penaltyCurves({ epochs }: RunRecord): string[] {
  const names = [...new Set(epochs.flatMap(({ penalties }) => Object.keys(penalties ?? {})))];
  const x = epochs.map(({ epoch }) => epoch);
  const curves = names.map((name) => ({
    name,
    x,
    y: epochs.map(({ penalties }) => penalties?.[name] ?? null),
  }));
  return curves.length === 0 ? [] : [curvePicture('penalties in the loss', 'epoch', curves)];
}

/** Eight lines a panel: more would share colours. */
function observationCurves({ observations, directory }: RunRecord): string[] {
  return observations.flatMap((observation) => {
    const { name, axis, x, series } = observation;
    if (name === 'decomposition') {
      return decompositionPictures(observation, directory).map(({ title, axis, marks }) =>
        picture(title, axis, marks),
      );
    }
    const curves = Array.from(series, ([key, y]) => ({ name: key, x, y }));
    const panels = Array.from({ length: Math.ceil(curves.length / 8) }, (_, i) =>
      curves.slice(8 * i, 8 * i + 8),
    );
    return panels.map((part, i) =>
      curvePicture(panels.length > 1 ? `${name} (${i + 1} of ${panels.length})` : name, axis, part),
    );
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
