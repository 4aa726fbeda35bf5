import { describe, expect, it } from 'vitest';
import { type SplitterOptions, splitter } from './splitter.ts';
import type { Level } from './types.ts';

/** The tokens of a text that comes in these pieces. */
function tokens(pieces: readonly string[], level: Level = 'word', options: SplitterOptions = {}): string[] {
  const found: string[] = [];
  const text = splitter(level, (token) => found.push(token), options);
  for (const piece of pieces) text.push(piece);
  text.end();
  return found;
}

describe('splitter', () => {
  const text = ' the  cat\tsat \r\n\n on a mat';
  const words = ['the', 'cat', 'sat', '<eos>', '<eos>', 'on', 'a', 'mat'];

  it('gives the words between white space and <eos> at every line end that is there', () => {
    expect(tokens([text])).toEqual(words);
    expect(tokens([`${text}\n`])).toEqual([...words, '<eos>']);
    expect(tokens([' '])).toEqual([]);
    expect(tokens([])).toEqual([]);
    expect(tokens([''])).toEqual([]);
  });

  it('ends the last line where it is told to', () => {
    expect(tokens([text], 'word', { completes: true })).toEqual([...words, '<eos>']);
    expect(tokens([`${text}\n`], 'word', { completes: true })).toEqual([...words, '<eos>']);
    expect(tokens([' '], 'word', { completes: true })).toEqual(['<eos>']);
    expect(tokens([''], 'word', { completes: true })).toEqual([]);
    expect(tokens(['a\nb'], 'char', { completes: true })).toEqual(['a', '\n', 'b', '\n']);
    expect(tokens(['a\n', ''], 'char', { completes: true })).toEqual(['a', '\n']);
  });

  it('gives the same wherever the pieces end', () => {
    for (let at = 0; at <= text.length; at++) {
      expect(tokens([text.slice(0, at), text.slice(at)])).toEqual(words);
    }
    expect(tokens([...text])).toEqual(words);
  });

  it('takes for white space what Unicode does, and nothing else', () => {
    // Unicode 15, PropList.txt, White_Space.
    const spaces = '\t\v\f\r \u0085\u00a0\u1680\u2000\u2009\u200a\u2028\u2029\u202f\u205f\u3000';
    for (const space of spaces) expect(tokens([`a${space}b`])).toEqual(['a', 'b']);
    for (const letter of '\u001b\u200b\u2060\ufeff') {
      expect(tokens([`a ${letter} b`])).toEqual(['a', letter, 'b']);
    }
  });

  it('gives characters as they are, and none that is not there', () => {
    expect(tokens([' a😀\n', '\nb '], 'char').join('|')).toBe(' |a|😀|\n|\n|b| ');
    expect(tokens(['a\n', ''], 'char')).toEqual(['a', '\n']);
  });

  it('leaves out the spaces around a line where it is told to', () => {
    expect(tokens([' a b', 'c \n \n d'], 'char', { trim: true }).join('|')).toBe('a| |b|c|\n|\n|d');
  });
});
