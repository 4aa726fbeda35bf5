import { describe, expect, test } from 'vitest';
import { useScratch } from '../data/text/scratch.suite.ts';
import { lethe } from './testing.suite.ts';

const scratch = useScratch();

describe('lethe data', () => {
  test('lists music and texts under the names that train takes', async () => {
    const { datasets } = JSON.parse((await lethe('data', 'list', '--json')).out);
    const names = datasets.map(({ task, name }: Record<string, string>) => `${task}/${name}`);
    expect(names).toEqual(expect.arrayContaining(['music/folk', 'music/jsb-chorales', 'text/ptb']));
    const { out } = await lethe('data', 'list');
    for (const name of names) expect(out).toMatch(new RegExp(`^${name} `, 'm'));
  });

  test('counts the words of a text of its own, and its characters', async () => {
    const book = scratch.put('book.txt', `${'the cat\n'.repeat(20)}`);
    const words = await lethe('data', 'stats', book);
    expect(words).toMatchObject({ code: 0, err: '' });
    expect(words.out).toMatch(/^.*book\.txt; a vocabulary of 3 words$/m);
    // 90 % of 60 tokens
    expect(words.out).toMatch(/^train +54 +3 +0 +0\.00 %$/m);
    expect(words.out).toMatch(/^uniform +1\.0986 +3\.000 +every token/m);
    const stats = JSON.parse((await lethe('data', 'stats', `text/${book}`, '--level', 'char', '--json')).out);
    // t, h, e, c, a, space, newline
    expect(stats).toMatchObject({ level: 'char', vocabulary: 7 });
  });

  test.each<[title: string, content: string | Uint8Array, found: RegExp]>([
    ['an empty file', '', /book\.txt: expected some text, found none/],
    ['what is not text', Uint8Array.of(1, 0, 2), /book\.txt: expected text in UTF-8, found a zero byte/],
  ])('refuses %s', async (_, content, found) => {
    const { code, out, err } = await lethe('data', 'stats', scratch.put('book.txt', content));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(found);
  });

  test('refuses a vocabulary of one word', async () => {
    const { code, err } = await lethe('data', 'stats', scratch.put('book.txt', '\n\n\n'));
    expect(code).toBe(2);
    expect(err).toMatch(/expected a vocabulary of at least 2 words/);
  });
});
