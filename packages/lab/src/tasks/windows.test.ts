/** Evaluations that draw: one figure, whatever the windows, the minibatches, and how draws are run. */
import { combine, noiseEntry, parseDropout } from 'lethe/dropout';
import { describe, expect, test } from 'vitest';
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

/** Every method that draws, in forms that hold noise, draw it at every step, share it and integrate it by draws, and those beside one another. */
const methods = [
  ['standard:input=.2,recurrent=.3,output=.4', 'rnn'],
  ['standard:input=.2,recurrent=.3,output=.4,interval=sequence', 'gru'],
  ['dropconnect:weight=.3,weightIn=.2', 'lstm'],
  ['dropconnect:weight=.3,weightIn=.2,examples=batch', 'gru'],
  ['naive:input=.3,output=.4', 'gru'],
  ['variational:input=.2,recurrent=.3,output=.4', 'rnn'],
  ['variational:input=.2,recurrent=.3,output=.4,gates=untied', 'lstm'],
  ['variational:input=.2,recurrent=.3,output=.4,gates=untied+zoneout:hidden=.2', 'gru'],
  ['rnndrop:cell=.3', 'lstm'],
  ['rnndrop:cell=.3,interval=step', 'rnn'],
  ['semeniuta:update=.3', 'lstm'],
  ['semeniuta:update=.3,interval=sequence', 'gru'],
  ['zoneout:hidden=.1,cell=.4', 'lstm'],
  ['awd:weight=.4,input=.3,hidden=.2,output=.3,ar=2,tar=1', 'lstm'],
  ['awd:weight=.4,rows=true', 'gru'],
  ['fraternal:kappa=.15,same=recurrent+variational:recurrent=.3,output=.4', 'rnn'],
  ['curriculum:gamma=.5+naive:input=.3,output=.4', 'gru'],
  ['gaussian:input=.2,recurrent=.3,output=.4', 'lstm'],
  ['gaussian:recurrent=.3,interval=sequence', 'gru'],
  ['fast:input=.2,recurrent=.3,output=.4,mode=gaussian', 'gru'],
  ['fast:input=.2,recurrent=.3,output=.4,mode=sample', 'rnn'],
  ['weight-noise:deviation=.1', 'lstm'],
  ['weight-noise:deviation=.1+zoneout:hidden=.2', 'gru'],
  ['ar:alpha=2+tar:beta=1+naive:output=.4', 'rnn'],
] as const;

const data = tinyData();

describe('music, averaged over draws', () => {
  test.each(methods)('%s on the %s', async (dropout, cell) => {
    const model = musicModel(
      resolveConfig('music/tiny', {
        settings: { 'model.cell': cell, 'model.hidden': 6, 'model.layers': 2, 'model.dropout': dropout },
        set: cell === 'rnn' ? ['model.maxIncoming=null'] : [],
      }) as MusicConfig,
    );
    // Weights large enough that the noise shows.
    for (const { data: weights } of Object.values(model.parameters)) {
      weights.set(weights.map((_: number, i: number) => Math.sin(i * 12.9898) * 0.8));
    }
    const draws = { samples: 3, seed: 5 };
    const whole = await inSlices(evaluateMonteCarlo(model, data.splits.train, draws, { window: 1000 }));
    expect(whole!.mutual_information).toBeGreaterThan(1e-4);
    const rule = await inSlices(evaluatePieces(model, data.splits.train, { window: 1000 }));
    for (const options of [
      { window: 1 },
      { window: 4, batch: 3 },
      { window: 7, batch: 1 },
      { window: 20, batch: 64 },
    ]) {
      const again = await inSlices(evaluateMonteCarlo(model, data.splits.train, draws, options));
      for (const [name, value] of Object.entries(whole!)) {
        expect(again![name as keyof typeof again]).toBeCloseTo(value, 4);
      }
      const { nll_per_step } = (await inSlices(evaluatePieces(model, data.splits.train, options)))!;
      expect(nll_per_step).toBeCloseTo(rule!.nll_per_step, 4);
    }
  });
});

describe('text, averaged over draws', () => {
  const source = tokens(Array.from({ length: 150 }, (_, i) => (i * i + Math.floor(i / 7)) % 11));
  const withWords = methods.map(([dropout, cell]) => [
    dropout.replace(/^(variational|awd):/, '$1:embedding=.3,'),
    cell,
  ]);

  test.each(withWords)('%s on the %s', async (dropout, cell) => {
    const model = textModel(
      tinyTextConfig(
        'model.embeddingLimit=1',
        'model.initialLimit=1',
        `model.cell=${cell}`,
        'model.layers=2',
        `model.dropout=${dropout}`,
      ),
      11,
    );
    const draws = { samples: 3, seed: 5, dropsWords: true };
    const score = (options: Parameters<typeof scoreText>[2]) =>
      inSlices(scoreText(model, source, { streams: 3, ...options }));
    const whole = await score({ draws, window: 1000 });
    const single = await inSlices(scoreText(model, source, { draws, window: 1000 }));
    const rule = await score({ window: 1000 });
    const cache = { window: 9, theta: 1, lambda: 0.2 };
    const cached = await inSlices(scoreWithCache(model, source, cache, { steps: 1000 }));
    expect(whole).not.toBe(rule);
    for (const window of [1, 7, 40]) {
      expect(await score({ draws, window })).toBeCloseTo(whole!, 5);
      expect(await score({ window })).toBeCloseTo(rule!, 5);
      expect(await inSlices(scoreWithCache(model, source, cache, { steps: window }))).toBeCloseTo(cached!, 5);
      const text = new Int32Array(150);
      source.read(0, text);
      let nll = 0;
      for await (const some of predictTokens(model, [text], { draws, window })) {
        for (const one of some) nll += one.nll;
      }
      expect(nll / 149).toBeCloseTo(single!, 5);
    }
  });
});

test('per-step masks of untied gates and masks of the batch at every step, which no method has by itself', async () => {
  const config = resolveConfig('music/tiny', {
    settings: { 'model.cell': 'lstm', 'model.hidden': 6 },
  }) as MusicConfig;
  const noise = [
    noiseEntry({ site: 'input', rate: 0.3, gates: 'untied' }),
    noiseEntry({ site: 'recurrent', rate: 0.3, examples: 'batch' }),
  ];
  const modes = { train: 'sample', test: 'mean' } as const;
  const own = combine({ name: 'own', reference: '-', noise, modes }, parseDropout('none'));
  const model = musicModel(config, own);
  const whole = await inSlices(evaluateMonteCarlo(model, data.splits.valid, { samples: 2 }, { window: 100 }));
  for (const window of [1, 3]) {
    const again = await inSlices(
      evaluateMonteCarlo(model, data.splits.valid, { samples: 2 }, { window, batch: 2 }),
    );
    expect(again!.nll_per_step).toBeCloseTo(whole!.nll_per_step, 4);
  }
});

describe('uncertainty at the test-time rule', () => {
  const musicOf = (dropout: string) =>
    musicModel(
      resolveConfig('music/tiny', {
        settings: {
          'model.cell': 'rnn',
          'model.hidden': 6,
          'model.maxIncoming': 3,
          'model.dropout': dropout,
        },
      }) as MusicConfig,
    );

  test('of music under fast dropout comes from moments, and draws of the same noise say nearly the same', async () => {
    const model = musicOf('fast:input=.2,recurrent=.2,output=.5,form=gauss-hermite');
    for (const { data: weights } of Object.values(model.parameters)) {
      weights.set(weights.map((_: number, i: number) => Math.sin(i * 12.9898) * 0.8));
    }
    const known = await inSlices(evaluatePieces(model, data.splits.test, { uncertainty: true }));
    const samples = 300;
    for (const mode of ['sample', 'gaussian'] as const) {
      const drawn = await inSlices(evaluateMonteCarlo(model, data.splits.test, { samples, mode }));
      // Six hidden units make no Gaussian: the moments are within a few per cent of the draws.
      for (const name of ['predictive_entropy', 'expected_entropy'] as const) {
        expect(Math.abs(known![name] / drawn![name] - 1)).toBeLessThan(0.05);
      }
      expect(Math.abs(known!.mutual_information / drawn!.mutual_information - 1)).toBeLessThan(0.25);
    }
    // Windows and minibatches change nothing.
    const again = await inSlices(
      evaluatePieces(model, data.splits.test, { uncertainty: true, window: 3, batch: 1 }),
    );
    expect(again!.mutual_information).toBeCloseTo(known!.mutual_information, 4);
  });

  test('of a network without draws is the entropy of what it predicts, of one that draws all of it', async () => {
    const plain = await inSlices(
      evaluatePieces(musicOf('variational:output=.3'), data.splits.test, {
        uncertainty: true,
      }),
    );
    expect(plain).toHaveProperty('predictive_entropy');
    expect(plain).not.toHaveProperty('mutual_information');
    const drawn = await inSlices(
      evaluatePieces(musicOf('dropconnect:weight=.3'), data.splits.test, {
        uncertainty: true,
      }),
    );
    expect(drawn!.predictive_entropy - drawn!.expected_entropy).toBeCloseTo(drawn!.mutual_information, 6);
    expect(await inSlices(evaluatePieces(musicOf('none'), data.splits.test))).not.toHaveProperty(
      'predictive_entropy',
    );
  });

  test('of text is that of predictions token by token', async () => {
    const model = textModel(
      tinyTextConfig('model.embeddingLimit=1', 'model.initialLimit=1', 'model.dropout=variational:output=.4'),
      11,
    );
    const text = Int32Array.from({ length: 40 }, (_, i) => (i * i) % 11);
    for (const draws of [undefined, { samples: 4, seed: 2 }]) {
      const seen: { predictive: number; information?: number }[] = [];
      const onUncertainty = (one: (typeof seen)[number]) => seen.push(one);
      await inSlices(scoreText(model, tokens([...text]), { draws, window: 7, onUncertainty }));
      expect(seen).toHaveLength(39);
      let at = 0;
      for await (const some of predictTokens(model, [text], { draws })) {
        for (const { entropy, information } of some) {
          expect(seen[at].predictive).toBeCloseTo(entropy, 5);
          if (draws) expect(seen[at].information).toBeCloseTo(information!, 5);
          at++;
        }
      }
    }
  });
});
