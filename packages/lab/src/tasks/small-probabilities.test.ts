/** Losses of probabilities that float64 rounds to 0 or 1. */
import { expect, test } from 'vitest';
import { resolveConfig } from '../training/resolve.ts';
import { inSlices } from '../training/slices.ts';
import { tinyData } from '../training/tiny.suite.ts';
import { evaluateMonteCarlo } from './music/averaged.ts';
import type { MusicConfig } from './music/config.ts';
import { evaluatePieces } from './music/evaluate.ts';
import { musicModel } from './music/model.ts';
import { scoreWithCache } from './text/cache.ts';
import { scoreText } from './text/evaluate.ts';
import { textModel } from './text/model.ts';
import { predictTokens } from './text/predict.ts';
import { tinyTextConfig, tokens } from './text/tiny-text.suite.ts';

const pieces = tinyData().splits.test;

test.each([
  [36, 'variational:output=.5'],
  [40, 'naive:output=.5'],
  [800, 'variational:output=.5'],
  [40, 'dropconnect:weight=.5'],
  [-800, 'awd:weight=.5'],
])('music whose notes have a logit of %i, under %s', async (bias, dropout) => {
  const model = musicModel(
    resolveConfig('music/tiny', {
      settings: { 'model.cell': 'gru', 'model.hidden': 4, 'model.dropout': dropout },
    }) as MusicConfig,
  );
  for (const parameter of Object.values(model.parameters)) parameter.data.fill(0);
  model.parameters['readout.bias'].data.fill(bias);
  // A silent note costs softplus(bias), a sounding one softplus(-bias); of a bias this far from 0 one is |bias|, the other nothing.
  const scored = pieces.flatMap(({ frames }) => frames.slice(1));
  const sounding = scored.reduce((sum, frame) => sum + frame.length, 0);
  const notes = bias > 0 ? 88 * scored.length - sounding : sounding;
  const expected = (Math.abs(bias) * notes) / scored.length;
  const monteCarlo = await inSlices(evaluateMonteCarlo(model, pieces, { samples: 4 }));
  expect(monteCarlo!.nll_per_step).toBeCloseTo(expected, 6);
  expect((await inSlices(evaluatePieces(model, pieces)))!.nll_per_step).toBeCloseTo(expected, 2);
  // 88 coins of probability e^-|bias|: p (|bias| + 1) to first order.
  const p = Math.exp(-Math.abs(bias));
  expect(monteCarlo!.predictive_entropy / (88 * p * (Math.abs(bias) + 1) || 1)).toBeCloseTo(p > 0 ? 1 : 0, 6);
  expect(monteCarlo!.mutual_information).toBeLessThan(1e-12);
});

test('a word of log probability -1000 costs 1000 nats by draws, with the cache and in predictions', async () => {
  const text = Int32Array.of(3, 1, 4, 1, 5);
  for (const dropout of ['variational:output=.5', 'dropconnect:weight=.5', 'awd:weight=.5', 'none']) {
    const model = textModel(tinyTextConfig(`model.dropout=${dropout}`), 11);
    for (const parameter of Object.values(model.parameters)) parameter.data.fill(0);
    model.parameters['readout.bias'].data[4] = -1000;
    // Of the four words that are predicted three are one of ten that are alike.
    const expected = (1000 + 4 * Math.log(10)) / 4;
    const draws = dropout === 'none' ? undefined : { samples: 3 };
    expect(await inSlices(scoreText(model, tokens([...text]), { draws }))).toBeCloseTo(expected, 4);
    const predictions = [];
    for await (const window of predictTokens(model, [text], { draws })) predictions.push(...window);
    expect(predictions[1]).toMatchObject({ token: 4, probability: 0, rank: 11 });
    expect(predictions[1].nll).toBeCloseTo(1000 + Math.log(10), 4);
    expect(predictions[1].entropy).toBeCloseTo(Math.log(10), 6);
    // No cache has seen word 4 when it comes: (1 - lambda) p; of the third, 1, half of what a cache that knows 1 and 4 says.
    const cached = await inSlices(
      scoreWithCache(model, tokens([...text]), { window: 9, theta: 1, lambda: 0.5 }),
    );
    const costs = [Math.log(10), 1000 + Math.log(20), -Math.log(0.5 * 0.1 + 0.5 * 0.5), Math.log(20)];
    expect(cached).toBeCloseTo(costs.reduce((sum, cost) => sum + cost, 0) / 4, 4);
  }
});
