import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readTable } from './read-table.ts';
import { useScratch } from './testing.suite.ts';
import type { Column, Table } from './types.ts';

const scratch = useScratch();
const table = (content: string | Uint8Array, options = {}, name = 't.csv'): Promise<Table> =>
  readTable(scratch.put(name, content), options, name);
const numbersOf = (column: Column): (number | string)[] =>
  Array.from(
    column.numbers!.values,
    (value, row) => ['', 'missing', 'unreadable'][column.numbers!.state[row]] || value,
  );
const wordsOf = (column: Column): (string | undefined)[] =>
  Array.from(column.words!.codes, (code) => column.words!.words[code]);
const daysOf = (column: Column): string[] =>
  Array.from(column.times!.values, (time) => new Date(time).toISOString().slice(0, 10));

describe('a table', () => {
  it('has columns of numbers, times and words, missing values as a mask, and the lines of its rows', async () => {
    const read = await table(
      'id,ds,y,note\na,2020-01-01,1.5,"one, two"\na,2020-01-02,,"three\nfour"\nb,2020-01-03,NaN,\n',
    );
    expect(read.rows).toBe(3);
    expect([...read.lines]).toEqual([2, 3, 5]);
    const [id, ds, y, note] = read.columns;
    expect(read.columns.map(({ name, kind, missing }) => [name, kind, missing])).toEqual([
      ['id', 'category', 0],
      ['ds', 'time', 0],
      ['y', 'number', 2],
      ['note', 'category', 1],
    ]);
    expect(wordsOf(id)).toEqual(['a', 'a', 'b']);
    expect(daysOf(ds)).toEqual(['2020-01-01', '2020-01-02', '2020-01-03']);
    expect(ds.times).toMatchObject({ format: '2025-12-31', resolution: 'day' });
    expect(numbersOf(y)).toEqual([1.5, 'missing', 'missing']);
    expect(wordsOf(note)).toEqual(['one, two', 'three\nfour', undefined]);
  });

  it.each([
    ['commas', 'a,b\n1,x\n2,y\n'],
    ['semicolons', 'a;b\n1;x\n2;y\n'],
    ['tabs', 'a\tb\n1\tx\n2\ty\n'],
    ['pipes', 'a|b\n1|x\n2|y\n'],
    ['commas', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['commas', '\ufeffa,b\n1,x\n2,y'],
    ['commas', '"a","b"\n"1","x"\n"2","y"\n'],
  ])('is found to have %s: %j', async (delimiter, text) => {
    const read = await table(text);
    expect(read.columns.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(numbersOf(read.columns[0])).toEqual([1, 2]);
    expect(wordsOf(read.columns[1])).toEqual(['x', 'y']);
    expect(read.notes[0]).toContain(`${delimiter} between cells`);
  });

  it('has semicolons where its first line has some, though every row has one comma in a number', async () => {
    const rows = ['02.01.2025;all is well here;open door;4,50', '03.01.2025;so it is, today;shut door;1,25'];
    const others = [
      '04.01.2025;no more of it;wide open;3,75',
      '05.01.2025;another one of them;half open;2,15',
    ];
    const read = await table(`Datum;Text;Status;Note\n${[...rows, ...others].join('\n')}\n`);
    expect(read.columns.map(({ name }) => name)).toEqual(['Datum', 'Text', 'Status', 'Note']);
    expect(numbersOf(read.columns[3])).toEqual([4.5, 1.25, 3.75, 2.15]);
  });

  it('has decimal commas where semicolons part its cells, dates as 31.12.2025 and Windows-1252 letters', async () => {
    const text =
      'Datum;Umsatz;Bemerkung\n30.12.2025;1.234,50;für Käufer\n31.12.2025;17,25;geöffnet\n01.01.2026;3;zu\n';
    const read = await table(Buffer.from(text, 'latin1'));
    expect(numbersOf(read.columns[1])).toEqual([1234.5, 17.25, 3]);
    expect(daysOf(read.columns[0])).toEqual(['2025-12-30', '2025-12-31', '2026-01-01']);
    expect(wordsOf(read.columns[2])[0]).toBe('für Käufer');
    expect(read.notes.join('\n')).toMatch(
      /semicolons between cells.*decimal commas.*a header.*\n.*read as Latin-1/,
    );
  });

  it.each([
    ['UTF-16LE', Buffer.from('\ufeffa,b\n1,ä\n', 'utf16le')],
    ['UTF-16BE', Buffer.from('\ufeffa,b\n1,ä\n', 'utf16le').swap16()],
    ['UTF-16LE', Buffer.from('a,b\n1,ä\n', 'utf16le')],
    ['UTF-8', gzipSync('a,b\n1,ä\n')],
  ])('is read from %s, packed or not', async (encoding, bytes) => {
    const read = await table(bytes);
    expect(wordsOf(read.columns[1])).toEqual(['ä']);
    expect(read.notes.join(' ')).toContain(encoding);
  });

  it.each([
    ['text,label\nfine,pos\nbad,neg\n', ['text', 'label'], 2],
    ['A fine film.,pos\nA bad film.,neg\nAnother one.,pos\n', ['column 1', 'column 2'], 3],
    ['1,2\n3,4\n', ['column 1', 'column 2'], 2],
    ['city,1990,1991,1992,1993\nA,5,4,4,7\nB,1,2,9,1\n', ['city', '1990', '1991', '1992', '1993'], 2],
    // Whole numbers that go on by one below years are values.
    ['city,1990,1991,1992\nRome,1,2,3\nParis,4,5,6\n', ['city', '1990', '1991', '1992'], 2],
    // Years over years tell nothing, nor do counts over counts.
    ['Rome,1990,1991,1992\nParis,1991,1992,1993\n', ['column 1', 'column 2', 'column 3', 'column 4'], 2],
    ['Rome,1,2,3\nParis,4,5,6\n', ['column 1', 'column 2', 'column 3', 'column 4'], 2],
    ['a,b\nc,d\ne,f\n', ['a', 'b'], 2],
    [',x\n1,5\n2,6\n', ['column 1', 'x'], 2],
    ['x,y\n1,2,3\n2,3,4\n', ['row', 'x', 'y'], 2],
    ['y,y\n1,2\n', ['y', 'y (2)'], 1],
  ])('with or without a header: %j', async (text, names, rows) => {
    const read = await table(text);
    expect(read.columns.map(({ name }) => name)).toEqual(names);
    expect(read.rows).toBe(rows);
  });

  it('takes what is said over what is found', async () => {
    const read = await table('a:b\n1,5:2\n', { delimiter: ':', decimal: ',', header: false });
    expect(read.rows).toBe(2);
    expect(wordsOf(read.columns[0])).toEqual(['a', '1,5']);
    const quoted = await table('a\t"b"\n"x\ty\n', { quote: 'none' });
    expect(quoted.columns[1].name).toBe('"b"');
    await expect(table('a\n1\n', { delimiter: 'x' })).rejects.toThrow(
      /--delimiter: expected one character or comma/,
    );
    await expect(table('a\n1\n', { decimal: ';' })).rejects.toThrow('--decimal: expected . or ,');
    await expect(table('a\n1\n', { maxBad: 5 })).rejects.toThrow('--max-bad: expected a share from 0 to 1');
  });

  it('does not guess whether 1,234 is a fraction', async () => {
    await expect(table('a\tb\n1,234\tx\n5,678\ty\n')).rejects.toThrow(
      't.csv: 1,234 may be a fraction or thousands, and no other number tells; say which with --decimal , or --decimal .',
    );
    expect(numbersOf((await table('a\tb\n1,234\tx\n5,678\ty\n', { decimal: '.' })).columns[0])).toEqual([
      1234, 5678,
    ]);
    expect(numbersOf((await table('a\tb\n1,234\tx\n5.5\ty\n')).columns[0])).toEqual([1234, 5.5]);
  });

  it('does not guess whether 1.234 is a fraction in a file with semicolons', async () => {
    const rows = 'a;b\n1.234;x\n15.678;y\n';
    await expect(table(rows)).rejects.toThrow(/1\.234 may be a fraction or thousands/);
    expect(numbersOf((await table(rows, { decimal: ',' })).columns[0])).toEqual([1234, 15678]);
    // What tells: a number that can be but one of them, or another delimiter.
    expect(numbersOf((await table(`${rows}0.125;z\n`)).columns[0])).toEqual([1.234, 15.678, 0.125]);
    expect(numbersOf((await table(`${rows}1.234.567;z\n`)).columns[0])).toEqual([1234, 15678, 1234567]);
    expect(numbersOf((await table(rows.replaceAll(';', ','))).columns[0])).toEqual([1.234, 15.678]);
  });

  it('takes days that begin at midnight of their own zone for days, in summer and in winter', async () => {
    const days = await table(
      'ds,y\n2023-03-25T00:00:00+01:00,1\n2023-03-26T00:00:00+01:00,2\n2023-03-27T00:00:00+02:00,3\n',
    );
    expect(daysOf(days.columns[0])).toEqual(['2023-03-25', '2023-03-26', '2023-03-27']);
    expect(days.columns[0].times).toMatchObject({ resolution: 'day' });
    expect(days.columns[0].times!.isZoned).toBeUndefined();
    // Hours are those of UTC: 01:00 in winter is 00:00, 03:00 in summer 01:00.
    const hours = await table('ds,y\n2023-03-26 01:00+01:00,1\n2023-03-26 03:00+02:00,2\n');
    expect([...hours.columns[0].times!.values]).toEqual([Date.UTC(2023, 2, 26), Date.UTC(2023, 2, 26, 1)]);
    expect(hours.columns[0].times!.isZoned).toBe(true);
  });

  it('decides the order of day and month over the whole column, or says that nothing decides', async () => {
    const rows = (last: string): string => `ds,y\n01/02/2025,1\n02/03/2025,2\n${last},3\n`;
    expect(daysOf((await table(rows('31/03/2025'))).columns[0])[0]).toBe('2025-02-01');
    expect(daysOf((await table(rows('03/31/2025'))).columns[0])[0]).toBe('2025-01-02');
    const [ambiguous] = (await table(rows('04/05/2025'))).columns;
    expect(ambiguous).toMatchObject({ kind: 'time', ambiguous: 'day and month' });
    const said = await table(rows('04/05/2025'), { dates: 'day-first' });
    expect(daysOf(said.columns[0])[0]).toBe('2025-02-01');
  });

  it('keeps names that look like numbers: leading zeros', async () => {
    const [zip] = (await table('zip,y\n01234,1\n98765,2\n00111,3\n')).columns;
    expect(zip.kind).toBe('category');
    expect(wordsOf(zip)).toEqual(['01234', '98765', '00111']);
  });

  it('marks what is no number in a column of numbers, and notes infinite ones', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => (i === 40 ? 'abc' : i === 50 ? 'inf' : `${i}`));
    const [y] = (await table(`y\n${rows.join('\n')}\n`)).columns;
    expect(y.kind).toBe('number');
    expect(numbersOf(y)[40]).toBe('unreadable');
    expect(y.unreadable).toEqual([{ row: 40, cell: 'abc' }]);
    expect(y.numbers!.infinite).toEqual({ count: 1, rows: [50] });
  });

  it('of one column has a missing value where a line is empty, but not at its end', async () => {
    const read = await table('y\n1\n\n3\n\n\n');
    expect(numbersOf(read.columns[0])).toEqual([1, 'missing', 3]);
    expect([...read.lines]).toEqual([2, 3, 4]);
  });

  it('leaves ragged rows out, counted with their lines, up to a share', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => (i === 10 ? '1' : i === 20 ? '1,2,3' : '1,2'));
    const text = `a,b\n${rows.join('\n')}\n`;
    const read = await table(text);
    expect(read.rows).toBe(98);
    expect(read.unusable.sentences).toEqual([
      '1 row left out: expected 2 cells, found 1 (line 12)',
      '1 row left out: expected 2 cells, found 3 (line 22)',
    ]);
    await expect(table(text, { maxBad: 0.01 })).rejects.toThrow(
      't.csv: 2 of its 100 rows cannot be used, and 1 may be (--max-bad 0.01); mend them, or allow more: 1 row left out: expected 2 cells',
    );
  });

  it('counts the lines that a stray quote takes with it', async () => {
    const rows = Array.from({ length: 100 }, (_, i) =>
      i === 50 ? '1,"2' : i === 52 ? '1,"2",3' : '"1","2"',
    );
    const read = await table(`a,b\n${rows.join('\n')}\n`);
    expect(read.unusable.count).toBe(3);
    expect(read.unusable.sentences[0]).toMatch(
      /a quote runs over 2 lines \(--quote none reads quotes as letters\) \(line 52\)/,
    );
    await expect(table('a,b\n1,"2\n1,2\n', { quote: '"' })).rejects.toThrow(
      /the quote " that opens in the row of line 2 is never closed/,
    );
  });

  it('reads JSON lines, names that come later and what Python writes included', async () => {
    const read = await table('{"a":1,"b":"x"}\n{"a":NaN,"c":true}\n\n{"a":null,"d":[1]}\n', {}, 't.jsonl');
    expect(read.columns.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(numbersOf(read.columns[0])).toEqual([1, 'missing', 'missing']);
    expect(wordsOf(read.columns[2])).toEqual([undefined, 'true', undefined]);
    expect([...read.lines]).toEqual([1, 2, 4]);
    expect(read.notes.at(-1)).toBe("'d' holds arrays or objects and is no column");
    await expect(table('[{"a":1}]', {}, 't.json')).rejects.toThrow(
      'found a JSON array; write its objects in a line each',
    );
    await expect(table('{"a":1}\n{"a":\n', {}, 't.jsonl')).resolves.toMatchObject({ rows: 1 });
    await expect(table('{"a":1}\n{"a":\n7\n', {}, 't.jsonl')).rejects.toThrow(
      /2 of its 3 rows cannot be used/,
    );
  });
});

describe('what is no table', () => {
  const zip = Buffer.from('PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml', 'latin1');
  it.each([
    ['an empty file', '', 'expected a table, found an empty file'],
    ['lines without anything', '\n\n \n', 'expected a table, found an empty file'],
    ['a header alone', 'text,label\n', 'expected rows below the header, found none'],
    [
      'a workbook',
      zip,
      'found an Excel workbook (.xlsx); open it in its program and save the sheet as CSV (UTF-8)',
    ],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'found an old Excel or Office file (.xls)'],
    [
      'garbage',
      Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 37 + 11) % 256)),
      'expected a table of text, found binary data',
    ],
    ['a web page', '<!DOCTYPE html><html>', 'found a web page; download the file itself'],
    [
      'half a .gz',
      gzipSync('a,b\n1,2\n'.repeat(1000)).subarray(0, 30),
      'cannot be read: its .gz is damaged or cut off',
    ],
  ])('%s is refused with a sentence', async (_, content, sentence) => {
    const error = await table(content).catch((caught: Error) => caught);
    expect(error).toMatchObject({ name: 'DataError', message: expect.stringContaining(sentence) });
    expect((error as Error).message).toContain('t.csv');
  });

  it('of JSON keeps names that are long numbers apart, which a double does not', async () => {
    // 2^63 - 1 and the number before: both are 9223372036854776000 as doubles.
    const lines = ['9223372036854775807', '9223372036854775806'].map(
      (id) => `{"id":${id},"text":"of 1234567890123456789","x":0.1234567890123456,"y":1234567890123456.5}`,
    );
    const [id, text, x, y] = (await table(lines.join('\n'), { words: ['id'] }, 't.jsonl')).columns;
    expect(wordsOf(id)).toEqual(['9223372036854775807', '9223372036854775806']);
    expect(wordsOf(text)[0]).toBe('of 1234567890123456789');
    expect(numbersOf(x)[0]).toBe(0.1234567890123456);
    expect(numbersOf(y)[0]).toBe(1234567890123456.5);
  });

  it('of JSON says which names hold no values where a column is not found', async () => {
    const read = await table('{"data":{"text":"fine"},"label":1}\n', {}, 't.jsonl');
    expect(read.nested).toEqual(['data']);
  });

  it('a file that is not there, or a folder, is refused with the reason', async () => {
    await expect(readTable(`${scratch.root}/none.csv`)).rejects.toThrow(
      'none.csv: cannot be read: no such file or directory',
    );
    await expect(readTable(scratch.root)).rejects.toThrow('cannot be read: it is a directory');
  });
});
