/** Draws what panels can hold. */
import { drawArrows } from './arrows-mark.ts';
import { drawCells } from './cells-mark.ts';
import { element, escaped, rounded } from './element.ts';
import { drawBand, drawLine, pixels } from './line-marks.ts';
import type { Bars, Mark, Numbers, Points, Rule } from './mark.ts';
import type { Scale } from './scale.ts';
import { words } from './words.ts';

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
    case 'texts':
      return mark.texts
        .map((text, i) => words(text, x.at(mark.x[i]), y.at(mark.y[i]) + 4, { colour: mark.colourOf(i) }))
        .join('');
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
