/** The names of marks beside a sample of each, in as many rows as the width needs. No name is left out. */
import { element } from './element.ts';
import type { Mark } from './mark.ts';
import { shortened, textWidth, wrapped } from './text-width.ts';
import { words } from './words.ts';

const size = 11;
const rowHeight = 17;
const lineHeight = 14;
/** A sample and the space behind it. */
const indent = 28;
/** Characters of a name; a longer one loses its middle, and keeps it for a pointer that rests on it. */
const longestName = 240;

/** Draws the legend from (0, 0) to `width`; without names it has no height. A name occurs once. */
export function legend(marks: readonly Mark[], width: number): { body: string; height: number } {
  const first = new Map<string, NamedMark>();
  for (const mark of marks) {
    if ('name' in mark && mark.name !== undefined && !first.has(mark.name)) {
      first.set(mark.name, mark as NamedMark);
    }
  }
  if (first.size === 0) return { body: '', height: 0 };
  const entries = [...first.values()];
  const names = shortened(
    entries.map(({ name }) => name),
    longestName,
  );
  let x = 0;
  let y = 12;
  /** lines that the current row has below its first */
  let below = 0;
  const drawn = entries.map((mark, i) => {
    const lines = wrapped(names[i], width - indent, size);
    const room = indent + Math.max(...lines.map((line) => textWidth(line, size))) + 14;
    if (x > 0 && x + room - 14 > width) {
      x = 0;
      y += rowHeight + below * lineHeight;
      below = 0;
    }
    below = Math.max(below, lines.length - 1);
    const title = names[i] === mark.name ? undefined : mark.name;
    const text = lines.map((line, k) =>
      words(line, x + indent, y + 4 + k * lineHeight, { size, anchor: 'start', title }),
    );
    const entry = element('g', {}, sampleOf(mark, x, y), ...text);
    x += room;
    return entry;
  });
  return { body: drawn.join(''), height: y + below * lineHeight + 10 };
}

// --- internal ---

type NamedMark = Extract<Mark, { name?: string }> & { name: string };

function sampleOf(mark: NamedMark, x: number, y: number): string {
  const { colour } = mark;
  if (mark.kind === 'points') {
    const paint = mark.shape === 'ring' ? { fill: 'none', stroke: colour } : { fill: colour };
    return element('circle', { cx: x + 12, cy: y, r: 3.5, ...paint });
  }
  if (mark.kind === 'band' || mark.kind === 'bars' || mark.kind === 'swatch') {
    const opacity = mark.kind === 'band' ? 0.25 : 1;
    return element('rect', { x, y: y - 5, width: 22, height: 10, fill: colour, 'fill-opacity': opacity });
  }
  const dash = mark.dash ?? (mark.kind === 'rule' ? '4 3' : undefined);
  const stroke = { stroke: colour, 'stroke-width': 2, 'stroke-dasharray': dash };
  return element('line', { x1: x, x2: x + 22, y1: y, y2: y, ...stroke });
}
