/** What may not move a figure: padding, the other sequences of a batch, an interruption, the engine's number of threads; and what has to. */
import { readFileSync } from 'node:fs';
import { NoiseStream } from 'lethe';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../training/resolve.ts';
import { train } from '../../training/train.ts';
import { batchOf } from './batches.ts';
import type { ClassifyConfig } from './config.ts';
import { classifyModel } from './model.ts';
import { answersTo, type ClassAnswers } from './predict.ts';
import { lethe, small, texts, textTable, useFolder } from './testing.suite.ts';
import type { Example, Reading } from './types.ts';

const files = useFolder();

const reading: Reading = {
  layout: { input: 'text', label: 'label', target: 'class', classes: ['a', 'b', 'c'] },
  tokens: {
    level: 'word',
    tokenizer: 'whitespace',
    words: Array.from({ length: 30 }, (_, i) => `w${i}`),
    segment: null,
  },
};

/** Sequences of 1 to 24 words, some in two segments. */
function examples(count: number): Example[] {
  const draws = new NoiseStream(4).uniforms({ site: 'sample' }, count * 50);
  return Array.from({ length: count }, (_, i) => {
    const words = (from: number, length: number) =>
      Int32Array.from({ length }, (_, t) => Math.floor(30 * draws[i * 50 + from + t]));
    const parts = [words(0, 1 + (i % 24)), ...(i % 5 === 0 ? [words(25, 1 + (i % 9))] : [])];
    return { parts, target: i % 3, name: `${i}`, line: i + 2 };
  });
}

const configOf = (dropout: string, ...set: string[]): ClassifyConfig =>
  resolveConfig('classify/reviews', {
    set: ['model.head=softmax', 'model.hidden=7', 'model.embedding=5', `model.dropout=${dropout}`, ...set],
  }) as ClassifyConfig;

function answered(config: ClassifyConfig, all: readonly Example[]): number[][] {
  const work = answersTo(classifyModel(config, reading), all, reading);
  for (;;) {
    const { done, value } = work.next();
    if (done) return (value as ClassAnswers).logProbabilities.map((row) => Array.from(row));
  }
}

describe('an answer', () => {
  const all = examples(60);
  test.each([
    ['lstm', 'mean', 'variational:input=.3'],
    ['gru', 'last', 'none'],
    ['rnn', 'max', 'none'],
    ['lstm', 'last', 'fast:input=.1,output=.2'],
  ])(
    'of a %s with pooling %s (%s) is the same alone, padded, and in any company',
    (cell, pooling, dropout) => {
      const config = configOf(dropout, `model.cell=${cell}`, `model.pooling=${pooling}`);
      const together = answered(config, all);
      for (const i of [0, 5, 23, 59]) expect(answered(config, [all[i]])[0]).toEqual(together[i]);
      const turned = answered(config, all.toReversed());
      expect(turned.toReversed()).toEqual(together);
    },
  );

  test('of segments is their mean by probability, each as long as it is', () => {
    const config = configOf('none');
    const [first] = all.filter(({ parts }) => parts.length === 2);
    const [a, b] = first.parts.map((part) => answered(config, [{ ...first, parts: [part] }])[0]);
    const lengths = first.parts.map((part) => (part as Int32Array).length);
    const whole = answered(config, [first])[0];
    for (const k of [0, 1, 2]) {
      const mean = (Math.exp(a[k]) * lengths[0] + Math.exp(b[k]) * lengths[1]) / (lengths[0] + lengths[1]);
      expect(Math.exp(whole[k])).toBeCloseTo(mean, 12);
    }
  });
});

test('class weights weigh the loss: a mean in which every class counts alike', () => {
  const config = configOf('none');
  const model = classifyModel(config, reading);
  const all = examples(9);
  const sequences = all.map(({ parts }) => parts[0]);
  const targets = Float64Array.from([0, 0, 0, 0, 0, 0, 1, 1, 2]);
  const stream = new NoiseStream(1);
  const of = (weights?: Float64Array, numbers = targets.map((_, i) => i)) =>
    model.loss(
      batchOf(
        Array.from(numbers, (i) => sequences[i]),
        Float64Array.from(numbers, (i) => targets[i]),
      ),
      stream,
      { weights, examples: 9 },
    ).nll;
  const mean = (k: number) => {
    const own = of(undefined, Float64Array.from([...targets.keys()].filter((i) => targets[i] === k)));
    return own.sum / own.count;
  };
  // Six, two and one example: 9 / (3 · 6), 9 / (3 · 2), 9 / (3 · 1).
  const { sum, count } = of(Float64Array.of(0.5, 1.5, 3));
  expect(sum / count).toBeCloseTo((mean(0) + mean(1) + mean(2)) / 3, 5);
});

describe('a run', () => {
  test('that is stopped in the middle of an epoch goes on to the same bits, metrics included', async () => {
    const table = files.put('some.csv', textTable(150));
    const options = [
      ...small,
      '--dropout',
      'variational:input=.2,recurrent=.2,embedding=.1',
      '--epochs',
      '3',
    ];
    const whole = files.at('whole');
    expect((await lethe('train', `classify/${table}`, ...options, '--out', whole)).code).toBe(0);
    const config = JSON.parse(readFileSync(`${whole}/config.json`, 'utf8'));
    const stopped = files.at('stopped');
    const controller = new AbortController();
    const result = await train(config, {
      out: stopped,
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === 10) controller.abort();
      },
    });
    // 105 examples in batches of 16 are 7 steps an epoch: it stops three steps into the second.
    expect(result).toMatchObject({ event: 'interrupted', step: 10, epoch: 2 });
    expect((await lethe('resume', stopped)).code).toBe(0);
    for (const name of ['best', 'last']) {
      const bits = (run: string) => readFileSync(`${run}/checkpoints/${name}.safetensors`);
      expect(bits(stopped).equals(bits(whole))).toBe(true);
    }
    const history = (run: string) =>
      readFileSync(`${run}/metrics.jsonl`, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ event }) => event === 'epoch')
        .map(({ seconds: _, ...epoch }) => epoch);
    expect(history(stopped)).toEqual(history(whole));
  }, 60_000);

  test('is searched like any other, over methods and sizes', async () => {
    const table = files.put('searched.csv', textTable(120));
    const space =
      'space:\n  model.hidden: { choice: [4, 8] }\n  model.dropout: { choice: [none, "variational:input=.2"] }\n';
    const file = files.put(
      'search.yaml',
      `title: small\nbase: classify/${table}\nset: { training.epochs: 1, model.embedding: 4, training.batch: 32 }\n${space}`,
    );
    const searched = await lethe('search', file, '--trials', '2', '--out', files.at('study'), '--json');
    expect({ code: searched.code, err: searched.err }).toEqual({ code: 0, err: '' });
    expect(searched.json().at(-1)).toMatchObject({ event: 'done', states: { complete: 2 } } as never);
  }, 120_000);

  test('reads folders of class folders, characters, long texts in segments, and folds', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    for (const [i, { text, label }] of texts(60).entries()) {
      mkdirSync(files.at(`folder/${label}`), { recursive: true });
      writeFileSync(files.at(`folder/${label}/${i}.txt`), `${text}\n`);
    }
    const tokens = ['--level', 'char', '--set', 'tokens.segment=20'];
    const folds = ['--set', 'splits.folds=5', '--fold', '2'];
    const options = [...small, '--epochs', '1', ...tokens, ...folds];
    const run = files.at('folder-run');
    const trained = await lethe('train', files.at('folder'), ...options, '--out', run);
    expect({ code: trained.code, err: trained.err }).toEqual({ code: 0, err: '' });
    expect(trained.out).toMatch(/texts of more than 20 tokens are cut into segments, which answer together/);
    const { data } = JSON.parse(readFileSync(`${run}/environment.json`, 'utf8'));
    expect(data.splits).toMatchObject({ test: { examples: 12 }, calibration: { examples: 6 } });
    const config = JSON.parse(readFileSync(`${run}/config.json`, 'utf8'));
    expect(config).toMatchObject({ task: 'classify', tokens: { level: 'char' } });
    const apart = [
      '--set',
      'tokens.examples=segments',
      '--set',
      'splits.segments=apart',
      '--set',
      'tokens.segment=4',
    ];
    const cut = await lethe(
      'train',
      files.at('folder'),
      ...small,
      '--epochs',
      '1',
      ...apart,
      '--out',
      files.at('apart'),
    );
    expect(cut.code).toBe(0);
    expect(cut.out).toMatch(/segments of 4 tokens in the random order of their texts: \d+ train/);
  }, 60_000);
});
