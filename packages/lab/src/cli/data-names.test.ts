import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../data/text/scratch.suite.ts';
import { dataNamed, fetchable } from './data-names.ts';

const scratch = useScratch();

describe('dataNamed', () => {
  it('knows the names of both tasks, with and without the task in front', async () => {
    expect(await dataNamed('folk')).toEqual({ task: 'music', name: 'folk' });
    expect(await dataNamed('music/jsb-chorales')).toEqual({ task: 'music', name: 'jsb-chorales' });
    expect(await dataNamed('ptb')).toEqual({ task: 'text', name: 'ptb' });
    expect(await dataNamed('text/ptb', { level: 'char' })).toEqual({ task: 'text', name: 'ptb' });
  });

  it('takes a file for a text, and a folder for what is in it', async () => {
    const book = scratch.put('book.txt', 'a');
    scratch.put('texts/one.md', 'a');
    scratch.put('tunes/one.mid', '');
    scratch.put('tunes/readme.txt', '');
    scratch.put('others/x.dat', '');
    const folder = (name: string) => path.join(scratch.root, name);
    expect(await dataNamed(book)).toEqual({ task: 'text', name: book });
    expect(await dataNamed(folder('texts'))).toEqual({ task: 'text', name: folder('texts') });
    expect(await dataNamed(folder('tunes'))).toEqual({ task: 'music', name: folder('tunes') });
    expect(await dataNamed(folder('others'))).toEqual({ task: 'music', name: folder('others') });
    expect((await dataNamed(folder('others'), { level: 'char' })).task).toBe('text');
    expect((await dataNamed(`text/${folder('tunes')}`)).task).toBe('text');
  });

  it('answers other names with the nearest of all', async () => {
    await expect(dataNamed('jsb-choral')).rejects.toThrow(
      /expected .*, ptb, .*did you mean 'jsb-chorales'\?/,
    );
    await expect(dataNamed('ptbb')).rejects.toThrow(/expected jsb-chorales, .*did you mean 'ptb'\?/);
    await expect(dataNamed('text/nottingham')).rejects.toThrow("did you mean 'music/nottingham'?");
    await expect(dataNamed(path.join(scratch.root, 'nowhere'))).rejects.toThrow(/or the path of a text/);
  });
});

describe('fetchable', () => {
  it('tells texts from music', async () => {
    expect(await fetchable('nottingham')).toEqual({ task: 'music', name: 'nottingham' });
    expect(await fetchable('text/ptb-char')).toMatchObject({ task: 'text', entry: { name: 'ptb-char' } });
  });

  it('takes no path', async () => {
    await expect(fetchable(scratch.put('book.txt', 'a'))).rejects.toThrow(/^unknown data set/);
  });
});
