import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { useScratch } from '../../../data/scratch.suite.ts';
import { loadPairs } from './load.ts';
import { pairs, putFolder, settings, side } from './testing.suite.ts';
import type { Pairs } from './types.ts';

const scratch = useScratch();
const load = (name: string, over: Parameters<typeof settings>[1] = {}) =>
  loadPairs(settings(name, over), { cwd: scratch.root, env: scratch.env });
const sides = ({ source, target }: Pairs): string[] =>
  source.texts.map((text, i) => `${text}|${target.texts[i]}`);

describe('a folder of parallel files', () => {
  it('is read by the endings of its files, packed or not, in the direction of its name', async () => {
    const name = putFolder(scratch.put, {
      'train.de': gzipSync(side(1)),
      'val.en': side(0, 0, 10),
      'val.de': side(1, 0, 10),
      'test_2016.lc.en': side(0, 10, 13),
      'test_2016.lc.de': side(1, 10, 13),
      'README.md': 'what this is',
    });
    // A file and its .gz are one file: the plain one.
    scratch.put('en-de/train.en.gz', gzipSync('never read\n'));
    const data = await load(name);
    expect([data.from, data.to, data.testSet]).toEqual(['en', 'de', 'test_2016.lc']);
    expect(sides(data.splits.train)).toEqual(pairs.map((pair) => pair.join('|')));
    expect(sides(data.splits.valid)).toEqual(pairs.slice(0, 10).map((pair) => pair.join('|')));
    expect(sides(data.splits.test)).toEqual(pairs.slice(10, 13).map((pair) => pair.join('|')));
    expect([...data.splits.test.lines]).toEqual([1, 2, 3]);
    expect(data.notes.join('\n')).toMatch(/from en to de, by the name of the folder/);
  });

  it('goes the other way when it is said, and by the order of names where nothing tells', async () => {
    const other = await load(putFolder(scratch.put), { pairs: { from: 'de' } });
    expect([other.from, other.to]).toEqual(['de', 'en']);
    const plain = await load(putFolder(scratch.put, {}, 'texts'));
    expect([plain.from, plain.to]).toEqual(['de', 'en']);
    expect(plain.notes.join('\n')).toMatch(/from de to en, by the order of their names/);
  });

  it('chooses a test among several, and says so', async () => {
    const tests = {
      'test_a.en': side(0, 0, 5),
      'test_a.de': side(1, 0, 5),
      'test_b.en': side(0, 5, 12),
      'test_b.de': side(1, 5, 12),
    };
    const name = putFolder(scratch.put, tests);
    expect((await load(name)).splits.test.length).toBe(5);
    const b = await load(name, { pairs: { testSet: 'test_b' } });
    expect([b.splits.test.length, b.testSets]).toEqual([7, ['test_a', 'test_b']]);
    await expect(load(name, { pairs: { testSet: 'test_c' } })).rejects.toThrow(
      /expected one of the tests test_a, test_b, found no 'test_c' \(pairs\.testSet\)/,
    );
  });

  it('cuts validation and test off by chance; equal sources stay together', async () => {
    // Every source twice, with two translations.
    const twice = (which: 0 | 1): string =>
      `${side(which)}${which === 0 ? side(0) : side(1).replaceAll(' .', ' !')}`;
    const name = putFolder(scratch.put, { 'train.en': twice(0), 'train.de': twice(1) });
    const { splits, notes } = await load(name, { splits: { valid: 0.1, test: 0.2 } });
    // 200 pairs: 10 % and 20 % of them, in whole groups of two.
    expect([splits.train.length, splits.valid.length, splits.test.length]).toEqual([140, 20, 40]);
    const of = (split: Pairs) => new Set(split.source.texts);
    expect([...of(splits.test)].filter((text) => of(splits.train).has(text))).toEqual([]);
    expect([...of(splits.valid)].filter((text) => of(splits.train).has(text))).toEqual([]);
    expect([...of(splits.valid)].filter((text) => of(splits.test).has(text))).toEqual([]);
    expect(notes.join('\n')).toMatch(/valid and test by chance .* 20 valid, 40 test/);
    const again = await load(name, { splits: { valid: 0.1, test: 0.2 } });
    expect(sides(again.splits.test)).toEqual(sides(splits.test));
    const other = await load(name, { splits: { valid: 0.1, test: 0.2, seed: 2 } });
    expect(sides(other.splits.test)).not.toEqual(sides(splits.test));
  });

  it('takes fractions of the training pairs that lie in each other, validation and test as they were', async () => {
    const name = putFolder(scratch.put);
    const some = async (fraction: number) => (await load(name, { pairs: { fraction } })).splits;
    const [all, half, quarter] = [await some(1), await some(1 / 2), await some(1 / 4)];
    // 100 pairs less 5 of validation and 5 of test.
    expect([all, half, quarter].map(({ train }) => train.length)).toEqual([90, 45, 23]);
    const set = (split: { train: Pairs }) => new Set(sides(split.train));
    expect([...set(quarter)].filter((pair) => !set(half).has(pair))).toEqual([]);
    expect([...set(half)].filter((pair) => !set(all).has(pair))).toEqual([]);
    for (const split of ['valid', 'test'] as const) expect(sides(quarter[split])).toEqual(sides(all[split]));
  });
});

describe('a table of pairs', () => {
  const rows = pairs.map(([en, de]) => ({ en, de }));
  const forms: [string, string, string][] = [
    ['tab-separated with names', 'a.tsv', `en\tde\n${rows.map(({ en, de }) => `${en}\t${de}`).join('\n')}\n`],
    ['without names', 'b.tsv', `${rows.map(({ en, de }) => `${en}\t${de}`).join('\n')}\n`],
    [
      'with commas, other columns and names of sides',
      'c.csv',
      `n,target,source\n${rows.map(({ en, de }, i) => `${i},${de},${en}`).join('\n')}\n`,
    ],
    ['of JSON lines', 'd.jsonl', rows.map((row) => JSON.stringify(row)).join('\n')],
    [
      'of JSON lines with an object for both sides',
      'e.jsonl',
      rows.map((row) => JSON.stringify({ translation: row })).join('\n'),
    ],
  ];
  it.each(forms)('is read: %s', async (_, name, content) => {
    scratch.put(name, content);
    const { splits } = await load(name);
    const all = Object.values(splits).flatMap(sides);
    expect(all.sort()).toEqual(pairs.map((pair) => pair.join('|')).sort());
  });

  it('has its splits in a column, or in the names of tables in a folder', async () => {
    const split = (i: number) => ['train', 'train', 'train', 'dev', 'test'][i % 5];
    scratch.put(
      's.tsv',
      `en\tde\tsplit\n${rows.map(({ en, de }, i) => `${en}\t${de}\t${split(i)}`).join('\n')}\n`,
    );
    const { splits } = await load('s.tsv');
    expect(Object.values(splits).map(({ length }) => length)).toEqual([60, 20, 20]);
    for (const part of ['train', 'dev', 'test'])
      scratch.put(
        `tables/${part}.tsv`,
        `en\tde\n${rows
          .filter((_, i) => split(i) === part)
          .map(({ en, de }) => `${en}\t${de}`)
          .join('\n')}\n`,
      );
    const folder = await load('tables');
    expect(folder.sha256).toBe((await load('s.tsv')).sha256);
  });

  it('says that it cannot tell two columns among three', async () => {
    scratch.put('t.csv', `a,b,c\n${rows.map(({ en, de }) => `${en},${de},${en}`).join('\n')}\n`);
    await expect(load('t.csv')).rejects.toThrow(
      /t\.csv: expected two columns of sentences, .*found a, b, c; say which with --source-lang and --target-lang/,
    );
    const said = await load('t.csv', { pairs: { from: 'a', to: 'b' } });
    expect(said.splits.train.length).toBe(90);
  });
});

describe('vocabularies', () => {
  it('are of each side, of merges of both, or one for both', async () => {
    const name = putFolder(scratch.put);
    const of = async (vocabulary: 'separate' | 'joint' | 'shared') =>
      (await load(name, { tokens: { vocabulary } })).reading;
    const [separate, joint, shared] = [await of('separate'), await of('joint'), await of('shared')];
    expect(joint.source.merges).toEqual(joint.target.merges);
    expect(separate.source.merges).not.toEqual(separate.target.merges);
    // ß is a letter of one side alone.
    expect([joint, separate].map(({ source }) => source.pieces.includes('ß'))).toEqual([false, false]);
    expect(shared.source).toBe(shared.target);
    expect(shared.source.pieces).toContain('ß');
    expect([shared, joint].map(({ sharesVocabulary }) => sharesVocabulary)).toEqual([true, false]);
  });

  it.each(['word', 'char'] as const)('are of level %s, and refuse what does nothing there', async (level) => {
    const name = putFolder(scratch.put);
    const { reading, splits } = await load(name, { tokens: { level } });
    const text = splits.test.target.texts[0];
    expect(reading.target.decode(reading.target.encode(text).tokens)).toBe(text);
    await expect(load(name, { tokens: { level, dropout: 0.1 } })).rejects.toThrow(
      /tokens\.dropout: expected 0 where tokens\.level is \w+, found 0\.1/,
    );
    await expect(load(name, { tokens: { vocabularySize: 50 } })).rejects.toThrow(
      /tokens\.vocabularySize: expected none/,
    );
  });
});
