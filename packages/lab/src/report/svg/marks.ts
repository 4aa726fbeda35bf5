/** What can be drawn into a panel, in data coordinates. */
import { element, escaped, rounded } from './element.ts';
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

export type Mark = Line | Band | Points | Bars | Cells | Arrows | Rule;

/** The values of a mark that the axes have to show. */
export function valuesOf(mark: Mark): { x: Numbers; y: Numbers } {
  if (mark.kind === 'rule') return { x: [mark.x ?? null], y: [mark.y ?? null] };
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
    default:
      return mark satisfies never;
  }
}

// --- internal ---

/** Pixels of a series; undefined where there is no point. */
function pixels(xs: Numbers, ys: Numbers, x: Scale, y: Scale): ([number, number] | undefined)[] {
  return xs.map((value, i) => {
    const other = ys[i];
    if (value === null || other === null || other === undefined) return undefined;
    const [px, py] = [x.at(value), y.at(other)];
    return Number.isFinite(px) && Number.isFinite(py) ? [px, py] : undefined;
  });
}

/** A path through the points, broken where there is none. A point alone becomes a dot, by its round cap. */
function pathThrough(points: ([number, number] | undefined)[]): string {
  let path = '';
  let open = false;
  for (const [i, point] of points.entries()) {
    if (point) path += `${open ? 'L' : 'M'}${rounded(point[0])} ${rounded(point[1])}`;
    if (point && !open && !points[i + 1]) path += 'h0';
    open = point !== undefined;
  }
  return path;
}

function drawLine(mark: Line, x: Scale, y: Scale): string {
  const d = pathThrough(pixels(mark.x, mark.y, x, y));
  const stroke = { stroke: mark.colour, 'stroke-width': mark.width ?? 1.6 };
  const style = { 'stroke-dasharray': mark.dash, 'stroke-opacity': mark.opacity };
  const joins = { 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };
  return d === '' ? '' : element('path', { d, fill: 'none', ...stroke, ...style, ...joins });
}

function drawBand(mark: Band, x: Scale, y: Scale): string {
  const low = pixels(mark.x, mark.low, x, y);
  const high = pixels(mark.x, mark.high, x, y);
  let d = '';
  for (let from = 0; from < low.length; from++) {
    let to = from;
    while (to < low.length && low[to] && high[to]) to++;
    if (to === from) continue;
    const there = high.slice(from, to) as [number, number][];
    const back = (low.slice(from, to) as [number, number][]).reverse();
    d += `M${[...there, ...back].map(([px, py]) => `${rounded(px)} ${rounded(py)}`).join('L')}Z`;
    from = to;
  }
  return d === '' ? '' : element('path', { d, fill: mark.colour, 'fill-opacity': 0.18 });
}

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

/** One path a colour, of rectangles: equal cells in a row, and equal rows of them. */
function drawCells(mark: Cells, x: Scale, y: Scale): string {
  const paths = new Map<string, string>();
  const { columns, rows } = mark;
  const column = (c: number): number => x.at(mark.x[0] + ((mark.x[1] - mark.x[0]) * c) / columns);
  const row = (r: number): number => y.at(mark.y[0] + ((mark.y[1] - mark.y[0]) * r) / rows);
  /** by colour and columns: the row in which a rectangle began that the last row went on with */
  let open = new Map<string, Strip>();
  for (let r = 0; r <= rows; r++) {
    const next = new Map<string, Strip>();
    for (let from = 0; r < rows && from < columns; ) {
      const colour = mark.colourOf(from, r);
      let to = from + 1;
      while (to < columns && mark.colourOf(to, r) === colour) to++;
      const key = `${colour} ${from} ${to}`;
      if (colour !== undefined) next.set(key, { colour, from, to, since: open.get(key)?.since ?? r });
      from = to;
    }
    for (const [key, { colour, from, to, since }] of open) {
      if (next.has(key)) continue;
      const [left, right, top, bottom] = [column(from), column(to), row(r), row(since)].map(rounded);
      const path = `M${left} ${top}H${right}V${bottom}H${left}Z`;
      paths.set(colour, (paths.get(colour) ?? '') + path);
    }
    open = next;
  }
  const drawn = Array.from(paths, ([fill, d]) => element('path', { d, fill }));
  // Without smoothing, which would let the background shine through between neighbours.
  return element('g', { 'shape-rendering': 'crispEdges' }, ...drawn);
}

interface Strip {
  colour: string;
  from: number;
  to: number;
  since: number;
}

function drawArrows(mark: Arrows, x: Scale, y: Scale): string {
  const paths = new Map<string, string>();
  for (let i = 0; i < mark.x.length; i++) {
    const length = mark.length[i];
    const [middleX, middleY] = [x.at(mark.x[i]), y.at(mark.y[i])];
    const [alongX, alongY] = [x.at(mark.x[i] + mark.dx[i]) - middleX, y.at(mark.y[i] + mark.dy[i]) - middleY];
    const along = Math.hypot(alongX, alongY);
    if (!(length > 0 && along > 0)) continue;
    const [dx, dy] = [(alongX / along) * length, (alongY / along) * length];
    const [tipX, tipY] = [middleX + dx / 2, middleY + dy / 2];
    const [tailX, tailY] = [tipX - dx, tipY - dy];
    const head = Math.min(4.5, 0.5 * length);
    const [ux, uy] = [(dx / length) * head, (dy / length) * head];
    const wing = (side: number): string =>
      `${rounded(tipX - ux + 0.5 * side * uy)} ${rounded(tipY - uy - 0.5 * side * ux)}`;
    const shaft = `M${rounded(tailX)} ${rounded(tailY)}L${rounded(tipX - ux)} ${rounded(tipY - uy)}`;
    const tip = `M${rounded(tipX)} ${rounded(tipY)}L${wing(1)}L${wing(-1)}Z`;
    const colour = mark.colourOf(i);
    paths.set(colour, (paths.get(colour) ?? '') + shaft + tip);
  }
  const drawn = Array.from(paths, ([colour, d]) =>
    element('path', { class: 'arrows', d, fill: colour, stroke: colour, 'stroke-width': 0.9 }),
  );
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
