import { gradients, NoiseStream } from 'lethe';
import { describe, expect, it } from 'vitest';
import { batchOf } from './batches.ts';
import { classifyDefaults } from './config.ts';
import { classifyModel } from './model.ts';
import type { Reading } from './types.ts';

describe('weights of classes', () => {
  const reading: Reading = {
    layout: { input: 'text', label: 'label', target: 'class', classes: ['common', 'rare'] },
    tokens: { level: 'word', tokenizer: 'whitespace', words: ['<unk>', 'a', 'b', 'c'], segment: null },
  };
  const config = classifyDefaults();
  Object.assign(config.model, { hidden: 3, embedding: 2, head: 'softmax', pooling: 'last', dropout: 'none' });
  const model = classifyModel(config, reading);
  const texts = [[1, 2], [2], [3, 3], [1], [2, 1], [3], [2, 2], [1, 3]].map((words) =>
    Int32Array.from(words),
  );
  // Seven of one class and one of the other: 8 / (2 · 7) and 8 / 2, with the mean 1.
  const targets = Float64Array.of(0, 0, 1, 0, 0, 0, 0, 0);
  const weights = Float64Array.of(4 / 7, 4);
  const of = (from: number, to: number) => {
    const batch = batchOf(texts.slice(from, to), targets.slice(from, to));
    const noise = new NoiseStream(1);
    return gradients(
      Object.values(model.parameters),
      () => model.loss(batch, noise, { weights, examples: 8 }).loss,
    );
  };

  it('are the same over all batches as over all examples at once, whichever of them has the rare class', () => {
    const whole = of(0, 8);
    const parts = [of(0, 3), of(3, 8)];
    const mean = (values: readonly number[]): number => (3 * values[0] + 5 * values[1]) / 8;
    expect(mean(parts.map(({ loss }) => loss))).toBeCloseTo(whole.loss, 6);
    for (const [p, { data }] of whole.gradients.entries()) {
      for (const [i, slope] of data.entries())
        expect(mean(parts.map((part) => part.gradients[p].data[i]))).toBeCloseTo(slope, 6);
    }
  });
});
