import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lethe, letheReading } from './testing.suite.ts';
import { useTinyText } from './tiny-text-run.suite.ts';

const tiny = useTinyText();
let run: string;
let characters: string;
beforeAll(async () => {
  const dropout = ['--dropout', 'variational:input=.3,output=.5'];
  run = await tiny.train('words', '--set', 'text.vocabularySize=8', ...dropout);
  characters = await tiny.train('characters', '--level', 'char');
});

const linesOf = (out: string) => out.trimEnd().split('\n');
const parsed = (out: string) => linesOf(out).map((line) => JSON.parse(line));

describe('lethe predict', () => {
  test('gives a line for every token but the first and one for all', async () => {
    const file = tiny.put('letter.txt', 'the cat sees\na zebra');
    const { code, out, err } = await lethe('predict', run, '--text', file, '--json');
    expect(code).toBe(0);
    const lines = parsed(out);
    expect(lines.map(({ token }) => token).filter((token) => token === '<eos>')).toHaveLength(1);
    const [first] = lines;
    expect(Object.keys(first)).toEqual(['token', 'nll', 'probability', 'rank', 'entropy']);
    expect(first.nll).toBeCloseTo(-Math.log(first.probability), 10);
    const last = lines.pop();
    const mean = lines.reduce((sum, { nll }) => sum + nll, 0) / 5;
    expect(last.tokens).toBe(5);
    expect(last.nll_per_token).toBeCloseTo(mean, 10);
    expect(last.perplexity).toBeCloseTo(Math.exp(mean), 10);
    expect(err).toMatch(/^\d tokens? (is|are) not in the vocabulary, read as <unk>: .*"zebra"/);
  });

  test('agrees with eval on the text that eval reads', async () => {
    const words = fs.readFileSync(tiny.text, 'utf8').split('\n').slice(0, -1);
    const tokens = words.flatMap((line) => [...line.split(' '), '\n']);
    // 95 % of 480 tokens come before the test split; the first of it is not predicted.
    const test = tiny.put('test.txt', tokens.slice(456).join(' '));
    const { metrics } = JSON.parse((await lethe('eval', run, '--json')).out);
    const { nll_per_token, tokens: count } = parsed(
      (await lethe('predict', run, '--text', test, '--json')).out,
    ).pop();
    expect(count).toBe(23);
    expect(nll_per_token).toBeCloseTo(metrics.nll_per_token, 5);
    const argv = ['--mc', '4', '--seed', '2', '--json'];
    const drawn = JSON.parse((await lethe('eval', run, ...argv)).out).metrics.mc_nll_per_token;
    const predicted = parsed((await lethe('predict', run, '--text', test, ...argv)).out);
    expect(predicted.pop().nll_per_token).toBeCloseTo(drawn, 5);
    for (const { information } of predicted) expect(information).toBeGreaterThan(0);
  });

  test('--out writes a row a prediction into a table, whole or not at all', async () => {
    const file = tiny.put('letter.txt', 'the cat sees');
    const out = path.join(path.dirname(file), 'answers.csv');
    const { code, out: said } = await lethe('predict', run, '--text', file, '--out', out);
    expect(code).toBe(0);
    expect(linesOf(said)[0]).toBe(`2 rows in ${out}`);
    const rows = linesOf(fs.readFileSync(out, 'utf8')).map((line) => line.trim().split(','));
    expect(rows[0]).toEqual(['token', 'nll', 'probability', 'rank', 'entropy']);
    expect(rows.slice(1).map(([token]) => token)).toEqual(['cat', 'sees']);
    const json = await lethe('predict', run, '--text', file, '--json');
    expect(Number(rows[1][1])).toBe(parsed(json.out)[0].nll);
    const again = await lethe('predict', run, '--text', file, '--out', out);
    expect(again.err).toContain('was there already and has been replaced');
    const before = fs.readFileSync(out, 'utf8');
    const short = tiny.put('short.txt', 'the');
    expect((await lethe('predict', run, '--text', short, '--out', out)).code).toBe(1);
    expect(fs.readFileSync(out, 'utf8')).toBe(before);
    expect(await lethe('predict', run, '--text', file, '--out', 'answers.txt')).toMatchObject({
      code: 2,
      err: "lethe predict: --out expects a file that ends in .csv or .jsonl, found 'answers.txt'.\n",
    });
  });

  test('--out in a place that cannot be written is refused before the work', async () => {
    const nowhere = path.join(path.dirname(tiny.put('one.txt', 'the')), 'no', 'such.csv');
    // A text that would be refused once it was read.
    for (const argv of [
      ['predict', run, '--text', tiny.put('one.txt', 'the')],
      ['sample', run],
      ['export', run, '--to', 'npz'],
    ]) {
      const out = argv[0] === 'export' ? path.join(tiny.put('file', ''), 'x.npz') : nowhere;
      const { code, err } = await lethe(...argv, '--out', out);
      expect({ code, err }).toMatchObject({ code: 1 });
      expect(err).toMatch(
        /no such directory; nothing was done yet|cannot make the directory .*; choose another --out/,
      );
    }
  });

  test('prints a table with the total below', async () => {
    const { out } = await letheReading('the cat', 'predict', run, '--text', '-', '--mc', '2');
    const lines = linesOf(out);
    expect(lines[0]).toBe('    log p        p     rank   entropy  information  token');
    expect(lines[1]).toMatch(/^ {2}-\d\.\d{4} {3}0\.\d{4} {8}\d {4}\d\.\d{4} {7}\d\.\d{4} {2}\S+$/);
    expect(lines.slice(2).map((line) => line.split(/ {2,}/)[0])).toEqual([
      '',
      'tokens',
      'nll_per_token',
      'perplexity',
    ]);
  });

  test('names characters so that none moves the cursor, and counts bits', async () => {
    const { out } = await letheReading('the\n a', 'predict', characters, '--text', '-');
    const tokens = linesOf(out).slice(1, 6);
    expect(tokens.map((line) => line.split(/ {2}/).pop())).toEqual(['h', 'e', '"\\n"', '" "', 'a']);
    expect(out).toMatch(/^bits_per_character +\d\.\d{4}/m);
  });

  test('scores what the text has and nothing else: a last line without an end, marks and line ends of any kind', async () => {
    const scored = async (content: string | Uint8Array, ...options: string[]) => {
      const { code, out, err } = await letheReading(
        content,
        'predict',
        characters,
        '--text',
        '-',
        '--json',
        ...options,
      );
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const all = parsed(out);
      return {
        tokens: all
          .slice(0, -1)
          .map(({ token }) => token)
          .join(''),
        nll: all.at(-1).nll_per_character,
      };
    };
    const plain = await scored('the cat\nsees a dog');
    expect(plain.tokens).toBe('he cat\nsees a dog');
    const utf16 = Buffer.from('\ufeffthe cat\rsees a dog', 'utf16le');
    const forms = ['\ufeffthe cat\r\nsees a dog', 'the cat\rsees a dog', utf16];
    for (const form of forms) expect(await scored(form)).toEqual(plain);
    expect(await scored('the cat\nsees a dog', '--encoding', 'latin1')).toEqual(plain);
    expect((await scored('the cat\n\n')).tokens).toBe('he cat\n\n');
  });

  test.each<[title: string, content: string | Uint8Array, sentence: string]>([
    [
      'an empty text',
      '',
      'expected a text of at least 2 tokens, of which the first is not predicted, found 0; give more text',
    ],
    [
      'a text of one token',
      '\n',
      'expected a text of at least 2 tokens, of which the first is not predicted, found 1; give more text',
    ],
    [
      'what is not text',
      Uint8Array.of(0, 1, 2),
      'expected text in UTF-8, found a zero byte at byte 0 (line 1); it is no text: leave it out',
    ],
    [
      'another encoding',
      Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x20),
      'expected text in UTF-8, found 0xE9 at byte 3 (line 1); convert it, or name its encoding, as in --encoding latin1',
    ],
  ])('refuses %s, from a file and from standard input', async (_, content, sentence) => {
    const file = tiny.put('wrong.txt', content);
    const read = await lethe('predict', run, '--text', file);
    expect(read).toMatchObject({ code: 1, out: '' });
    expect(read.err).toContain(`lethe predict: ${file}: ${sentence}`);
    const piped = await letheReading(content, 'predict', run, '--text', '-');
    expect(piped).toMatchObject({ code: 1, out: '', err: `lethe predict: standard input: ${sentence}.\n` });
  });

  test('refuses a text that is not there, a folder, and runs of music, in one sentence', async () => {
    const missing = path.join(tiny.folder, 'nowhere.txt');
    const sentence = (found: string) =>
      `lethe predict: --text expects a text file, or - for standard input, found ${found}.\n`;
    expect(await lethe('predict', run, '--text', missing)).toEqual({
      code: 2,
      out: '',
      err: sentence(`nothing at '${missing}'`),
    });
    expect(await lethe('predict', run, '--text', tiny.folder)).toEqual({
      code: 2,
      out: '',
      err: sentence(`the directory '${tiny.folder}'`),
    });
    const music = path.join(tiny.folder, 'music');
    const small = ['--hidden', '4', '--epochs', '1', '--set', 'model.maxIncoming=2'];
    await lethe('train', 'music/folk', '--out', music, ...small);
    expect(await lethe('predict', music, '--text', tiny.text)).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/: expected a run of the text\b.* task, found one of music\.\n$/),
    });
  });

  test('refuses draws of a method that draws nothing', async () => {
    const { code, err } = await lethe('predict', characters, '--text', tiny.text, '--mc', '5');
    expect({ code, err }).toEqual({
      code: 2,
      err: 'lethe predict: mc: expected a method that draws, found none (mean); train with one, such as variational.\n',
    });
  });
});
