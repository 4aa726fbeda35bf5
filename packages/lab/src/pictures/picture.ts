/** A picture of a report, with what it shows as numbers. */
import type { DataTable } from './data-table.ts';
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

/** The series of marks: a row a point, with the ends of bands. */
export function dataOf(marks: readonly Mark[], x: string, y: string): DataTable {
  const rows = marks.flatMap((mark): (string | number | null)[][] => {
    if (mark.kind === 'band') {
      const name = mark.name ?? 'band';
      return mark.x.map((at, i) => [name, at, null, mark.low[i] ?? null, mark.high[i] ?? null]);
    }
    if (mark.kind !== 'line' && mark.kind !== 'points' && mark.kind !== 'bars') return [];
    const values: Numbers = mark.y;
    return mark.x.map((at, i) => [mark.name ?? '', at, values[i] ?? null, null, null]);
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
