import { expect, test } from 'vitest';
import { textModel } from './model.ts';
import { predictTokens } from './predict.ts';
import { sampleTokens } from './sample.ts';
import { tinyTextConfig } from './tiny-text.suite.ts';

/** A model of 11 words whose weights are large enough that its words differ, and its draws too. */
function wild(dropout: string) {
  const model = textModel(tinyTextConfig(`model.dropout=${dropout}`), 11);
  for (const { data } of Object.values(model.parameters)) {
    data.set(data.map((_: number, i: number) => 2 * Math.sin(i * 12.9898)));
  }
  return model;
}

test.each(['none', 'dropconnect:weight=.5,samples=3'])(
  'under %s the two most probable tokens are those that predict ranks first, step by step',
  async (dropout) => {
    const model = wild(dropout);
    const beginning = Int32Array.of(2, 5, 3);
    // Predictions of noise that tests draw with seed 1; so does a sample of seed 1, at the same steps of the text.
    const drawn = sampleTokens(model, beginning, { length: 40, topK: 2, temperature: 9, seed: 1 });
    const ranks: number[] = [];
    for await (const some of predictTokens(model, [Int32Array.of(...beginning, ...drawn)], { window: 7 })) {
      ranks.push(...some.map(({ rank }) => rank));
    }
    expect(ranks.slice(2)).toEqual(ranks.slice(2).map((rank) => Math.min(rank, 2)));
    expect(new Set(ranks.slice(2))).toEqual(new Set([1, 2]));
    expect(new Set(drawn).size).toBeGreaterThan(2);
  },
);

test('a token is never drawn that must not be, and the seed decides the rest', () => {
  const model = wild('none');
  const sample = (seed: number) => [
    ...sampleTokens(model, Int32Array.of(4), { length: 60, never: [0, 1, 2], seed }),
  ];
  expect(sample(3)).toEqual(sample(3));
  expect(sample(3)).not.toEqual(sample(4));
  expect(Math.min(...sample(3))).toBeGreaterThanOrEqual(3);
});
