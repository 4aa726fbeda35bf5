import { ConfigError, scoped } from 'lethe';
import { describe, expect, it } from 'vitest';
import { inSlices } from '../../training/slices.ts';
import { scoreWithCache } from './cache.ts';
import { scoreText } from './evaluate.ts';
import { textModel } from './model.ts';
import { tinyTextConfig, tokens } from './tiny-text.suite.ts';

const model = textModel(tinyTextConfig('model.embeddingLimit=1', 'model.initialLimit=1'), 11);
const words = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3);
const source = tokens([...words]);

/** Equations 2 and 3 of Grave et al. (2017), word by word. */
function byHand({ window, theta, lambda }: { window: number; theta: number; lambda: number }): number {
  return scoped(() => {
    const { output } = model.hidden(words.subarray(0, -1), 1);
    const F = output.shape[2];
    const state = (t: number) => output.data.subarray(t * F, (t + 1) * F);
    let sum = 0;
    for (let t = 0; t < words.length - 1; t++) {
      const { logits } = model.next(words.subarray(0, t + 1));
      const total = Array.from(logits, Math.exp).reduce((a, b) => a + b, 0);
      const p = Math.exp(logits[words[t + 1]]) / total;
      let [all, hits] = [0, 0];
      for (let i = Math.max(0, t - window); i < t; i++) {
        const dot = Array.from(state(t)).reduce((all, h, j) => all + h * state(i)[j], 0);
        const weight = Math.exp(theta * dot);
        all += weight;
        if (words[i + 1] === words[t + 1]) hits += weight;
      }
      sum -= Math.log(t === 0 ? p : (1 - lambda) * p + (lambda * hits) / all);
    }
    return sum / (words.length - 1);
  });
}

describe('the continuous cache', () => {
  it('is the mixture of its two equations, whatever the window of the evaluation', async () => {
    for (const options of [
      { window: 4, theta: 0.7, lambda: 0.3 },
      { window: 500, theta: 2, lambda: 0.1 },
    ]) {
      const expected = byHand(options);
      for (const steps of [1, 5, 100]) {
        expect(await inSlices(scoreWithCache(model, source, options, { steps }))).toBeCloseTo(expected, 5);
      }
    }
  });

  it('without a share is the model itself, also in several streams', async () => {
    const options = { window: 5, theta: 1, lambda: 0 };
    expect(await inSlices(scoreWithCache(model, source, options))).toBeCloseTo(
      (await inSlices(scoreText(model, source)))!,
      5,
    );
    const streams = 4;
    expect(await inSlices(scoreWithCache(model, source, options, { streams }))).toBeCloseTo(
      (await inSlices(scoreText(model, source, { streams })))!,
      5,
    );
  });

  it('makes a text that repeats itself more probable', async () => {
    const repeated = tokens(Array.from({ length: 120 }, (_, i) => words[i % 6]));
    const cached = await inSlices(scoreWithCache(model, repeated, { window: 30, theta: 1, lambda: 0.5 }));
    expect(cached).toBeLessThan((await inSlices(scoreText(model, repeated)))! - 0.5);
  });

  it('refuses what is no cache, and stops when it is told to', async () => {
    await expect(
      inSlices(scoreWithCache(model, source, { window: 0, theta: 1, lambda: 0.1 })),
    ).rejects.toThrow(ConfigError);
    await expect(inSlices(scoreWithCache(model, source, { window: 5, theta: 1, lambda: 1 }))).rejects.toThrow(
      'lambda expects a number from 0 to below 1, found 1',
    );
    const signal = AbortSignal.abort();
    expect(
      await inSlices(scoreWithCache(model, source, { window: 5, theta: 1, lambda: 0.1 }), { signal }),
    ).toBe(undefined);
  });
});
