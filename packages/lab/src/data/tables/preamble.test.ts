import { describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { useScratch } from './testing.suite.ts';
import type { Table } from './types.ts';

const scratch = useScratch();
const table = (content: string, options = {}): Promise<Table> =>
  readTable(scratch.put('t.csv', content), options, 't.csv');
const rows = 'text,label\nfine,pos\nbad,neg\n';

describe('lines above a table', () => {
  it.each([
    // What Excel reads before the first row.
    ['sep=;\ntext;label\nfine;pos\nbad;neg\n', 'line 1 is no row of the table and passed over: sep=;', 3],
    ['"sep=|"\ntext|label\nfine|pos\nbad|neg\n', 'line 1 is no row', 3],
    [
      `# made today, by hand\n${rows}`,
      'line 1 is no row of the table and passed over: # made today, by hand',
      3,
    ],
    [`# one\n\n#\n${rows}`, 'lines 1 to 3 are no row', 5],
    [`Reviews of the year\n\n${rows}`, 'lines 1 to 2 are no row of the table and passed over: Reviews', 4],
    // A title as Excel writes it: cells up to the width of the table, quotes around a comma.
    ['Reviews of the year,\n,\ntext,label\nfine,pos\nbad,neg\n', 'lines 1 to 2 are no row of the table', 4],
    [
      '"Reviews, all of them",\n,\ntext,label\nfine,pos\nbad,neg\n',
      'passed over: "Reviews, all of them",',
      4,
    ],
  ])('are passed over, and it is said: %j', async (text, note, line) => {
    const read = await table(text);
    expect(read.columns.map(({ name }) => name)).toEqual(['text', 'label']);
    expect([...read.lines]).toEqual([line, line + 1]);
    expect(read.notes.join('\n')).toContain(note);
  });

  it('may be filled up to half, as Excel writes a title and what it was made of', async () => {
    const sales = '01.01.2025;992,32;1267,78;3\n02.01.2025;1000,5;1200,1;4\n';
    const read = await table(`"Sales; all";;;\nMade;01.02.2025;;\n;;;\nDatum;Till 1;Till 2;Till 3\n${sales}`);
    expect(read.columns.map(({ name }) => name)).toEqual(['Datum', 'Till 1', 'Till 2', 'Till 3']);
    expect([...read.columns[1].numbers!.values]).toEqual([992.32, 1000.5]);
    expect([...read.lines]).toEqual([5, 6]);
    // Names of half the columns, and a first row of missing values, are no title.
    expect((await table('text,label,,\nfine,pos,1,2\nbad,neg,3,4\n')).rows).toBe(3);
    expect((await table('1,,,\n2,3,4,5\n3,4,5,6\n')).rows).toBe(3);
  });

  it('are none where a # begins the names of columns, a cell, or rows have names', async () => {
    expect((await table('#id,text\n1,fine\n2,bad\n')).columns.map(({ name }) => name)).toEqual([
      '#id',
      'text',
    ]);
    expect((await table('text,label\n# one,pos\nbad,neg\n')).rows).toBe(2);
    const named = await table('x,y\n1,2,3\n2,3,4\n');
    expect(named.columns.map(({ name }) => name)).toEqual(['row', 'x', 'y']);
    expect(named.notes).toContain(
      'the header has 2 names for 3 cells: the first is taken for the name of the row, as R writes it',
    );
  });
});

describe('rows of more cells than the header has names', () => {
  it('have no names where their first cells are not all different', async () => {
    // Commas in dates without quotes would else move every column by one.
    const dates = Array.from({ length: 6 }, (_, i) => `A,Jan 0${i + 1}, 2023,${i}`).join('\n');
    await expect(table(`unique_id,ds,y\n${dates}\n`)).rejects.toThrow(
      /none of its 6 rows can be used.*expected 3 cells, found 4/,
    );
  });

  it('have none where a delimiter ends every row', async () => {
    const read = await table('text,label\nfine,pos,\nbad,neg,\n');
    expect(read.columns.map(({ name }) => name)).toEqual(['text', 'label']);
  });
});

it('a question above answers that come again is the name of their column', async () => {
  const answers = Array.from(
    { length: 12 },
    (_, i) => `"I ${i % 2 ? 'love' : 'hate'} it",${i % 2 ? 'Yes' : 'No'}`,
  );
  const read = await table(`answer,Would you recommend us?\n${answers.join('\n')}\n`);
  expect(read.columns.map(({ name }) => name)).toEqual(['answer', 'Would you recommend us?']);
  const none = await table(`"It is fine",No\n${answers.join('\n')}\n`);
  expect(none.rows).toBe(13);
});

it('cells in apostrophes are quoted by them where nearly every line has one', async () => {
  const read = await table("text,label\n'fine, it is','pos'\n'it''s bad, no','neg'\n");
  expect(read.columns.map(({ name }) => name)).toEqual(['text', 'label']);
  expect(read.columns[0].words!.words).toEqual(['fine, it is', "it's bad, no"]);
  expect(read.notes[0]).toContain("cells quoted by ' (--quote)");
  const letters = await table("text,label\n'tis fine,pos\nthe boys' film,neg\n");
  expect(letters.columns[0].words!.words[0]).toBe("'tis fine");
});

it('rows without any value are missing values, and nothing where no row follows', async () => {
  const read = await table('x,y\n1,2\n,\n3,4\n,\n , \n');
  expect([...read.lines]).toEqual([2, 3, 4]);
  expect([...read.columns[0].numbers!.state]).toEqual([0, 1, 0]);
  expect(read.notes).toContain('2 rows without any value at the end passed over (lines 5, 6)');
});
