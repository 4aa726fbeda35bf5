/** The names of marks beside a sample of each, in as many rows as the width needs. */
import { element, escaped } from './element.ts';
import type { Mark } from './marks.ts';

/** Draws the legend from (0, 0) to `width`; without names it has no height. A name occurs once. */
export function legend(marks: readonly Mark[], width: number): { body: string; height: number } {
  const named = marks.filter((mark): mark is NamedMark => 'name' in mark && mark.name !== undefined);
  const first = named.filter((mark, i) => named.findIndex((other) => other.name === mark.name) === i);
  if (first.length === 0) return { body: '', height: 0 };
  let x = 0;
  let y = 12;
  const entries = first.map((mark) => {
    const room = 30 + 6.6 * mark.name.length + 12;
    if (x > 0 && x + room > width) {
      x = 0;
      y += 17;
    }
    const label = element('text', { x: x + 28, y: y + 4, 'font-size': 11 }, escaped(mark.name));
    const entry = sampleOf(mark, x, y) + label;
    x += room;
    return entry;
  });
  return { body: entries.join(''), height: y + 10 };
}

// --- internal ---

type NamedMark = Extract<Mark, { name?: string }> & { name: string };

function sampleOf(mark: NamedMark, x: number, y: number): string {
  const { colour } = mark;
  if (mark.kind === 'points') {
    const paint = mark.shape === 'ring' ? { fill: 'none', stroke: colour } : { fill: colour };
    return element('circle', { cx: x + 12, cy: y, r: 3.5, ...paint });
  }
  if (mark.kind === 'band' || mark.kind === 'bars') {
    const opacity = mark.kind === 'band' ? 0.25 : 1;
    return element('rect', { x, y: y - 5, width: 22, height: 10, fill: colour, 'fill-opacity': opacity });
  }
  const dash = mark.dash ?? (mark.kind === 'rule' ? '4 3' : undefined);
  const stroke = { stroke: colour, 'stroke-width': 2, 'stroke-dasharray': dash };
  return element('line', { x1: x, x2: x + 22, y1: y, y2: y, ...stroke });
}
