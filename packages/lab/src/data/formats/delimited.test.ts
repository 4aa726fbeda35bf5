import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDelimited, rowsOf } from './delimited.ts';

/** No piece ends inside a character, as decoders give them. */
async function* pieces(text: string, size: number): AsyncGenerator<string> {
  const characters = [...text];
  for (let at = 0; at < characters.length; at += size) yield characters.slice(at, at + size).join('');
}

async function read(
  text: string,
  size = 7,
  quote: '"' | 'none' = '"',
): Promise<{ cells: string[]; line: number; last: number }[]> {
  const rows: { cells: string[]; line: number; last: number }[] = [];
  await readDelimited('t.csv', pieces(text, size), { delimiter: ',', quote }, (cells, line, last) => {
    rows.push({ cells, line, last });
  });
  return rows;
}

describe('delimited text', () => {
  it('gives rows with the lines that they begin and end in, quoted line ends and doubled quotes included', async () => {
    expect(await read('a,b\n1,"x\ny"\n2,"say ""no"""\n\n3,z')).toEqual([
      { cells: ['a', 'b'], line: 1, last: 1 },
      { cells: ['1', 'x\ny'], line: 2, last: 3 },
      { cells: ['2', 'say "no"'], line: 4, last: 4 },
      { cells: [''], line: 5, last: 5 },
      { cells: ['3', 'z'], line: 6, last: 6 },
    ]);
  });

  it('takes a quote inside a cell for a letter, and all of them where it is told so', async () => {
    expect((await read('5" pipe,"6"" pipe"\n'))[0].cells).toEqual(['5" pipe', '6" pipe']);
    expect((await read('"a,b\n', 7, 'none'))[0].cells).toEqual(['"a', 'b']);
  });

  it('comes back as it was written by RFC 4180, however it is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'ß', '𝄞'), maxLength: 5 });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      );
    const quoted = (text: string): string => (/[,"\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, size) => {
        const text = rows.map((row) => `${row.map(quoted).join(',')}\n`).join('');
        expect((await read(text, size)).map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });

  it('says where a quote opens that is never closed', async () => {
    await expect(read('a,b\n1,"2\n3,4\n')).rejects.toThrow(
      't.csv: the quote " that opens in the row of line 2 is never closed; close it, or read quotes as letters (--quote none)',
    );
    expect(rowsOf('a,b\n1,"2\n3,4\n', { delimiter: ',', quote: '"' })).toEqual({
      rows: [['a', 'b']],
      open: true,
    });
  });
});
