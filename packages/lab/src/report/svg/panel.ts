/** A panel: two axes with marks between them, a title above, a legend and a colour bar below. */
import { faint, ink, muted } from './colour.ts';
import { element, escaped } from './element.ts';
import { legend } from './legend.ts';
import { drawMark, type Mark, type Numbers, valuesOf } from './marks.ts';
import { domainOf, type Scale, type ScaleKind, scaleOf, type Tick } from './scale.ts';

/** A finished piece of a picture. */
export interface Drawing {
  width: number;
  height: number;
  /** elements, from the upper left corner at (0, 0) */
  body: string;
}

export interface Axis {
  label?: string;
  /** @defaultValue linear */
  scale?: ScaleKind;
  /** @defaultValue what the marks need, with some air */
  domain?: readonly [number, number];
  /** @defaultValue round numbers */
  ticks?: readonly Tick[];
}

/** Colours of a field and what they stand for. */
export interface ColourBar {
  label: string;
  scale: ScaleKind;
  domain: readonly [number, number];
  /** from the lower end */
  colours: readonly string[];
}

export interface PanelOptions {
  /** of the whole panel, axes and titles included */
  width: number;
  height: number;
  title?: string;
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
  colourBar?: ColourBar;
  /** lines behind the marks at the ticks. @defaultValue true */
  grid?: boolean;
}

/** Draws a panel. The legend stands below the axis, outside of the data. */
export function panel(options: PanelOptions): Drawing {
  const { width, height, title, marks, colourBar, grid = true } = options;
  const top = title === undefined ? 10 : 30;
  const right = 14;
  const vertical = axisScale(
    options.y,
    marks.map((mark) => valuesOf(mark).y),
    [1, 0],
    (height - 90) / 45,
  );
  const widest = Math.max(...vertical.ticks.map((tick) => tick.label.length), 1);
  const left = 12 + 7 * widest + (options.y.label === undefined ? 0 : 19);
  const names = legend(marks, width - left - right);
  const below = 24 + (options.x.label === undefined ? 0 : 18);
  const barHeight = colourBar ? 44 : 0;
  const bottom = height - below - names.height - barHeight;
  const range: [number, number] = [left, width - right];
  const x = axisScale(
    options.x,
    marks.map((mark) => valuesOf(mark).x),
    range,
    (range[1] - left) / 60,
  );
  const y = axisScale(
    { ...options.y, domain: vertical.domain },
    [],
    [bottom, top],
    Math.max(2, (bottom - top) / 45),
  );
  const frame = { x: left, y: top, width: width - right - left, height: bottom - top };
  const clip = clipName(frame);
  const body = [
    element('clipPath', { id: clip }, element('rect', frame)),
    title === undefined ? '' : words(title, (left + width - right) / 2, 19, { size: 13.5, weight: 600 }),
    grid ? gridLines(x, y) : '',
    element('g', { 'clip-path': `url(#${clip})` }, ...marks.map((mark) => drawMark(mark, x, y))),
    element('rect', { ...frame, fill: 'none', stroke: muted, 'stroke-width': 1 }),
    ...x.ticks.map(({ value, label }) => tickBelow(x.at(value), bottom, label)),
    ...y.ticks.map(({ value, label }) => tickLeft(left, y.at(value), label)),
    options.x.label === undefined
      ? ''
      : words(options.x.label, (left + width - right) / 2, bottom + 36, { size: 12 }),
    options.y.label === undefined
      ? ''
      : words(options.y.label, 13, (top + bottom) / 2, { size: 12, turned: true }),
    element('g', { transform: `translate(${left} ${bottom + below})` }, names.body),
    colourBar ? drawColourBar(colourBar, left, width - right, height - barHeight + 4) : '',
  ];
  return { width, height, body: body.join('') };
}

/** Text at a point. */
export function words(
  text: string,
  x: number,
  y: number,
  options: {
    size?: number;
    anchor?: 'start' | 'middle' | 'end';
    weight?: number;
    colour?: string;
    turned?: boolean;
  } = {},
): string {
  const { size = 11, anchor = 'middle', weight, colour = ink, turned } = options;
  const transform = turned ? `rotate(-90 ${x} ${y})` : undefined;
  const style = { 'font-size': size, 'text-anchor': anchor, 'font-weight': weight, fill: colour };
  return element('text', { x, y, ...style, transform }, escaped(text));
}

// --- internal ---

function axisScale(axis: Axis, values: Numbers[], range: [number, number], wanted: number): Scale {
  const { scale = 'linear', domain = domainOf(scale, ...values), ticks } = axis;
  const made = scaleOf(scale, domain, range, wanted);
  return ticks ? { ...made, ticks: [...ticks] } : made;
}

function gridLines(x: Scale, y: Scale): string {
  const [left, right] = x.domain.map(x.at);
  const [bottom, top] = y.domain.map(y.at);
  const lines = [
    ...x.ticks.map(({ value }) => `M${x.at(value).toFixed(2)} ${bottom}V${top}`),
    ...y.ticks.map(({ value }) => `M${left} ${y.at(value).toFixed(2)}H${right}`),
  ];
  return element('path', { d: lines.join(''), stroke: faint, 'stroke-width': 1 });
}

function tickBelow(x: number, y: number, label: string): string {
  return element('line', { x1: x, x2: x, y1: y, y2: y + 4, stroke: muted }) + words(label, x, y + 17);
}

function tickLeft(x: number, y: number, label: string): string {
  return (
    element('line', { x1: x - 4, x2: x, y1: y, y2: y, stroke: muted }) +
    words(label, x - 7, y + 4, { anchor: 'end' })
  );
}

function drawColourBar(bar: ColourBar, left: number, right: number, y: number): string {
  const scale = scaleOf(bar.scale, bar.domain, [left, right], 5);
  const width = (right - left) / bar.colours.length;
  const boxes = bar.colours.map((fill, i) =>
    element('rect', { x: left + i * width, y, width, height: 9, fill }),
  );
  return [
    element('g', { 'shape-rendering': 'crispEdges' }, ...boxes),
    element('rect', { x: left, y, width: right - left, height: 9, fill: 'none', stroke: muted }),
    ...scale.ticks.map(({ value, label }) => words(label, scale.at(value), y + 21, { size: 10 })),
    words(bar.label, (left + right) / 2, y + 36),
  ].join('');
}

/** Two panels of one page share a name only when their frames are the same, which does no harm. */
function clipName(frame: Record<string, number>): string {
  return `clip-${Object.values(frame).map(Math.round).join('-')}`;
}
