/** What can be drawn into a panel, in data coordinates. */
import { drawArrows } from './arrows-mark.ts';
import { drawCells } from './cells-mark.ts';
import { element, escaped, rounded } from './element.ts';
import { drawBand, drawLine, pixels } from './line-marks.ts';
import type { Scale } from './scale.ts';

/** Numbers; where there is none (null, not finite, or not above 0 on a logarithmic axis) nothing is drawn. */
export type Numbers = readonly (number | null)[];

interface Named {
  /** in the legend; without one it has no entry there */
  name?: string;
}

export interface Line extends Named {
  kind: 'line';
  x: Numbers;
  y: Numbers;
  colour: string;
  width?: number;
  /** as in SVG, e.g. `5 3` */
  dash?: string;
  opacity?: number;
}

/** The area between two lines. */
export interface Band extends Named {
  kind: 'band';
  x: Numbers;
  low: Numbers;
  high: Numbers;
  colour: string;
}

export interface Points extends Named {
  kind: 'points';
  x: Numbers;
  y: Numbers;
  colour: string;
  shape?: 'disc' | 'ring' | 'cross';
  /** radius in pixels */
  size?: number;
  /** what a pointer that rests on a point is told */
  titles?: readonly string[];
}

/** Bars from 0 (on a logarithmic axis from its lower end). */
export interface Bars extends Named {
  kind: 'bars';
  x: Numbers;
  y: Numbers;
  colour: string;
  /** of a bar, in units of x */
  width: number;
}

/** A field on a regular grid: equal colours in a row become one piece. */
export interface Cells {
  kind: 'cells';
  x: readonly [number, number];
  y: readonly [number, number];
  columns: number;
  rows: number;
  /** the colour of a cell, rows counted from the lower end of y; undefined leaves it empty */
  colourOf(column: number, row: number): string | undefined;
}

/** Arrows with their middles at (x, y). */
export interface Arrows {
  kind: 'arrows';
  x: readonly number[];
  y: readonly number[];
  /** where they point to, in units of the axes; (0, 0) is no arrow */
  dx: readonly number[];
  dy: readonly number[];
  /** in pixels */
  length: readonly number[];
  colourOf(i: number): string;
}

/** A straight line across the panel. */
export interface Rule extends Named {
  kind: 'rule';
  x?: number;
  y?: number;
  colour: string;
  dash?: string;
}

/** Nothing but an entry of the legend: what a colour of a field stands for. */
export interface Swatch {
  kind: 'swatch';
  name: string;
  colour: string;
}

export type Mark = Line | Band | Points | Bars | Cells | Arrows | Rule | Swatch;

/** The values of a mark that the axes have to show. */
export function valuesOf(mark: Mark): { x: Numbers; y: Numbers } {
  if (mark.kind === 'rule') return { x: [mark.x ?? null], y: [mark.y ?? null] };
  if (mark.kind === 'swatch') return { x: [], y: [] };
  if (mark.kind === 'band') return { x: mark.x, y: [...mark.low, ...mark.high] };
  if (mark.kind !== 'bars') return { x: mark.x, y: mark.y };
  const half = mark.width / 2;
  return { x: mark.x.flatMap((x) => (x === null ? [] : [x - half, x + half])), y: [0, ...mark.y] };
}

/** The elements of a mark. */
export function drawMark(mark: Mark, x: Scale, y: Scale): string {
  switch (mark.kind) {
    case 'line':
      return drawLine(mark, x, y);
    case 'band':
      return drawBand(mark, x, y);
    case 'points':
      return drawPoints(mark, x, y);
    case 'bars':
      return drawBars(mark, x, y);
    case 'cells':
      return drawCells(mark, x, y);
    case 'arrows':
      return drawArrows(mark, x, y);
    case 'rule':
      return drawRule(mark, x, y);
    case 'swatch':
      return '';
    default:
      return mark satisfies never;
  }
}

// --- internal ---

function drawPoints(mark: Points, x: Scale, y: Scale): string {
  const { shape = 'disc', size = 3.5, colour, titles } = mark;
  const drawn = pixels(mark.x, mark.y, x, y).map((point, i) => {
    if (!point) return '';
    const [cx, cy] = point;
    const title = titles?.[i] ? [`<title>${escaped(titles[i])}</title>`] : [];
    if (shape === 'cross') {
      const d = `M${rounded(cx - size)} ${rounded(cy - size)}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}`;
      return element('path', { d, stroke: colour, 'stroke-width': 1.4, fill: 'none' }, ...title);
    }
    const paint = shape === 'ring' ? { fill: 'none', stroke: colour, 'stroke-width': 1.4 } : { fill: colour };
    return element('circle', { cx, cy, r: size, ...paint, opacity: 0.85 }, ...title);
  });
  return drawn.join('');
}

function drawBars(mark: Bars, x: Scale, y: Scale): string {
  const base = y.at(y.kind === 'log' ? y.domain[0] : Math.max(y.domain[0], Math.min(y.domain[1], 0)));
  const drawn = mark.x.map((value, i) => {
    const height = mark.y[i];
    if (value === null || height === null || !Number.isFinite(y.at(height))) return '';
    const [left, right] = [x.at(value - mark.width / 2), x.at(value + mark.width / 2)];
    const top = Math.min(base, y.at(height));
    const box = { x: left, y: top, width: right - left, height: Math.abs(y.at(height) - base) };
    return element('rect', { ...box, fill: mark.colour });
  });
  return drawn.join('');
}

function drawRule(mark: Rule, x: Scale, y: Scale): string {
  const stroke = { stroke: mark.colour, 'stroke-width': 1.2, 'stroke-dasharray': mark.dash ?? '4 3' };
  const [left, right] = x.domain.map(x.at);
  const [bottom, top] = y.domain.map(y.at);
  const lines: string[] = [];
  if (mark.x !== undefined) {
    const at = x.at(mark.x);
    lines.push(element('line', { x1: at, x2: at, y1: bottom, y2: top, ...stroke }));
  }
  if (mark.y !== undefined) {
    const at = y.at(mark.y);
    lines.push(element('line', { x1: left, x2: right, y1: at, y2: at, ...stroke }));
  }
  return lines.join('');
}
