import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lethe, letheReading } from './testing.suite.ts';
import { useTinyText } from './tiny-text-run.suite.ts';

const tiny = useTinyText();

const small = ['--hidden', '8', '--epochs', '1', '--layers', '1', '--set', 'model.embedding=8'];
const batch = ['--set', 'training.batch=4', '--set', 'training.steps=10'];

/** Trains one epoch on a path in the folder of the test and gives the plan and the run. */
async function trained(name: string, ...options: string[]) {
  const out = path.join(tiny.folder, `run-${name.replace(/\W/g, '-')}-${options.length}`);
  const target = `text/${path.join(tiny.folder, name)}`;
  const said = await lethe('train', target, '--out', out, '--json', ...small, ...batch, ...options);
  expect(said).toMatchObject({ code: 0 });
  const events = said.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { out, start: events[0], done: events.at(-1) };
}

/** Four sentences again and again. */
function sentences(count: number): string {
  const all = [
    '"Hello," said Mr. Smith.',
    'Hello! HELLO, he said again;',
    'it was hello.',
    "Don't say (hello).",
  ];
  return Array.from({ length: count }, (_, i) => all[(i + (i >> 3)) % 4]).join('\n');
}

describe('a text of one’s own', () => {
  test('with punctuation at its words is split as prose, which the plan says and every command follows', async () => {
    tiny.put('prose.txt', sentences(200));
    const { out, start } = await trained('prose.txt');
    expect(start.notes.join('\n')).toMatch(/apart from punctuation \(prose\); --tokenizer whitespace/);
    expect(JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8')).text).toMatchObject({
      tokenizer: 'prose',
      encoding: 'auto',
      lineEnds: 'universal',
    });
    const { words } = JSON.parse(fs.readFileSync(path.join(out, 'vocabulary.json'), 'utf8'));
    expect(words).toEqual(expect.arrayContaining(['hello', '<cap>', '<upper>', '￭,', '￭.', "￭'t"]));
    expect(words.filter((word: string) => /hello/i.test(word))).toEqual(['hello']);

    const read = await letheReading('Hello, "hello"', 'predict', out, '--text', '-', '--json');
    const tokens = read.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).token);
    expect(tokens.slice(0, -1)).toEqual(['hello', '￭,', '"￭', 'hello', '￭"']);
    const drawn = await lethe('sample', out, '--prompt', '"Hello," said', '--length', '40', '--seed', '2');
    expect(drawn.out.startsWith('"Hello," said')).toBe(true);
    expect(drawn.out).not.toMatch(/￭|<cap>|<upper>/);
    for (const options of [[], ['--cache', 'window=20']]) {
      expect(await lethe('eval', out, ...options)).toMatchObject({ code: 0 });
    }
    const stats = await lethe('data', 'stats', path.join(tiny.folder, 'prose.txt'), '--json');
    expect(JSON.parse(stats.out)).toMatchObject({ tokenizer: 'prose', vocabulary: words.length });
  });

  test('keeps the words between white space where it is told to, or where they are apart already', async () => {
    tiny.put('apart.txt', 'the cat , it says , sleeps .\n'.repeat(60));
    const { out, start } = await trained('apart.txt');
    expect(start.notes.join('\n')).toMatch(
      /\(whitespace\): no punctuation stands at them; --tokenizer prose/,
    );
    expect(JSON.parse(fs.readFileSync(path.join(out, 'config.json'), 'utf8')).text.tokenizer).toBe(
      'whitespace',
    );
    tiny.put('prose2.txt', sentences(200));
    const told = await trained('prose2.txt', '--tokenizer', 'whitespace');
    const { words } = JSON.parse(fs.readFileSync(path.join(told.out, 'vocabulary.json'), 'utf8'));
    expect(words).toEqual(expect.arrayContaining(['"Hello,"', 'HELLO,', '(hello).']));
  });

  test('at character level has no newline that is not in it, and no <unk> for one', async () => {
    tiny.put('cycle.txt', 'abcd'.repeat(500));
    const { out } = await trained('cycle.txt', '--level', 'char');
    const { words } = JSON.parse(fs.readFileSync(path.join(out, 'vocabulary.json'), 'utf8'));
    expect(words).toEqual(['a', 'b', 'c', 'd']);
    const read = await letheReading('abcdabcdabcd', 'predict', out, '--text', '-', '--json');
    expect(JSON.parse(read.out.trimEnd().split('\n').at(-1)!).tokens).toBe(11);
  });

  test('is the same in every encoding and with every line end', async () => {
    const text = `${'a café – b\n\nc « d »\n'.repeat(100)}end`;
    const stats = async (name: string, content: string | Uint8Array, ...options: string[]) => {
      const said = await lethe(
        'data',
        'stats',
        tiny.put(name, content),
        '--level',
        'char',
        '--json',
        ...options,
      );
      expect(said).toMatchObject({ code: 0 });
      const { splits, vocabulary, notes } = JSON.parse(said.out);
      return { splits, vocabulary, notes: notes.filter((note: string) => /read as/.test(note)) };
    };
    const plain = await stats('utf8.txt', text);
    expect(plain.notes).toEqual([]);
    expect(await stats('bom.txt', `\ufeff${text}`)).toEqual(plain);
    expect(await stats('crlf.txt', text.replaceAll('\n', '\r\n'))).toEqual(plain);
    expect(await stats('cr.txt', text.replaceAll('\n', '\r'))).toEqual(plain);
    const little = Buffer.from(`\ufeff${text}`, 'utf16le');
    expect(await stats('le.txt', little)).toEqual({ ...plain, notes: ['a file read as UTF-16LE'] });
    expect(await stats('be.txt', Buffer.from(little).swap16())).toEqual({
      ...plain,
      notes: ['a file read as UTF-16BE'],
    });
    // – is 0x96 in Windows-1252, the others have the numbers of Latin-1.
    const bytes = Buffer.from(text.replaceAll('–', '\x96'), 'latin1');
    expect(await stats('latin1.txt', bytes, '--encoding', 'latin1')).toEqual({
      ...plain,
      notes: ['a file read as Latin-1'],
    });
    const refused = await lethe('data', 'stats', tiny.put('wrong.txt', bytes));
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/wrong\.txt: expected text in UTF-8, found 0xE9 at byte 5 \(line 1\)/);
  });

  test('in folders named after splits is split so, and the plan says what is left out or assumed', async () => {
    const words = (word: string) => `${word} b\n`.repeat(60);
    for (const folder of ['set/train', 'set/test'])
      fs.mkdirSync(path.join(tiny.folder, folder), { recursive: true });
    tiny.put('set/train/one.txt', words('a'));
    tiny.put('set/test/two.txt', words('z'));
    tiny.put('set/README.md', 'about');
    const { start, done } = await trained('set');
    expect(start.notes).toEqual(
      expect.arrayContaining([
        'splits by the names of files and folders: 1 train, 0 valid, 1 test',
        '1 file (README.md) named after no split left out',
        'validation has no files: it is the last 5 % of training',
      ]),
    );
    expect(done.event).toBe('done');
  });

  test.each<
    [
      title: string,
      name: string,
      content: string | Uint8Array,
      options: string[],
      code: number,
      sentence: RegExp,
    ]
  >([
    ['an empty file', 'empty.txt', '', [], 1, /expected some text, found none/],
    ['one word', 'one.txt', 'word', [], 2, /expected at least \d+ tokens .* found 0/],
    [
      'a picture',
      'picture.png',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10),
      [],
      1,
      /found 0x89 at byte 0 \(line 1\)/,
    ],
    [
      'a tokenizer of characters',
      'a.txt',
      'a b',
      ['--level', 'char', '--tokenizer', 'prose'],
      2,
      /prose finds words, found text\.level \(--level\) char/,
    ],
    ['an unknown tokenizer', 'a.txt', 'a b', ['--tokenizer', 'pros'], 2, /whitespace.*prose.*auto/],
    ['an unknown encoding', 'a.txt', 'a b', ['--encoding', 'utf8'], 2, /utf-8.*latin1/],
  ])('is refused in one sentence where it is %s', async (_, name, content, options, code, sentence) => {
    const out = path.join(tiny.folder, 'never');
    const said = await lethe('train', `text/${tiny.put(name, content)}`, '--out', out, ...small, ...options);
    expect(said).toMatchObject({ code });
    expect(said.err).toMatch(sentence);
    expect(fs.existsSync(out)).toBe(false);
  });

  test('of music there is neither tokenizer nor encoding', async () => {
    for (const option of ['--tokenizer', '--encoding']) {
      const { code, err } = await lethe('train', 'music/folk', option, 'auto');
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringMatching(
          new RegExp(`^lethe train: ${option} is for texts\\b.*, found music/folk\\.\n$`),
        ),
      });
    }
  });
});
