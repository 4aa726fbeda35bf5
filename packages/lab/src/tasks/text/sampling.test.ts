import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lethe } from '../../cli/testing.suite.ts';
import { useTinyText } from '../../cli/tiny-text-run.suite.ts';

const tiny = useTinyText();
let run: string;
let known: string;
let characters: string;
let music: string;
beforeAll(async () => {
  run = await tiny.train('unknown', '--set', 'text.vocabularySize=6');
  known = await tiny.train('known');
  characters = await tiny.train('characters', '--level', 'char');
  music = path.join(tiny.folder, 'music');
  const small = ['--hidden', '4', '--epochs', '1', '--set', 'model.maxIncoming=2'];
  expect(await lethe('train', 'music/folk', '--out', music, ...small)).toMatchObject({ code: 0 });
});

describe('lethe sample of a language model', () => {
  test('prints the text alone on standard output and files it in the run', async () => {
    const { code, out, err } = await lethe('sample', run, '--length', '30', '--seed', '7');
    const file = path.join(run, 'samples', 'seed-7.txt');
    expect({ code, err }).toEqual({ code: 0, err: `(also in ${file})\n` });
    expect(fs.readFileSync(file, 'utf8').trimEnd()).toBe(out.trimEnd());
    expect(out).not.toContain('<unk>');
    // `<eos>` is the end of a line, and so are the others words.
    const { words } = JSON.parse(fs.readFileSync(path.join(run, 'vocabulary.json'), 'utf8'));
    expect(words).toHaveLength(6);
    for (const word of out.split(/\s+/).filter(Boolean)) expect(words).toContain(word);
  });

  test('draws <unk> when it is allowed to', async () => {
    const { out } = await lethe('sample', run, '--length', '60', '--with-unknown');
    expect(out).toContain('<unk>');
  });

  test('goes on from the prompt, names words that are not known, and writes where it is told', async () => {
    const file = path.join(tiny.folder, 'letter.txt');
    const prompt = 'the zebra sees\na';
    const argv = ['sample', run, '--prompt', prompt, '--length', '5', '--top-k', '2', '--out', file];
    const { code, out, err } = await lethe(...argv);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: `${file}: 5 tokens\n`,
      err: expect.stringMatching(/^not in the vocabulary, read as <unk>: .*'zebra'/),
    });
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^\S+ <unk> \S+\n\S+/);
    const document = JSON.parse((await lethe(...argv, '--json')).out);
    expect(document).toMatchObject({ run, file, seed: 1, unknown: expect.arrayContaining(['zebra']) });
    expect(`${document.text}\n`.startsWith(fs.readFileSync(file, 'utf8').trimEnd())).toBe(true);
  });

  test('writes characters side by side', async () => {
    const { out } = await lethe('sample', characters, '--prompt', 'the c', '--length', '20');
    expect(out.slice(0, 5)).toBe('the c');
    expect(out).toHaveLength(5 + 20 + 1);
  });

  test('gives the same text with the same seed, and another with another', async () => {
    const text = async (seed: string) => (await lethe('sample', known, '--seed', seed)).out;
    expect(await text('3')).toBe(await text('3'));
    expect(await text('3')).not.toBe(await text('4'));
  });

  test.each<[title: string, of: () => string, options: string[], sentence: RegExp]>([
    [
      'a word that nothing stands for',
      () => known,
      ['--prompt', 'the zebra'],
      /^--prompt expected words of the vocabulary, which has no <unk>, found "zebra"; leave it out, or .*vocabularySize below 9/,
    ],
    ['an empty prompt', () => run, ['--prompt', ''], /^--prompt expects some text, found none;/],
    ['a prompt of blanks', () => run, ['--prompt', ' \t '], /^--prompt expects some text, found none;/],
    [
      'an option of music',
      () => run,
      ['--prime', '3'],
      /^--prime is for runs of music, found one of text\.$/,
    ],
    [
      'even none of it',
      () => run,
      ['--prime', 'none'],
      /^--prime is for runs of music, found one of text\.$/,
    ],
    ['a split', () => run, ['--split', 'test'], /^--split is for runs of music, found one of text\.$/],
    [
      'a prompt to music',
      () => music,
      ['--prompt', 'a'],
      /^--prompt is for runs of text, found one of music\.$/,
    ],
    [
      'the temperature 0',
      () => run,
      ['--temperature', '0'],
      /^--temperature expects a number above 0, found 0; --top-k 1 always takes the most probable token\.$/,
    ],
    [
      'the temperature 0 of music',
      () => music,
      ['--temperature', '0.0'],
      /^--temperature expects a number above 0, found 0; --temperature \.01 sounds a note where/,
    ],
    [
      'a temperature below 0',
      () => run,
      ['--temperature=-1'],
      /^.*--temperature expects a number above 0, found '-1'/,
    ],
    ['top-k of music', () => music, ['--top-k', '3'], /^--top-k is for runs of text, found one of music\.$/],
    [
      '<unk> of music',
      () => music,
      ['--with-unknown'],
      /^--with-unknown is for runs of text, found one of music\.$/,
    ],
  ])('refuses %s in one sentence', async (_, of, options, sentence) => {
    const { code, out, err } = await lethe('sample', of(), ...options);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().replace('lethe sample: ', '')).toMatch(sentence);
    expect(err.split('\n')).toHaveLength(2);
  });
});
