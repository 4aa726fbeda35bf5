import { ConfigError, DataError, scoped } from 'lethe';
import { describe, expect, it } from 'vitest';
import { inSlices } from '../../training/slices.ts';
import { scoreText } from './evaluate.ts';
import { textModel } from './model.ts';
import { predictTokens, type TokenPrediction, type TokenPredictionOptions } from './predict.ts';
import { tinyTextConfig, tokens } from './tiny-text.suite.ts';

const sharp = ['model.embeddingLimit=1', 'model.initialLimit=1'];
const model = textModel(tinyTextConfig(...sharp), 11);
const noisy = (dropout: string) => textModel(tinyTextConfig(...sharp, `model.dropout=${dropout}`), 11);
const text = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5);

async function predict(
  of: typeof model,
  options: TokenPredictionOptions = {},
  pieces: Int32Array[] = [text],
): Promise<TokenPrediction[]> {
  const all: TokenPrediction[] = [];
  for await (const window of predictTokens(of, pieces, options)) all.push(...window);
  return all;
}

describe('predictTokens', () => {
  it('gives the softmax of the logits after all words before, its rank and its entropy', async () => {
    const predictions = await predict(model);
    expect(predictions.map(({ token }) => token)).toEqual([...text.subarray(1)]);
    for (const [t, prediction] of predictions.entries()) {
      const p = scoped(() => {
        const weights = Array.from(model.next(text.subarray(0, t + 1)).logits, Math.exp);
        const sum = weights.reduce((a, b) => a + b, 0);
        return weights.map((weight) => weight / sum);
      });
      const own = p[prediction.token];
      expect(prediction.probability).toBeCloseTo(own, 5);
      expect(prediction.nll).toBeCloseTo(-Math.log(own), 5);
      expect(prediction.rank).toBe(1 + p.filter((other) => other > own).length);
      expect(prediction.entropy).toBeCloseTo(-p.reduce((sum, one) => sum + one * Math.log(one), 0), 4);
      expect(prediction).not.toHaveProperty('information');
    }
  });

  it('carries the state from window to window, wherever the pieces of the text end', async () => {
    const whole = await predict(model);
    const pieces = [text.subarray(0, 1), text.subarray(1, 1), text.subarray(1, 6), text.subarray(6)];
    for (const window of [1, 3, 10, 40]) {
      const again = await predict(model, { window }, pieces);
      expect(again).toHaveLength(10);
      again.forEach(({ nll }, i) => {
        expect(nll).toBeCloseTo(whole[i].nll, 5);
      });
    }
  });

  it('averages the draws that evaluation averages: masks of the whole text, one pass for each draw', async () => {
    for (const dropout of ['variational:recurrent=.5,embedding=.3,output=.5', 'awd:weight=.5,output=.5']) {
      const of = noisy(dropout);
      const draws = { samples: 3, seed: 4 };
      const score = await inSlices(scoreText(of, tokens([...text]), { draws }));
      for (const window of [3, 10]) {
        const predictions = await predict(of, { draws, window });
        expect(predictions.reduce((sum, { nll }) => sum + nll, 0) / 10).toBeCloseTo(score!, 5);
        expect(predictions.every(({ information }) => information! > 0)).toBe(true);
      }
    }
  });

  it('knows nothing from a single draw, and follows a test-time rule that draws without being asked', async () => {
    const one = await predict(noisy('variational:output=.5'), { draws: { samples: 1 } });
    for (const { information } of one) expect(information).toBeCloseTo(0, 10);
    const of = noisy('dropconnect:weight=.5');
    const score = await inSlices(scoreText(of, tokens([...text])));
    const predictions = await predict(of);
    expect(predictions.reduce((sum, { nll }) => sum + nll, 0) / 10).toBeCloseTo(score!, 5);
    expect(predictions[0]).not.toHaveProperty('information');
  });

  it('refuses draws where nothing is drawn, and a text with nothing to predict', async () => {
    await expect(predict(model, { draws: { samples: 2 } })).rejects.toThrow(ConfigError);
    const short = predict(model, { where: 'letter.txt' }, [Int32Array.of(3)]);
    await expect(short).rejects.toThrow(DataError);
    await expect(short).rejects.toThrow(/^letter\.txt: expected a text of at least 2 tokens.*found 1/);
    await expect(predict(model, {}, [])).rejects.toThrow(/found 0/);
  });

  it('stops between two windows', async () => {
    const controller = new AbortController();
    let windows = 0;
    for await (const _ of predictTokens(model, [text], { window: 2, signal: controller.signal })) {
      windows++;
      controller.abort();
    }
    expect(windows).toBe(1);
  });
});
