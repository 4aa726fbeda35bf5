import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableWriter } from './table-writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-rows-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a table that is written row by row', () => {
  it('quotes as RFC 4180 asks for: commas, quotes, both ends of a line', () => {
    const file = join(folder, 'a.csv');
    const table = tableWriter(file, ['id', 'a "b"', 'set']);
    table.write({ id: 1, 'a "b"': 'x, y', set: ['p', 'q'] });
    table.write({ id: 2, 'a "b"': 'he said "no"\nand left' });
    table.finish();
    expect(readFileSync(file, 'utf8')).toBe(
      'id,"a ""b""",set\r\n1,"x, y",p|q\r\n2,"he said ""no""\nand left",\r\n',
    );
  });

  it('is an object a line with the ending .jsonl, null where a row has nothing', () => {
    const file = join(folder, 'a.jsonl');
    const table = tableWriter(file, ['id', 'set']);
    table.write({ id: 'ü', set: ['p', 'q'], other: 1 });
    table.write({ id: 2 });
    table.finish();
    expect(readFileSync(file, 'utf8')).toBe('{"id":"ü","set":["p","q"]}\n{"id":2,"set":null}\n');
  });

  it('is there as a whole or not at all, and leaves no other file', () => {
    const file = join(folder, 'a.csv');
    writeFileSync(file, 'before');
    const given = tableWriter(file, ['x']);
    for (let x = 0; x < 30_000; x++) given.write({ x });
    expect(readFileSync(file, 'utf8')).toBe('before');
    given.discard();
    expect(readdirSync(folder)).toEqual(['a.csv']);
    const empty = tableWriter(join(folder, 'b.csv'), ['x', 'y']);
    empty.finish();
    expect(readFileSync(join(folder, 'b.csv'), 'utf8')).toBe('x,y\r\n');
    expect(() => tableWriter(join(folder, 'none', 'c.csv'), ['x'])).toThrow(/cannot write .*c\.csv/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
