import { describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { useScratch } from './testing.suite.ts';
import type { Table } from './types.ts';

const scratch = useScratch();
const good = Array.from({ length: 40 }, (_, i) => `film number ${i},${1 + (i % 5)}`);
const reviews = (lines: string, rows = good, head = 'text,label'): Promise<Table> =>
  readTable(
    scratch.put('t.csv', [head, ...rows, lines, 'the end,5', ''].join('\n')),
    { words: ['text'] },
    't.csv',
  );
const textOf = ({ columns }: Table, row: number): string =>
  columns[0].words!.words[columns[0].words!.codes[row]];

describe('lines that a quote holds together', () => {
  it.each([
    [
      'a row that follows begins with a quote',
      '"broken,2\n"fine film",3',
      /text stands behind the quote that closes a cell/,
    ],
    ['a quote stands inside of a row that follows', '"broken,2\nfine "film",3', /text stands behind/],
    [
      'a row that follows has a doubled quote and ends with one',
      '"broken,2\n"so ""fine""",3',
      /text stands behind/,
    ],
    [
      'a row that follows ends with a quote',
      '"broken,2\nfine film",3',
      /every line inside of the quotes looks like a row/,
    ],
    ['all rows are quoted', '"broken","2\n"fine film","3"', /text stands behind/],
  ])('are no row where %s, and are counted with their line', async (_, lines, why) => {
    const table = await reviews(lines);
    expect(table.rows).toBe(good.length + 1);
    expect(table.unusable.count).toBe(2);
    expect(table.unusable.sentences[0]).toMatch(why);
    // A header and 40 rows above.
    expect(table.unusable.sentences[0]).toMatch(/a quote runs over 2 lines \(--quote none .*\(line 42\)$/);
  });

  it('are no row where words around them are those of other rows, before the cell or behind it', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${['pos', 'neg'][i % 2]},film number ${i}`);
    const table = await reviews('pos,"broken\nneg,fine film"', rows, 'label,text');
    expect(table.unusable).toMatchObject({ count: 2 });
  });

  it.each([
    ['prose', '"A film, 2\nhours of it",3', 'A film, 2\nhours of it'],
    ['prose with commas in every line', '"Good,\nbad, 3",3', 'Good,\nbad, 3'],
    ['doubled quotes', '"""Good"", she said\n""no""",3', '"Good", she said\n"no"'],
    ['empty lines', '"A film\n\nof 2",3', 'A film\n\nof 2'],
  ])('are one row where they are written by the rules: %s', async (_, lines, text) => {
    const table = await reviews(lines);
    expect(table.unusable.count).toBe(0);
    expect(textOf(table, good.length)).toBe(text);
    expect(table.notes.join('\n')).toMatch(
      /1 row with quoted line ends \(line 42\); where each line is a row, --quote none/,
    );
  });

  it('leaves quotes in a line as they are', async () => {
    const table = await reviews('5" pipes,2\n"so "good" it is",3');
    expect(table.unusable.count).toBe(0);
    expect(textOf(table, good.length)).toBe('5" pipes');
    expect(table.notes.join('\n')).not.toContain('line ends');
  });

  it('are an error in a header', async () => {
    const file = scratch.put('t.csv', `"text,label\n"first",2\n${good.join('\n')}\n`);
    await expect(readTable(file, { header: true }, 't.csv')).rejects.toThrow(
      /t\.csv: the header in line 1 runs over 2 lines, and text stands behind the quote .*--quote none/,
    );
  });
});
