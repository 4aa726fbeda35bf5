/** Lines, and bands between two of them. */
import { element, rounded } from './element.ts';
import type { Band, Line, Numbers } from './mark.ts';
import type { Scale } from './scale.ts';

/** A point in pixels; undefined where there is none. */
export type Pixel = [number, number] | undefined;

/** Pixels of a series; undefined where there is no point. */
export function pixels(xs: Numbers, ys: Numbers, x: Scale, y: Scale): Pixel[] {
  return xs.map((value, i) => {
    const other = ys[i];
    if (value === null || other === null || other === undefined) return undefined;
    const [px, py] = [x.at(value), y.at(other)];
    return Number.isFinite(px) && Number.isFinite(py) ? [px, py] : undefined;
  });
}

/** A line, broken where there is no value. */
export function drawLine(mark: Line, x: Scale, y: Scale): string {
  const d = pathThrough(thinned(pixels(mark.x, mark.y, x, y)));
  const stroke = { stroke: mark.colour, 'stroke-width': mark.width ?? 1.6 };
  const style = { 'stroke-dasharray': mark.dash, 'stroke-opacity': mark.opacity };
  const joins = { 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };
  return d === '' ? '' : element('path', { d, fill: 'none', ...stroke, ...style, ...joins });
}

/** The area between two lines. */
export function drawBand(mark: Band, x: Scale, y: Scale): string {
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

// --- internal ---

/** A path through the points, broken where there is none. A point alone becomes a dot, by its round cap. */
function pathThrough(points: Pixel[]): string {
  let path = '';
  let open = false;
  for (const [i, point] of points.entries()) {
    if (point) path += `${open ? 'L' : 'M'}${rounded(point[0])} ${rounded(point[1])}`;
    if (point && !open && !points[i + 1]) path += 'h0';
    open = point !== undefined;
  }
  return path;
}

/**
 * What can be seen of a long line: of the points in a row that share a column of pixels the first, the lowest, the
 * highest and the last.
 */
function thinned(points: Pixel[]): Pixel[] {
  if (points.length < 2000) return points;
  const kept: Pixel[] = [];
  for (let from = 0; from < points.length; ) {
    const first = points[from];
    let to = from + 1;
    let [low, high] = [from, from];
    for (; first && points[to] && Math.floor(points[to]![0]) === Math.floor(first[0]); to++) {
      if (points[to]![1] > points[low]![1]) low = to;
      if (points[to]![1] < points[high]![1]) high = to;
    }
    for (const i of [...new Set([from, low, high, to - 1])].sort((a, b) => a - b)) kept.push(points[i]);
    from = to;
  }
  return kept;
}
