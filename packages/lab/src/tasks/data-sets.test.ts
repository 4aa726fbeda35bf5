import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../data/scratch.suite.ts';
import { dataNamed, fetchable, type NamedData } from './data-sets.ts';

const scratch = useScratch();
const words = ({ kind, name }: NamedData) => ({ task: kind.name, name });
const named = (...call: Parameters<typeof dataNamed>) => words(dataNamed(...call));
const found = (given: string) => words(fetchable(given));

describe('dataNamed', () => {
  it('knows the names of both tasks, with and without the task in front', async () => {
    expect(named('folk')).toEqual({ task: 'music', name: 'folk' });
    expect(named('music/jsb-chorales')).toEqual({ task: 'music', name: 'jsb-chorales' });
    expect(named('ptb')).toEqual({ task: 'text', name: 'ptb' });
    expect(named('text/ptb', { level: 'char' })).toEqual({ task: 'text', name: 'ptb' });
  });

  it('takes a file for a text, and a folder for what is in it', async () => {
    const book = scratch.put('book.txt', 'a');
    scratch.put('texts/one.md', 'a');
    scratch.put('tunes/one.mid', '');
    scratch.put('tunes/readme.txt', '');
    scratch.put('others/x.dat', '');
    const folder = (name: string) => path.join(scratch.root, name);
    expect(named(book)).toEqual({ task: 'text', name: book });
    expect(named(folder('texts'))).toEqual({ task: 'text', name: folder('texts') });
    expect(named(folder('tunes'))).toEqual({ task: 'music', name: folder('tunes') });
    expect(named(folder('others'))).toEqual({ task: 'music', name: folder('others') });
    expect(named(folder('others'), { level: 'char' }).task).toBe('text');
    expect(named(`text/${folder('tunes')}`).task).toBe('text');
  });

  it.each([
    // Names of columns that say a time in a word, and names below a title, a comment and what Excel says of its delimiter.
    ['ts,temp,damp\n1760000400,1,2\n', 'forecast'],
    ['Sales of the south;;;\nMade:;today;;\n;;;\nDatum;Till 1;Till 2;Till 3\n', 'forecast'],
    ['sep=;\nDatum;Till 1\n', 'forecast'],
    ['# made by hand, today\ncomment,label\na,b\n', 'classify'],
    ['text\n"one, two, three, four"\n', 'classify'],
    ['created_at,label,a\n1760000400,x,2\n', 'classify'],
  ])('tells tables apart by the names of their columns: %j', (content, task) => {
    expect(named(scratch.put('table.csv', content)).task).toBe(task);
  });

  it('answers other names with the nearest of all', async () => {
    await expect(async () => dataNamed('jsb-choral')).rejects.toThrow(
      /expected .*, ptb, .*did you mean 'jsb-chorales'\?/,
    );
    await expect(async () => dataNamed('ptbb')).rejects.toThrow(
      /expected jsb-chorales, .*did you mean 'ptb'\?/,
    );
    await expect(async () => dataNamed('text/nottingham')).rejects.toThrow(
      "did you mean 'music/nottingham'?",
    );
    await expect(async () => dataNamed(path.join(scratch.root, 'nowhere'))).rejects.toThrow(
      /the path of a text/,
    );
  });
});

describe('fetchable', () => {
  it('tells texts from music', async () => {
    expect(found('nottingham')).toEqual({ task: 'music', name: 'nottingham' });
    expect(found('text/ptb-char')).toMatchObject({ task: 'text', name: 'ptb-char' });
  });

  it('takes no path', async () => {
    await expect(async () => fetchable(scratch.put('book.txt', 'a'))).rejects.toThrow(/^unknown data set/);
  });
});
