/** A panel: two axes with marks between them, a title above, a legend and a colour bar below. */
import {
  type Axis,
  axisBelow,
  axisBeside,
  axisScale,
  axisTitle,
  gridLines,
  linesBeside,
  meetBelow,
  meetBeside,
  widthBeside,
} from './axis.ts';
import { muted } from './colour.ts';
import { element } from './element.ts';
import { legend } from './legend.ts';
import type { Mark } from './mark.ts';
import { drawMark, valuesOf } from './marks.ts';
import type { ScaleKind } from './scale.ts';
import { shortened, textWidth, wrapped } from './text-width.ts';
import { words } from './words.ts';

/** A finished piece of a picture. */
export interface Drawing {
  width: number;
  height: number;
  /** elements, from the upper left corner at (0, 0) */
  body: string;
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
  /** the least; a long legend, title or word adds to it instead of taking from the data */
  height: number;
  title?: string;
  x: Axis;
  y: Axis;
  marks: readonly Mark[];
  colourBar?: ColourBar;
  /** lines behind the marks at the ticks. @defaultValue true */
  grid?: boolean;
}

const titleSize = 13.5;
const titleLine = 17;
/** Characters of a title; a longer one loses its middle. */
const longestTitle = 240;
/** The least share of the height that the data keep. */
const share = 0.5;

/** Draws a panel. The legend stands below the axis, outside of the data. */
export function panel(options: PanelOptions): Drawing {
  const { width, title, marks, colourBar, grid = true } = options;
  const titleLines = title === undefined ? [] : titleOf(title, width - 16);
  const top = titleLines.length === 0 ? 10 : 13 + titleLine * titleLines.length;
  const xs = marks.map((mark) => valuesOf(mark).x);
  const ys = marks.map((mark) => valuesOf(mark).y);
  // The heights of what stands below depend on the width that is left, and this on the labels beside: these are found first.
  const guess = Math.max(40, share * options.height);
  const rough = axisScale(options.y, ys, [guess, 0], guess / 45, meetBeside);
  const titleRows = linesBeside(options.y, guess).length;
  const left = 15 + widthBeside(rough) + (titleRows === 0 ? 0 : 5 + 15 * titleRows);
  let right = 14;
  const fit = () => {
    const x = axisScale(options.x, xs, [left, width - right], (width - right - left) / 60, meetBelow);
    return { x, overhang: axisBelow(options.x, x, 0, width - right).overhang };
  };
  const { overhang } = fit();
  right = Math.max(right, overhang + 4);
  const { x } = fit();
  const below = axisBelow(options.x, x, 0, width - right).height;
  const names = legend(marks, width - left - 14);
  const barHeight = colourBar ? 44 : 0;
  const around = top + below + names.height + barHeight;
  const plot = Math.max(options.height - around, share * options.height);
  const height = Math.ceil(plot + around);
  const bottom = top + plot;
  const domain = rough.domain;
  const y = axisScale(
    { ...options.y, domain },
    [],
    [bottom, top],
    Math.max(2, plot / 45),
    (scale) => meetBeside(scale) || widthBeside(scale) > widthBeside(rough) + 0.5,
  );
  const frame = { x: left, y: top, width: width - right - left, height: plot };
  const clip = clipName(frame);
  const body = [
    element('clipPath', { id: clip }, element('rect', frame)),
    ...titleLines.map((line, i) =>
      words(line, titlePlace(line, left, width, right), 19 + titleLine * i, {
        ...{ size: titleSize, weight: 600 },
        title: titleLines.join(' ').includes('…') ? title : undefined,
      }),
    ),
    grid ? gridLines(x, y) : '',
    element('g', { 'clip-path': `url(#${clip})` }, ...marks.map((mark) => drawMark(mark, x, y))),
    element('rect', { ...frame, fill: 'none', stroke: muted, 'stroke-width': 1 }),
    axisBelow(options.x, x, bottom, width - right).body,
    axisBeside(options.y, y, left),
    element('g', { transform: `translate(${left} ${bottom + below})` }, names.body),
    colourBar ? drawColourBar(colourBar, left, width - right, height - barHeight + 4) : '',
  ];
  return { width, height, body: body.join('') };
}

// --- internal ---

function titleOf(title: string, width: number): string[] {
  return wrapped(shortened([title], longestTitle)[0], width, titleSize, 'bold');
}

/** In the middle of the data, or as far from it as its length asks for. */
function titlePlace(line: string, left: number, width: number, right: number): number {
  const half = textWidth(line, titleSize, 'bold') / 2;
  const middle = (left + width - right) / 2;
  return Math.max(half + 4, Math.min(middle, width - 4 - half));
}

function drawColourBar(bar: ColourBar, left: number, right: number, y: number): string {
  const axis = { scale: bar.scale, domain: bar.domain };
  const scale = axisScale(axis, [], [left, right], 5, meetBelow);
  const width = (right - left) / bar.colours.length;
  const boxes = bar.colours.map((fill, i) =>
    element('rect', { x: left + i * width, y, width, height: 9, fill }),
  );
  return [
    element('g', { 'shape-rendering': 'crispEdges' }, ...boxes),
    element('rect', { x: left, y, width: right - left, height: 9, fill: 'none', stroke: muted }),
    ...scale.ticks.map(({ value, label }) => words(label, scale.at(value), y + 21, { size: 10 })),
    words(axisTitle(bar)!, (left + right) / 2, y + 36),
  ].join('');
}

/** Two panels of one page share a name only when their frames are the same, which does no harm. */
function clipName(frame: Record<string, number>): string {
  return `clip-${Object.values(frame).map(Math.round).join('-')}`;
}
