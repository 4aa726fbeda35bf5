/** A picture of a report, with what it shows as numbers. */
import type { Cell, DataTable } from './data-table.ts';
import type { Mark, Numbers } from './svg/mark.ts';
import type { Drawing } from './svg/panel.ts';

export interface Picture {
  /** what it shows, in a few words; its file is named after them */
  title: string;
  /** an SVG document */
  svg: string;
  /** the same as a panel, where it is one, to stand in one document with others */
  drawing?: Drawing;
  /** the numbers in it */
  data: DataTable;
  /** too wide for a place beside others */
  wide?: boolean;
}

/**
 * The series of marks: a row a point, with the ends of bands.
 * @param words what stands at 0, 1, 2, … of an axis of words, whose marks are drawn a little beside each other
 */
export function dataOf(marks: readonly Mark[], x: string, y: string, words?: readonly Cell[]): DataTable {
  const placeOf = (at: number | null): Cell => (at === null || !words ? at : words[Math.round(at)]);
  const rows = marks.flatMap((mark): Cell[][] => {
    if (mark.kind !== 'band' && mark.kind !== 'line' && mark.kind !== 'points' && mark.kind !== 'bars')
      return [];
    if (mark.series === '') return [];
    const name = mark.series ?? mark.name ?? (mark.kind === 'band' ? 'band' : '');
    const values: Numbers = mark.kind === 'band' ? [] : mark.y;
    const [low, high]: Numbers[] = mark.kind === 'band' ? [mark.low, mark.high] : [[], []];
    return mark.x.map((at, i) => [
      ...[name, placeOf(at), values[i] ?? null, low[i] ?? null, high[i] ?? null],
    ]);
  });
  return { header: ['series', x, y, 'low', 'high'], rows };
}

const greek: Record<string, string> = { δ: 'delta', η: 'eta', ρ: 'rho' };

/** Names for the files of pictures: short, of letters that every system takes, each once. */
export function fileNames(titles: readonly string[]): string[] {
  const taken = new Set<string>();
  return titles.map((title) => {
    const plain = title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[δηρ]/g, (letter) => greek[letter])
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '');
    const stem = plain.slice(0, 80) || 'picture';
    let name = stem;
    for (let i = 2; taken.has(name); i++) name = `${stem}-${i}`;
    taken.add(name);
    return name;
  });
}
