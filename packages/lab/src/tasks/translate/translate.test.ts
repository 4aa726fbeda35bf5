import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { specialTokens } from 'lethe';
import { beforeAll, describe, expect, test } from 'vitest';
import { side } from './data/testing.suite.ts';
import { meanOf, saidBy } from './inspected.ts';
import { lethe, small, useFolder } from './testing.suite.ts';

const files = useFolder();
const run = files.at('run');
const dropout = 'naive:input=.1,context=.1,output=.1';
let corpus = '';

beforeAll(async () => {
  corpus = files.pairs();
  const trained = await lethe(['train', `translate/${corpus}`, ...small, '--dropout', dropout, '--out', run]);
  expect(trained).toMatchObject({ code: 0, err: '' });
  expect(trained.out).toMatch(/^\(nrefs:1\|case:lc\|eff:no\|tok:none\|smooth:exp/m);
}, 120_000);

const sentence = side(0).split('\n')[7];

describe('pairs of sentences', () => {
  test('are no network of ONNX, and the weights can be had otherwise', async () => {
    const { code, err } = await lethe(['export', run, '--to', 'onnx']);
    expect(code).toBe(2);
    expect(err).toMatch(/found one of translate, .*; --to safetensors or npz writes its weights\.$/m);
  });

  test('are learned, and translated with a beam at the end', () => {
    const done = JSON.parse(readFileSync(`${run}/metrics.jsonl`, 'utf8').trimEnd().split('\n').at(-1)!);
    // Sentences are put together from parts that all occur in training: what is learned is nearly all there is.
    expect(done.best.test.bleu).toBeGreaterThan(40);
    expect(done.best.test.perplexity).toBeLessThan(2.5);
    expect(done.best.valid.bleu_missing).toBeCloseTo(100 - done.best.valid.bleu, 6);
    expect(done.best.valid).not.toHaveProperty('bleu_greedy');
    expect(done.best.test).toHaveProperty('bleu_greedy');
    expect(existsSync(`${run}/vocabulary.json`)).toBe(true);
    const lines = readFileSync(`${run}/translations.jsonl`, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(done.best.test.sentences);
    expect(Object.keys(JSON.parse(lines[0]))).toEqual([
      ...['line', 'source', 'reference', 'translation', 'score', 'bleu', 'entropy'],
    ]);
  });

  test('are measured by BLEU whose name says its signature, by perplexity, and by draws', async () => {
    const found = await lethe(['eval', run, '--mc', '4', '--json']);
    expect(found.code).toBe(0);
    const { metrics } = found.json()[0];
    for (const name of ['bleu', 'nll_per_token', 'perplexity', 'entropy_per_token', 'entropy_rank']) {
      expect(metrics[name]).toEqual(expect.any(Number));
      expect(metrics[`mc_${name}`]).toEqual(expect.any(Number));
    }
    expect(metrics.mc_bleu_variance).toBeGreaterThan(0);
    expect(metrics.mc_bleu_variance_rank).toBeGreaterThanOrEqual(-1);
    expect(metrics.mc_bleu_variance_rank).toBeLessThanOrEqual(1);
    expect(metrics.mc_nll_per_token).not.toBe(metrics.nll_per_token);
    const table = await lethe(['eval', run]);
    expect(table.out).toMatch(/nrefs:1\|case:lc\|eff:no\|tok:none\|smooth:exp/);
    const again = await lethe(['eval', run, '--mc', '4', '--json']);
    expect(again.out).toBe(found.out);
  });

  test('are translated line by line, empty lines by empty lines', async () => {
    const file = files.put('sentences.txt', `${sentence}\n\n${sentence}\n`);
    const said = await lethe(['predict', run, '--in', file, '--beam', '2']);
    expect(said.code).toBe(0);
    const lines = said.out.split('\n');
    expect(lines[0].length).toBeGreaterThan(5);
    expect(lines[1]).toBe('');
    expect(lines[2]).toBe(lines[0]);
    const piped = await lethe(['predict', run, '--in', '-'], `${sentence}\n`);
    expect(piped.out.split('\n')[0]).toBe(lines[0]);
  });

  test('are given with scores, tokens and attention by those who ask', async () => {
    const file = files.put('one.txt', `${sentence}\n`);
    const ask = [
      'predict',
      run,
      '--in',
      file,
      '--best',
      '2',
      '--tokens',
      '--attention',
      '--mc',
      '3',
      '--json',
    ];
    const said = await lethe(ask);
    expect(said).toMatchObject({ code: 0 });
    const [first, second] = said.json();
    expect([first.rank, second.rank]).toEqual([1, 2]);
    expect(first.score).toBeGreaterThanOrEqual(second.score);
    const sum = first.tokens.reduce(
      (total: number, { probability }: { probability: number }) => total + Math.log(probability),
      0,
    );
    expect(sum).toBeCloseTo(first.log_probability, 3);
    const entropies = first.tokens.map(({ entropy }: { entropy: number }) => entropy);
    expect(first.entropy).toBeCloseTo(meanOf(entropies), 6);
    expect(first.mutual_information).toBeGreaterThanOrEqual(0);
    for (const row of first.attention.weights) {
      expect(row).toHaveLength(first.attention.source.length);
      expect(row.reduce((total: number, weight: number) => total + weight, 0)).toBeCloseTo(1, 4);
    }
    const people = await lethe(['predict', run, '--in', file, '--attention']);
    expect(people.out).toMatch(/^ {4}".+" {2}<- ".+" [01]\.\d\d/m);
  });

  test('that are cut off are not said to have come to an end', () => {
    const tokens = Int32Array.of(7, 9);
    expect(saidBy({ tokens, ended: true })).toEqual(Int32Array.of(7, 9, specialTokens.end));
    expect(saidBy({ tokens, ended: false })).toEqual(tokens);
  });

  test('are refused with a sentence where an option cannot be', async () => {
    const file = files.put('one.txt', `${sentence}\n`);
    const wrong = async (...more: string[]) => {
      const { code, err } = await lethe(['predict', run, ...more]);
      return `${code} ${err}`;
    };
    expect(await wrong('--in', file, '--beam', '0')).toMatch(/^2 .*--beam expects a whole number/);
    expect(await wrong('--in', file, '--beam', '2', '--best', '3')).toMatch(
      /^2 .*at most the 2 hypotheses of --beam, found 3/,
    );
    expect(await wrong('--in', files.at('nowhere'))).toMatch(/^2 .*nothing at/);
    // Every cell of a table would be translated, with the signs between them.
    const table = files.at('pairs.TSV');
    writeFileSync(table, 'en\tde\na\tb\n');
    expect(await wrong('--in', table)).toMatch(
      /^2 .*a sentence a line.*found the table '.*pairs\.TSV'; write the column/,
    );
    expect(await wrong('--in', file, '--length-penalty', '-1')).toMatch(/^2 .*at least 0/);
    const fast = await lethe([
      'train',
      `translate/${corpus}`,
      ...small,
      '--dropout',
      'fast:input=.2',
      '--out',
      files.at('fast'),
    ]);
    expect(fast.code).not.toBe(0);
    expect(fast.err).toMatch(/softmax over positions, which has no closed form/);
    const plain = [
      'train',
      `translate/${corpus}`,
      ...small,
      '--epochs',
      '1',
      '--dropout',
      'none',
      '--out',
      files.at('none'),
    ];
    expect(await lethe(plain)).toMatchObject({ code: 0 });
    expect((await lethe(['eval', files.at('none'), '--mc', '2'])).err).toMatch(
      /expected a method that draws/,
    );
  });

  test('go on after an interruption, and over other numbers of threads, with the same bits', async () => {
    const weights = (name: string) => readFileSync(`${files.at(name)}/checkpoints/best.safetensors`);
    const train = (name: string, ...more: string[]) =>
      lethe([
        ...['train', `translate/${corpus}`, ...small, '--dropout', dropout, '--out', files.at(name)],
        ...[
          '--set',
          'tokens.level=bpe',
          '--set',
          'tokens.merges=60',
          '--set',
          'tokens.dropout=.2',
          '--set',
          'training.labelSmoothing=.1',
          ...more,
        ],
      ]);
    expect(await train('whole', '--epochs', '3')).toMatchObject({ code: 0 });
    expect(await train('threads', '--epochs', '3', '--threads', '2')).toMatchObject({ code: 0 });
    expect(weights('threads').equals(weights('whole'))).toBe(true);
    expect(await train('part', '--epochs', '1')).toMatchObject({ code: 0 });
    expect(await lethe(['resume', files.at('part'), '--epochs', '3'])).toMatchObject({ code: 0 });
    expect(weights('part').equals(weights('whole'))).toBe(true);
  }, 60_000);
});
