/** One axis of a panel: its scale with ticks that have room, drawn below or to the left of the data. */
import { largest } from '../../common/extremes.ts';
import { faint, muted } from './colour.ts';
import { element } from './element.ts';
import type { Numbers } from './mark.ts';
import { domainOf, type Scale, type ScaleKind, scaleOf, type Tick, wholeDomainOf } from './scale.ts';
import { shortened, textWidth, wrapped } from './text-width.ts';
import { words } from './words.ts';

export interface Axis {
  label?: string;
  /** @defaultValue linear */
  scale?: ScaleKind;
  /** what is counted, such as epochs or trials: ticks at whole numbers alone */
  whole?: boolean;
  /** @defaultValue what the marks need, with some air */
  domain?: readonly [number, number];
  /** @defaultValue round numbers */
  ticks?: readonly Tick[];
}

export const tickSize = 11;
const labelSize = 12;
const lineHeight = 15;
/** Of a tick's label in several lines. */
const tickLine = 13;
/** The narrowest place of words that are not turned, in pixels, and the most lines of them. */
const narrowest = 70;
const mostLines = 8;
/** Characters of a word that has no room even in lines. */
const longestWord = 40;
/** Between two labels in a row. */
const gap = 7;

/** The scale of an axis, with about `wanted` ticks whose labels do not meet. */
export function axisScale(
  axis: Axis,
  values: readonly Numbers[],
  range: readonly [number, number],
  wanted: number,
  labelsMeet: (scale: Scale) => boolean,
): Scale {
  const { scale = 'linear', whole = false, ticks } = axis;
  const domain = axis.domain ?? (whole ? wholeDomainOf : domainOf)(scale, ...values);
  if (ticks) return { ...scaleOf(scale, domain, range), ticks: [...ticks] };
  let made = scaleOf(scale, domain, range, wanted, whole);
  for (let fewer = Math.floor(wanted) - 1; fewer >= 1 && labelsMeet(made); fewer--) {
    made = scaleOf(scale, domain, range, fewer, whole);
  }
  if (labelsMeet(made)) return { ...made, ticks: thinned(made, labelsMeet) };
  // Two labels hardly make an axis: more where they have room.
  for (let more = Math.floor(wanted) + 1; !whole && made.ticks.length < 3 && more <= wanted + 4; more++) {
    const finer = scaleOf(scale, domain, range, more, whole);
    if (!labelsMeet(finer) && finer.ticks.length > made.ticks.length) made = finer;
  }
  return made;
}

/** Whether two labels side by side below an axis meet. */
export function meetBelow(scale: Scale): boolean {
  const edges = scale.ticks.map(({ value, label }) => {
    const half = textWidth(label, tickSize) / 2;
    return [scale.at(value) - half, scale.at(value) + half];
  });
  return edges.some(([left], i) => i > 0 && left < edges[i - 1][1] + gap);
}

/** Whether two labels above each other beside an axis meet. */
export function meetBeside(scale: Scale): boolean {
  return scale.ticks.some(
    ({ value }, i) => i > 0 && Math.abs(scale.at(value) - scale.at(scale.ticks[i - 1].value)) < tickSize + 3,
  );
}

/** What an axis is called; a logarithmic one says so. */
export function axisTitle({ label, scale }: Axis): string | undefined {
  if (scale !== 'log') return label;
  return label === undefined ? 'log scale' : `${label} (log scale)`;
}

/** Ticks and title below the data, from the axis down. */
export function axisBelow(
  axis: Axis,
  x: Scale,
  y: number,
  right: number,
): { body: string; height: number; overhang: number } {
  const [left, end] = x.domain.map(x.at);
  const { labels, isTurned, depth } = labelsBelow(axis, x);
  const drawn = x.ticks.map(({ value, label: whole }, i) => {
    const at = x.at(value);
    const mark = element('line', { x1: at, x2: at, y1: y, y2: y + 4, stroke: muted });
    const lines = labels[i];
    const title = lines.join('').replaceAll(' ', '') === whole.replaceAll(' ', '') ? undefined : whole;
    const first = at + 4 - ((lines.length - 1) * tickLine) / 2;
    const written = lines.map((line, k) =>
      isTurned
        ? words(line, first + k * tickLine, y + 8, { anchor: 'end', turned: true, title })
        : words(line, at, y + 17 + k * tickLine),
    );
    return mark + written.join('');
  });
  const minor = x.minor.map((value) => {
    const at = x.at(value);
    return element('line', { x1: at, x2: at, y1: y, y2: y + 2.5, stroke: muted });
  });
  let height = depth;
  const title = axisTitle(axis);
  const lines = title === undefined ? [] : wrapped(title, right - left, labelSize);
  const titles = lines.map((line) => {
    height += lineHeight;
    return words(line, (left + end) / 2, y + height - 1, { size: labelSize });
  });
  const last = x.ticks.at(-1);
  const half = Math.max(0, ...(labels.at(-1) ?? []).map((line) => textWidth(line, tickSize) / 2));
  const overhang = last && !isTurned ? x.at(last.value) + half - end : 0;
  return { body: [...minor, ...drawn, ...titles].join(''), height: height + 4, overhang };
}

/** What the labels of ticks need beside an axis. */
export function widthBeside({ ticks }: Scale): number {
  return ticks.reduce((most, { label }) => Math.max(most, textWidth(label, tickSize)), 0);
}

/** Ticks and title to the left of the data, which begin at `x`. */
export function axisBeside(axis: Axis, y: Scale, x: number): string {
  const [bottom, top] = y.domain.map(y.at);
  const ticks = y.ticks.map(({ value, label }) => {
    const at = y.at(value);
    const mark = element('line', { x1: x - 4, x2: x, y1: at, y2: at, stroke: muted });
    return mark + words(label, x - 7, at + 4, { anchor: 'end' });
  });
  const minor = y.minor.map((value) => {
    const at = y.at(value);
    return element('line', { x1: x - 2.5, x2: x, y1: at, y2: at, stroke: muted });
  });
  const title = linesBeside(axis, bottom - top).map((line, i) =>
    words(line, 13 + i * lineHeight, (top + bottom) / 2, { size: labelSize, turned: true }),
  );
  return [...minor, ...ticks, ...title].join('');
}

/** The lines of a title beside an axis of so many pixels. */
export function linesBeside(axis: Axis, height: number): string[] {
  const title = axisTitle(axis);
  return title === undefined ? [] : wrapped(title, height, labelSize);
}

/** Lines behind the marks at the ticks; the small ticks have none. */
export function gridLines(x: Scale, y: Scale): string {
  const [left, right] = x.domain.map(x.at);
  const [bottom, top] = y.domain.map(y.at);
  const lines = [
    ...x.ticks.map(({ value }) => `M${x.at(value).toFixed(2)} ${bottom}V${top}`),
    ...y.ticks.map(({ value }) => `M${left} ${y.at(value).toFixed(2)}H${right}`),
  ];
  return element('path', { d: lines.join(''), stroke: faint, 'stroke-width': 1 });
}

// --- internal ---

/**
 * The lines of every label below an axis: as they are where they have room; words in several lines, turned where these are no
 * wider than a letter or two; in the end shortened.
 */
function labelsBelow(axis: Axis, x: Scale): { labels: string[][]; isTurned: boolean; depth: number } {
  const whole = x.ticks.map(({ label }) => label);
  const [left, right] = x.domain.map(x.at);
  const fits = !meetBelow(x) && whole.every((label) => textWidth(label, tickSize) <= right - left);
  if (axis.ticks === undefined || fits) {
    return { labels: whole.map((label) => [label]), isTurned: false, depth: 22 };
  }
  const places = x.ticks.map(({ value }) => x.at(value));
  const room = places.slice(1).reduce((least, place, i) => Math.min(least, place - places[i]), right - left);
  const deepest = (labels: string[][]): number => largest(labels.map(({ length }) => length));
  const widest = (labels: string[][]): number =>
    largest(labels.flat().map((line) => textWidth(line, tickSize)));
  const upright = whole.map((label) => wrapped(label, room - gap, tickSize));
  if (room >= narrowest && deepest(upright) <= mostLines) {
    return { labels: upright, isTurned: false, depth: 22 + (deepest(upright) - 1) * tickLine };
  }
  for (const width of [120, 180, 260]) {
    const turned = whole.map((label) => wrapped(label, width, tickSize));
    if (deepest(turned) * tickLine <= room)
      return { labels: turned, isTurned: true, depth: 14 + widest(turned) };
  }
  const short = shortened(whole, longestWord).map((label) => [label]);
  return { labels: short, isTurned: true, depth: 14 + widest(short) };
}

/** Every second, third, … tick, until the labels have room. */
function thinned(scale: Scale, labelsMeet: (scale: Scale) => boolean): Tick[] {
  for (let every = 2; ; every++) {
    const ticks = scale.ticks.filter((_, i) => i % every === 0);
    if (ticks.length <= 1 || !labelsMeet({ ...scale, ticks })) return ticks;
  }
}
