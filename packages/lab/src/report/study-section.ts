/** The part of a report on a search: the best ten trials, its history, all curves, every hyper-parameter against the metric. */

import { counted } from '../common/counted.ts';
import { helpfulScale, picture, pictureHeight, pictureWidth } from '../pictures/curves.ts';
import { dataOf, type Picture } from '../pictures/picture.ts';
import type { Axis } from '../pictures/svg/axis.ts';
import { muted, seriesColour } from '../pictures/svg/colour.ts';
import { escaped } from '../pictures/svg/element.ts';
import { figure } from '../pictures/svg/figure.ts';
import type { Mark } from '../pictures/svg/mark.ts';
import { panel } from '../pictures/svg/panel.ts';
import { shortNumber } from '../pictures/svg/scale.ts';
import type { ReportSection } from '../tasks/kind.ts';
import { decidingWords, metricHeading, metricLabel, metricWords } from '../tasks/metric-words.ts';
import { gallery, htmlTable, paragraph, saved } from './html.ts';
import { methodsPictures, methodsSection, type ReportedComparison, shownMethods } from './methods-section.ts';
import { results } from './results.ts';
import { duration } from './run-record.ts';
import { metricText } from './run-section.ts';
import { bestTrial, byWorth, type ReportedStudy, type ReportedTrial, trialValue } from './study.ts';
import { type ReportedSweep, shownPoints, sweepPictures, sweepSection } from './sweep-section.ts';

const bestTrials = 10;

/** A study as HTML. */
export function studySection(study: ReportedStudy): string {
  if (isComparison(study)) return methodsSection(study);
  if (isSweep(study)) return sweepSection(study);
  const { trials, name } = study;
  const count = (state: ReportedTrial['state']): number =>
    trials.filter((trial) => trial.state === state).length;
  const states = (['complete', 'pruned', 'failed', 'running'] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`);
  const measured = measuredTrials(study);
  const parts = [
    `<section><h2>${escaped(name)}</h2>`,
    paragraph(`${counted(trials.length, 'trial')}: ${states.join(', ') || 'none'}.`),
  ];
  if (measured.length === 0) parts.push(paragraph('No trial has a validation yet.'));
  else {
    parts.push(bestTable(study, measured), gallery(picturesOf(study, measured)));
  }
  return [...parts, '</section>'].join('\n');
}

/** The pictures of a study; none before a trial has a figure. */
export function studyPictures(study: ReportedStudy): Picture[] {
  return picturesOfKind(study).map((one) => ({ ...one, title: `${study.name}: ${one.title}` }));
}

/** The picture that says most about a study, of a search its history; nothing before a trial has a figure. */
export function mainStudyPicture(study: ReportedStudy): Picture | undefined {
  if (isComparison(study) || isSweep(study)) {
    const [first] = picturesOfKind(study);
    return first && { ...first, title: `${study.name}: ${first.title}` };
  }
  const measured = measuredTrials(study);
  return measured.length === 0 ? undefined : history(study, measured, `${study.name}: history`);
}

/** What a comparison or a sweep shows, for pages that show it their own way; of a search nothing, and nothing before a trial has a figure. */
export function studyParts(study: ReportedStudy): ReportSection[] {
  const pictures = picturesOfKind(study).map((picture) => ({ kind: 'picture' as const, picture }));
  if (pictures.length === 0) return [];
  if (isComparison(study)) {
    const { note, table } = shownMethods(study);
    return [{ title: 'Methods', parts: [{ kind: 'note', note }, { kind: 'table', table }, ...pictures] }];
  }
  if (!isSweep(study)) return [];
  const { title, note, table } = shownPoints(study);
  return [
    { title: 'What settings do', parts: pictures },
    {
      title,
      parts: [
        { kind: 'note', note },
        { kind: 'table', table },
      ],
    },
  ];
}

// --- internal ---

const isComparison = (study: ReportedStudy): study is ReportedComparison => study.comparison !== undefined;
const isSweep = (study: ReportedStudy): study is ReportedSweep => study.sweep !== undefined;

function picturesOfKind(study: ReportedStudy): Picture[] {
  if (isComparison(study)) return methodsPictures(study);
  if (isSweep(study)) return sweepPictures(study);
  const measured = measuredTrials(study);
  return measured.length === 0 ? [] : picturesOf(study, measured);
}

function picturesOf(study: ReportedStudy, measured: readonly Measured[]): Picture[] {
  const scatters = parameterNames(study).map((parameter) => scatter(study, parameter, measured));
  return [history(study, measured), ...trialCurves(study), ...scatters];
}

interface Measured {
  trial: ReportedTrial;
  value: number;
}

function measuredTrials({ trials, metric }: ReportedStudy): Measured[] {
  return trials.flatMap((trial) => {
    const value = trialValue(trial, metric);
    return value === undefined ? [] : [{ trial, value }];
  });
}

const parameterNames = ({ trials }: ReportedStudy): string[] => [
  ...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters))),
];

/** ` of NLL (nats)` behind the word validation, where trials are ranked by another metric than people are shown. */
const decidedBy = ({ metric, deciding = metric }: ReportedStudy): string => decidingWords(deciding, metric);

const parameterText = (value: number | string | undefined): string =>
  value === undefined ? '–' : typeof value === 'number' ? shortNumber(value) : value;

function bestTable(study: ReportedStudy, measured: readonly Measured[]): string {
  const names = parameterNames(study);
  const rows = measured
    .filter(({ trial }) => trial.repeats === undefined)
    .toSorted((a, b) => byWorth(study, a.trial, b.trial))
    .slice(0, bestTrials)
    .map(({ trial, value }) => [
      String(trial.number),
      metricText(value),
      metricText(trial.best?.test?.[study.metric]),
      ...names.map((name) => parameterText(trial.parameters[name])),
      trial.state,
      String(trial.best?.epoch ?? '–'),
      trial.seconds === undefined ? '–' : duration(trial.seconds),
    ]);
  const sideOf = (name: string): string =>
    measured.some(({ trial }) => typeof trial.parameters[name] === 'string') ? 'l' : 'r';
  const header = ['trial', 'valid', 'test', ...names, 'state', 'best epoch', 'time'];
  return [
    '<h3>Best trials</h3>',
    paragraph(`${metricHeading(study.metric)}; best first by validation${decidedBy(study)}.`, 'note'),
    htmlTable(header, rows, `rrr${names.map(sideOf).join('')}lrr`),
    saved(`${study.name} trials`, results([], [study])),
  ].join('');
}

/** Every trial, and what the best so far has reached as a staircase. */
function history(study: ReportedStudy, measured: readonly Measured[], title = 'History'): Picture {
  const inOrder = measured.toSorted((a, b) => a.trial.number - b.trial.number);
  const x: number[] = [];
  const y: number[] = [];
  let best = inOrder[0];
  for (const one of inOrder) {
    if (x.length > 0) {
      x.push(one.trial.number);
      y.push(best.value);
    }
    if (byWorth(study, one.trial, best.trial) < 0) best = one;
    x.push(one.trial.number);
    y.push(best.value);
  }
  const words = decidedBy(study);
  const name = words === '' ? 'best so far' : `best so far by validation${words}`;
  const stairs: Mark = { kind: 'line', name, x, y, colour: seriesColour(1), width: 2 };
  const points = trialPoints(inOrder, ({ number }) => number);
  return plot(title, { label: 'trial', whole: true }, study.metric, [...points, stairs], measured);
}

/** The validations of every trial, the best one's in colour; nothing where none validated twice. */
function trialCurves(study: ReportedStudy): Picture[] {
  const best = bestTrial(study);
  const drawn = study.trials.filter(({ curve }) => curve && curve.x.length > 1);
  if (drawn.length === 0) return [];
  const others = drawn.filter((trial) => trial !== best);
  const marks = others.map(
    ({ curve, number }, i): Mark => ({
      ...{ kind: 'line', ...curve!, series: `trial ${number}`, colour: muted, width: 1, opacity: 0.35 },
      ...(i === 0 ? { name: 'other trials' } : {}),
    }),
  );
  if (best && drawn.includes(best)) {
    const name = `trial ${best.number}, the best`;
    marks.push({ kind: 'line', ...best.curve!, name, colour: seriesColour(1), width: 2 });
  }
  const { better } = metricWords(study.metric);
  const words = { axis: 'epoch', label: metricLabel(study.metric), better, column: `valid_${study.metric}` };
  return [picture({ title: 'Validation while training', ...words }, marks)];
}

/** Words get places 0, 1, 2, … in the order of the alphabet. */
function scatter(study: ReportedStudy, parameter: string, measured: readonly Measured[]): Picture {
  const having = measured.filter(({ trial }) => trial.parameters[parameter] !== undefined);
  const values = having.map(({ trial }) => trial.parameters[parameter]);
  const words = values.every((value) => typeof value === 'number')
    ? []
    : [...new Set(values.map(String))].sort();
  const place = ({ parameters }: ReportedTrial): number =>
    words.length > 0 ? words.indexOf(String(parameters[parameter])) : (parameters[parameter] as number);
  const isLog =
    study.logarithmic.includes(parameter) &&
    words.length === 0 &&
    values.every((value) => (value as number) > 0);
  const axis: Axis =
    words.length > 0
      ? {
          domain: [-0.5, words.length - 0.5],
          ticks: words.map((label, value) => ({ value, label })),
        }
      : { scale: isLog ? 'log' : 'linear', whole: values.every(Number.isInteger) };
  const marks = trialPoints(having, place);
  return plot(parameter, { ...axis, label: parameter }, study.metric, marks, having, words);
}

/** Complete trials as discs, pruned and others as rings. */
function trialPoints(measured: readonly Measured[], place: (trial: ReportedTrial) => number): Mark[] {
  const series = (name: string, part: readonly Measured[], colour: string, shape: 'disc' | 'ring'): Mark[] =>
    part.length === 0
      ? []
      : [
          {
            ...{ kind: 'points', name, colour, shape },
            x: part.map(({ trial }) => place(trial)),
            y: part.map(({ value }) => value),
            titles: part.map(({ trial, value }) => `trial ${trial.number}: ${metricText(value)}`),
          },
        ];
  const isComplete = ({ trial }: Measured): boolean => trial.state === 'complete';
  return [
    ...series('complete', measured.filter(isComplete), seriesColour(0), 'disc'),
    ...series(
      'others',
      measured.filter((one) => !isComplete(one)),
      muted,
      'ring',
    ),
  ];
}

/** @param words of an axis that has such */
function plot(
  title: string,
  x: Axis,
  metric: string,
  marks: Mark[],
  measured: readonly Measured[],
  words: readonly string[] = [],
): Picture {
  const label = `${metricLabel(metric)}, validation`;
  const y = { label, scale: helpfulScale([measured.map(({ value }) => value)], metricWords(metric).better) };
  const drawing = panel({ width: pictureWidth, height: pictureHeight, title, x, y, marks });
  const svg = figure([drawing], { label: `${title}: trials of a search against ${label}` });
  const data = dataOf(marks, x.label ?? 'x', `valid_${metric}`, words.length > 0 ? words : undefined);
  return { title, svg, drawing, data };
}
