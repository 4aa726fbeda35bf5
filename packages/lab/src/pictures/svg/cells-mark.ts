/** Fields of colours. */
import { element, rounded } from './element.ts';
import type { Cells } from './mark.ts';
import type { Scale } from './scale.ts';

/** One path a colour, of rectangles: equal cells in a row, and equal rows of them. */
export function drawCells(mark: Cells, x: Scale, y: Scale): string {
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

// --- internal ---

interface Strip {
  colour: string;
  from: number;
  to: number;
  since: number;
}
