/** The part of a report on a sweep: the loss along every setting, surfaces over two, and the best points. */
import { counted } from '../common/counted.ts';
import { largest, least } from '../common/extremes.ts';
import type { Spread } from '../common/spread.ts';
import { helpfulScale, pictureHeight, pictureWidth } from '../pictures/curves.ts';
import { type Cell, type DataTable, tableOf } from '../pictures/data-table.ts';
import { type HeatAxis, heatMap } from '../pictures/heat-map.ts';
import { dataOf, type Picture } from '../pictures/picture.ts';
import type { Axis } from '../pictures/svg/axis.ts';
import { ink, muted, seriesColour } from '../pictures/svg/colour.ts';
import { escaped } from '../pictures/svg/element.ts';
import { figure } from '../pictures/svg/figure.ts';
import type { Mark } from '../pictures/svg/mark.ts';
import { panel } from '../pictures/svg/panel.ts';
import { domainOf, type ScaleKind, shortNumber, wholeDomainOf } from '../pictures/svg/scale.ts';
import { measuredSplits, spreadText } from '../studies/figures.ts';
import { settingUnit } from '../studies/setting-words.ts';
import type { Value } from '../studies/space.ts';
import { alongAxis, baseOf, type SweepPoint, type SweepResult } from '../studies/sweep.ts';
import type { ShownTable } from '../tasks/kind.ts';
import { decidingWords, metricHeading, metricLabel, metricWords } from '../tasks/metric-words.ts';
import { gallery, htmlTable, paragraph, saved } from './html.ts';
import type { ReportedStudy } from './study.ts';

/** A study that is a sweep. */
export type ReportedSweep = ReportedStudy & { sweep: SweepResult };

/** Rows of the table; the file beside it has all. */
const mostRows = 20;
/** Lines that one panel tells apart. */
const mostLines = 8;

/** A sweep as HTML. */
export function sweepSection(study: ReportedSweep): string {
  const { name, sweep, metric, deciding = metric } = study;
  const { axes, alone, points, seeds } = sweep;
  const done = points.filter(({ valid }) => valid !== undefined);
  const how = alone
    ? 'each setting varied alone around the recipe'
    : axes.length > 1
      ? 'every combination'
      : 'one setting varied';
  const parts = [
    `<section><h2>${escaped(name)}</h2>`,
    paragraph(
      `${counted(points.length, 'point')}, ${how}, ${counted(seeds.length, 'seed')}. ${metricHeading(metric)}; weights chosen by validation${decidingWords(deciding, metric)}, test measured once with these; training as trained, with its noise. Lines are means over seeds, bands one deviation around them.`,
    ),
  ];
  const failed = study.trials.filter(({ state }) => state === 'failed').length;
  if (failed > 0)
    parts.push(paragraph(`${counted(failed, 'training')} failed; means are over the others.`, 'note'));
  if (done.length === 0) parts.push(paragraph('No training has a validation yet.'));
  else parts.push(gallery(sweepPictures(study)), tableHtml(study));
  return [...parts, '</section>'].join('\n');
}

/** The pictures of a sweep; none before a training has a figure. */
export function sweepPictures({ sweep, metric, method, deciding = metric }: ReportedSweep): Picture[] {
  const { axes, alone, best } = sweep;
  if (!best) return [];
  const words: Words = { metric, method, framed: `best mean validation${decidingWords(deciding, metric)}` };
  // Along the recipe where each is alone, else through the best point.
  const at = alone ? baseOf(sweep) : best.at;
  const single = axes.map((_, i) => linePicture(sweep, i, at, words));
  if (alone) return [...together(sweep, words), ...single];
  if (axes.length === 1) return single;
  const pairs = axes.flatMap((_, i) => axes.slice(i + 1).map((_, k): [number, number] => [i, i + 1 + k]));
  return [
    ...pairs.flatMap((pair) =>
      (['valid', 'test'] as const).map((split) => surface(sweep, pair, best, split, words)),
    ),
    ...(axes.length === 2 ? [0, 1].map((axis) => family(sweep, axis, words)) : single),
  ];
}

/** A row a point, for other programs. */
export function sweepTable({ axes, points }: SweepResult): DataTable {
  return tableOf(
    points.map(({ at, trials, ...spreads }) => ({
      ...Object.fromEntries(axes.map(({ key }, i) => [key, cellOf(at[i])])),
      seeds: trials.length,
      ...Object.fromEntries(
        (['train', 'valid', 'test'] as const).flatMap((split): [string, Cell][] => [
          [`${split}.mean`, spreads[split]?.mean],
          [`${split}.deviation`, spreads[split]?.deviation],
          [`${split}.count`, spreads[split]?.count],
        ]),
      ),
    })),
  );
}

/** The best points as a table that people read. */
export function shownPoints({ sweep }: ReportedSweep): { title: string; note: string; table: ShownTable } {
  const { axes, ranked: done } = sweep;
  const splits = measuredSplits(done);
  const rows = done
    .slice(0, mostRows)
    .map(({ at, valid, ...spreads }) => [
      ...at.map(valueText),
      String(valid?.count ?? 0),
      ...splits.map((split) => spreadText({ ...spreads, valid }[split])),
    ]);
  return {
    title:
      done.length > mostRows
        ? `The best ${mostRows} of ${done.length} points`
        : done.length < sweep.points.length
          ? `The ${done.length} of ${sweep.points.length} points with a result`
          : 'All points',
    note: 'Mean ± deviation over seeds; best first by validation, points with fewer seeds behind the others.',
    table: {
      header: [...axes.map(({ key }) => key), 'seeds', ...splits],
      rows,
      align: 'r'.repeat(axes.length + 1 + splits.length),
    },
  };
}

// --- internal ---

interface Words {
  metric: string;
  method: string;
  /** what the framed cell of a surface is */
  framed: string;
}

const cellOf = (value: Value): Cell => (typeof value === 'boolean' ? String(value) : value);

/** In data, where an empty cell would be no setting. */
const wordOf = (value: Value): Cell => (value === null ? 'none' : cellOf(value));

const valueText = (value: Value): string =>
  value === null ? 'none' : typeof value === 'number' ? shortNumber(value) : String(value);

const settingsText = ({ axes }: SweepResult, at: readonly Value[], without: readonly number[]): string =>
  axes.flatMap(({ key }, i) => (without.includes(i) ? [] : [`${key}=${valueText(at[i])}`])).join(', ');

/** The axis of a picture over one setting, and the places of points on it: numbers where they are, words side by side. */
function axisOf({ axes }: SweepResult, i: number, points: readonly SweepPoint[], { method }: Words) {
  const { key, values } = axes[i];
  const label = settingUnit(key, method);
  const found = points.map(({ at }) => at[i]);
  if (![...values, ...found].every((value) => typeof value === 'number')) {
    const all = [...new Set([...values, ...found])];
    const ticks = all.map((value, place) => ({ value: place, label: valueText(value) }));
    const axis: Axis = { label, domain: [-0.5, all.length - 0.5], ticks };
    return { axis, places: found.map((value) => all.indexOf(value)), words: all.map(wordOf) };
  }
  const numbers = [...values, ...found] as number[];
  const [low, high] = [least(numbers), largest(numbers)];
  const whole = numbers.every(Number.isInteger) && high - low > 2;
  const scale: ScaleKind = low > 0 && high / low >= 30 ? 'log' : 'linear';
  const domain = isRate(key, method)
    ? rateDomain(numbers)
    : (whole ? wholeDomainOf : domainOf)(scale, numbers);
  const axis: Axis = { label, scale, whole, domain };
  return { axis, places: found as number[] };
}

const isRate = (key: string, method: string): boolean => settingUnit(key, method).includes('(probability');

/** What holds all values of a rate; of one alone whatever a rate may be, since its neighbours may be none. */
const rateDomain = (values: readonly number[]): [number, number] =>
  domainOf('linear', new Set(values).size > 1 ? values : [0, 1]);

/** A line through means, a band of one deviation around it where there are several seeds; nothing where nothing was measured. */
function lineOf(
  name: string,
  x: readonly number[],
  spreads: readonly (Spread | undefined)[],
  colour: string,
  dash?: string,
): Mark[] {
  if (!spreads.some(isMeasured)) return [];
  const mean = spreads.map((spread) => spread?.mean ?? null);
  const ends = (sign: number) =>
    spreads.map((spread) => (spread ? spread.mean + sign * (spread.deviation ?? 0) : null));
  const hasBand = spreads.some((spread) => spread?.deviation !== undefined);
  return [
    ...(hasBand ? [{ kind: 'band', series: name, x, low: ends(-1), high: ends(1), colour } as const] : []),
    { kind: 'line', name, x, y: mean, colour, dash, width: 2 },
    { kind: 'points', series: '', x, y: mean, colour, size: 3 },
  ];
}

/** @param words in the data, of an axis that has such */
function plot(
  title: string,
  { axis: x, words: placed }: { axis: Axis; words?: readonly Cell[] },
  marks: Mark[],
  { metric }: Words,
  column: string,
): Picture {
  const values = marks.flatMap((mark) => (mark.kind === 'line' || mark.kind === 'points' ? [mark.y] : []));
  const y: Axis = { label: metricLabel(metric), scale: helpfulScale(values, metricWords(metric).better) };
  const drawing = panel({ width: pictureWidth, height: pictureHeight, title, x, y, marks });
  const data = dataOf(marks, column, metric, placed);
  return { title, svg: figure([drawing], { label: title }), drawing, data };
}

/** Training, validation and test along one setting. */
function linePicture(sweep: SweepResult, i: number, at: readonly Value[], words: Words): Picture {
  const points = alongAxis(sweep, i, at);
  const { axis, places, words: placed } = axisOf(sweep, i, points, words);
  const { key, base } = sweep.axes[i];
  const isWords = axis.ticks !== undefined;
  const marks = series.flatMap(([split, name, colour, dash], k): Mark[] => {
    const spreads = points.map((point) => point[split]);
    return isWords
      ? barsOf(
          name,
          places.map((place) => place + (k - 1) / 6),
          spreads,
          colour,
        )
      : lineOf(name, places, spreads, colour, dash);
  });
  if (typeof base === 'number' && !isWords && isInside(base, places)) {
    marks.push({ kind: 'rule', name: 'the recipe', x: base, colour: ink, dash: '1 3' });
  }
  const others = sweep.alone ? ', the others as in the recipe' : ` (${settingsText(sweep, at, [i])})`;
  return plot(`${key}${sweep.axes.length > 1 ? others : ''}`, { axis, words: placed }, marks, words, key);
}

/** Over words, which have no order: a dot for each mean, a bar of one deviation above and below it; nothing where nothing was measured. */
function barsOf(
  name: string,
  x: readonly number[],
  spreads: readonly (Spread | undefined)[],
  colour: string,
): Mark[] {
  if (!spreads.some(isMeasured)) return [];
  const bars = spreads.flatMap((spread, i): Mark[] => {
    if (spread?.deviation === undefined) return [];
    const { mean, deviation } = spread;
    const ends = [mean - deviation, mean + deviation];
    return [{ kind: 'line', series: `${name} ± deviation`, x: [x[i], x[i]], y: ends, colour, width: 2 }];
  });
  return [
    ...bars,
    { kind: 'points', name, x, y: spreads.map((spread) => spread?.mean ?? null), colour, size: 4 },
  ];
}

const isMeasured = (spread: Spread | undefined): boolean => spread !== undefined;

const series = [
  ['train', 'training', muted, '5 3'],
  ['valid', 'validation', seriesColour(0), undefined],
  ['test', 'test', seriesColour(1), undefined],
] as const;

const isInside = (value: number, places: readonly number[]): boolean =>
  value >= least(places) && value <= largest(places);

/** The validation along each rate, all rates in one panel. */
function together(sweep: SweepResult, words: Words): Picture[] {
  const at = baseOf(sweep);
  const rates = sweep.axes.flatMap(({ key, values }, i) =>
    isRate(key, words.method) && values.every((value) => typeof value === 'number') ? [i] : [],
  );
  if (rates.length < 2) return [];
  const marks = rates.slice(0, mostLines).flatMap((i, k) => {
    const points = alongAxis(sweep, i, at);
    const places = points.map(({ at }) => at[i] as number);
    return lineOf(
      sweep.axes[i].key,
      places,
      points.map(({ valid }) => valid),
      seriesColour(k),
    );
  });
  const title = 'Validation along each rate, the others as in the recipe';
  const values = rates.flatMap((i) => sweep.axes[i].values as number[]);
  const axis: Axis = {
    label: 'rate (probability of dropping)',
    domain: rateDomain([...values, ...placesOf(marks)]),
  };
  return [plot(title, { axis }, marks, words, 'rate')];
}

const placesOf = (marks: readonly Mark[]): number[] =>
  marks.flatMap((mark) => (mark.kind === 'points' ? [...(mark.x as number[])] : []));

/** The validation along one of two settings, a line for each value of the other. */
function family(sweep: SweepResult, axis: number, words: Words): Picture {
  const other = 1 - axis;
  const { key, values } = sweep.axes[other];
  const shown = thinned(values, mostLines);
  const { axis: x, words: placed } = axisOf(sweep, axis, sweep.points, words);
  const marks = shown.flatMap((value, k) => {
    const points = alongAxis(sweep, axis, atOf(axis, value));
    const { places } = axisOf(sweep, axis, points, words);
    const spreads = points.map(({ valid }) => valid);
    const name = `${key}=${valueText(value)}`;
    const beside = (k - (shown.length - 1) / 2) / (2 * shown.length);
    return x.ticks === undefined
      ? lineOf(name, places, spreads, seriesColour(k))
      : barsOf(
          name,
          places.map((place) => place + beside),
          spreads,
          seriesColour(k),
        );
  });
  const title = `Validation along ${sweep.axes[axis].key}, by ${key}`;
  return plot(title, { axis: x, words: placed }, marks, words, sweep.axes[axis].key);
}

const atOf = (axis: number, other: Value): Value[] => (axis === 0 ? [null, other] : [other, null]);

/** At most so many of them, both ends included. */
function thinned(values: readonly Value[], most: number): Value[] {
  if (values.length <= most) return [...values];
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]);
}

/** A surface over two settings, the others at the best point. */
function surface(
  sweep: SweepResult,
  [first, second]: [number, number],
  best: SweepPoint,
  split: 'valid' | 'test',
  { metric, method, framed }: Words,
): Picture {
  const { axes, points } = sweep;
  const side = (i: number): Value[] => {
    const { values } = axes[i];
    return values.every((value) => typeof value === 'number')
      ? (values as number[]).toSorted((a, b) => a - b)
      : [...values];
  };
  const [columns, rows] = [side(first), side(second)];
  const here = points.filter(({ at }) =>
    at.every((value, i) => i === first || i === second || value === best.at[i]),
  );
  const at = (column: Value, row: Value): SweepPoint | undefined =>
    here.find((point) => point.at[first] === column && point.at[second] === row);
  const others = settingsText(sweep, best.at, [first, second]);
  const called = split === 'valid' ? 'validation' : 'test';
  return heatMap({
    title: `${capital(called)} over ${axes[first].key} and ${axes[second].key}${others ? ` (${others})` : ''}`,
    x: heatAxis(axes[first].key, columns, method),
    y: heatAxis(axes[second].key, rows, method),
    label: `${metricLabel(metric)}, ${called}`,
    column: `${split}_${metric}`,
    values: rows.map((row) => columns.map((column) => at(column, row)?.[split]?.mean)),
    best: { column: columns.indexOf(best.at[first]), row: rows.indexOf(best.at[second]), name: framed },
  });
}

const heatAxis = (key: string, values: readonly Value[], method: string): HeatAxis => ({
  ...{ label: settingUnit(key, method), name: key },
  ...{ values: values.map(valueText), cells: values.map(wordOf) },
});

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

function tableHtml(study: ReportedSweep): string {
  const { title, note, table } = shownPoints(study);
  return [
    `<h3>${title}</h3>`,
    paragraph(note, 'note'),
    htmlTable(table.header, table.rows, table.align),
    saved(`${study.name} points`, sweepTable(study.sweep)),
  ].join('');
}
