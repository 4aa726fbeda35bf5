/** Notes that depend on each other: words, training, evaluation and samples of a NADE over them. */
import { ConfigError, NoiseStream, scoped } from 'lethe';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../training/session.ts';
import { inSlices } from '../../../training/slices.ts';
import { trainStep } from '../../../training/step.ts';
import { tinyConfig, tinyData } from '../../../training/tiny.suite.ts';
import { evaluateMonteCarlo } from '../averaged.ts';
import { trainingBatch, windowBatch } from '../batches.ts';
import { musicConfig } from '../config.ts';
import { evaluatePieces } from '../evaluate.ts';
import { music } from '../kind.ts';
import { musicModel } from '../model.ts';
import { portableMusic } from '../portable.ts';
import { samplePiece } from '../sample.ts';
import { loadWeights, storedWeights } from '../weights.ts';
import { parseReadout } from './words.ts';

const data = tinyData();
const config = (...set: string[]) => tinyConfig('model.readout=nade:hidden=9', ...set);

describe('the words of a readout', () => {
  it('are a kind and its settings', () => {
    expect(parseReadout('bernoulli')).toEqual({ kind: 'bernoulli' });
    expect(parseReadout('nade')).toMatchObject({ kind: 'nade', hidden: 200, order: 'low-high', dropout: 0 });
    expect(parseReadout('nade:hidden=30,order=random,orders=4,dropout=.5,moments=mean')).toEqual({
      ...{ kind: 'nade', hidden: 30, order: 'random', orders: 4, dropout: 0.5, moments: 'mean' },
    });
    expect(parseReadout('nade')).toMatchObject({ orders: 1 });
  });

  it.each([
    ['nad', /did you mean 'nade'/],
    ['nade:hiden=3', /did you mean 'hidden'/],
    ['nade:hidden=0', /hidden to be a whole number from 1/],
    ['nade:hidden=3,hidden=4', /hidden once/],
    ['nade:orders=0', /orders to be a whole number from 1 to 100, found '0'/],
    ['nade:order=lowhigh', /did you mean 'low-high'/],
    ['nade:dropout=1', /below 1, found '1'/],
    ['nade:hidden', /key=value/],
    ['bernoulli:hidden=3', /bernoulli without settings/],
  ])('refuse %s', (text, message) => {
    expect(() => parseReadout(text)).toThrow(message);
    expect(() => tinyConfig(`model.readout=${text}`)).toThrow();
  });

  it('are bernoulli in configurations from before there was a choice', () => {
    const { readout, ...model } = tinyConfig().model;
    expect(readout).toBe('bernoulli');
    expect(musicConfig.schema.parse({ ...tinyConfig(), model })).toMatchObject({
      model: { readout: 'bernoulli' },
    });
  });
});

describe('music with a NADE', () => {
  it('drops no hidden units at test, also where the test-time rule of the method draws', async () => {
    const nllOf = async (dropout: string, draws?: { samples: number; mode: 'sample' }) => {
      const model = musicModel(
        tinyConfig(
          `model.readout=nade:hidden=9,dropout=${dropout}`,
          'model.dropout=dropconnect:weight=.5,samples=2',
        ),
      );
      const work = draws
        ? evaluateMonteCarlo(model, data.splits.test, draws)
        : evaluatePieces(model, data.splits.test);
      return (await inSlices(work))!.nll_per_step;
    };
    // The rate of dropping changes neither initial weights nor the draws of the pre-activations.
    expect(await nllOf('.5')).toBe(await nllOf('0'));
    const mc = { samples: 2, mode: 'sample' } as const;
    expect(await nllOf('.5', mc)).not.toBe(await nllOf('0', mc));
  });

  it.each([
    'none',
    'fast:input=.1,recurrent=.2,output=.3',
    'variational:recurrent=.2,output=.3',
    'zoneout:hidden=.1',
  ])('learns, with %s', async (dropout) => {
    const session = openSession(config(`model.dropout=${dropout}`), data);
    const nll = async () => {
      const { task, optimizer } = session;
      return (await optimizer.evaluate(() => inSlices(task.evaluate('train'))))!.nll_per_step;
    };
    const before = await nll();
    for (let epoch = 0; epoch < 10; epoch++) {
      for (let i = 0; i < session.task.stepsIn(0); i++) trainStep(session);
      session.state.position = 0;
      session.state.epoch++;
    }
    expect(await nll()).toBeLessThan(0.8 * before);
  });

  it('has as many parameters as it is said to have', () => {
    const model = musicModel(config());
    const count = Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0);
    expect(music.size(config(), data).parameters).toBe(count);
  });

  it('is stored and loaded, weights of the NADE included', async () => {
    const [one, other] = [musicModel(config()), musicModel(config('seed=2'))];
    expect(Object.keys(storedWeights(one))).toContain('readout.weight_in');
    loadWeights(other, storedWeights(one), 'a copy');
    expect(storedWeights(other)).toEqual(storedWeights(one));
    expect(() => loadWeights(musicModel(config()), storedWeights(musicModel(tinyConfig())), 'a run')).toThrow(
      /readout/,
    );
  });

  it('scores pieces alike in windows and minibatches of any size', async () => {
    const model = musicModel(config());
    const nll = async (batch: number, window: number) =>
      (await inSlices(evaluatePieces(model, data.splits.test, { batch, window })))!.nll_per_step;
    expect(await nll(1, 3)).toBeCloseTo(await nll(64, 100), 4);
  });

  it('averages the likelihoods of frames over draws', async () => {
    const model = musicModel(config('model.dropout=variational:recurrent=.3,output=.5'));
    const single = await inSlices(evaluateMonteCarlo(model, data.splits.test, { samples: 1 }));
    const many = await inSlices(evaluateMonteCarlo(model, data.splits.test, { samples: 16 }));
    // Jensen: -log of a mean is below the mean of -log.
    expect(many!.nll_per_step).toBeLessThan(single!.nll_per_step);
    expect(many).not.toHaveProperty('predictive_entropy');
  });

  it.each([
    ['none', 'low-high'],
    ['fast:output=.3', 'high-low'],
    ['dropconnect:weight=.3', 'random'],
  ])('draws frames as likely as it scores them, with %s, %s', (dropout, order) => {
    const model = musicModel(
      tinyConfig(`model.readout=nade:hidden=9,order=${order}`, `model.dropout=${dropout}`),
    );
    // Weights of zero but for two notes that forbid each other: 60 with probability .5, 62 then never, else surely.
    for (const parameter of Object.values(model.parameters)) parameter.data.fill(0);
    const bias = model.parameters['readout.bias'].data;
    bias.fill(-40, 9);
    const [a, b] = [60 - 21, 62 - 21];
    const [first, second] = isBefore(order, a, b) ? [a, b] : [b, a];
    bias[9 + first] = 0;
    // Hidden unit 0 is off until the first note sounds: logit of the second = 40 - 80 h.
    bias[0] = -40;
    bias[9 + second] = 40;
    model.parameters['readout.weightIn'].data[first * 9] = 80;
    model.parameters['readout.weightOut'].data[second * 9] = -80;
    const { frames } = samplePiece(model, { length: 60, seed: 3 });
    const sounds = frames.map((frame) => frame.map((note) => note - 21));
    for (const frame of sounds) expect(frame).toHaveLength(1);
    const share = sounds.filter(([note]) => note === first).length / 60;
    // Four deviations of sqrt(.25 / 60).
    expect(Math.abs(share - 0.5)).toBeLessThan(0.26);
    expect(samplePiece(model, { length: 60, seed: 3 }).frames).toEqual(frames);
  });

  describe('in several orders', () => {
    const several = (readout: string, ...set: string[]) =>
      musicModel(tinyConfig('model.dropout=none', `model.readout=nade:hidden=9,${readout}`, ...set));
    const nllOf = async (model: ReturnType<typeof several>) =>
      (await inSlices(evaluatePieces(model, data.splits.test, { batch: 64 })))!.nll_per_step;
    /** Likelihoods of the frames of a piece, with the same weights in one model or another. */
    const rowsOf = (model: ReturnType<typeof several>) =>
      scoped(() => {
        const { x, targets, stepMask } = windowBatch(data.splits.test.slice(0, 1), 0, 100);
        return Array.from(model.readout.rowNll(model.forward(x).output, targets, stepMask));
      });
    const differing = ['model.initialVariance=.3'];

    it.each([
      ['orders=2', ['order=low-high', 'order=high-low']],
      ['order=high-low,orders=2', ['order=high-low', 'order=low-high']],
      ['orders=3', ['order=low-high', 'order=high-low', 'order=random']],
    ])('evaluates %s by the mean of the likelihoods of frames', (readout, each) => {
      const mixed = rowsOf(several(readout, ...differing));
      const single = each.map((order) => rowsOf(several(order, ...differing)));
      for (const [m, nll] of mixed.entries()) {
        const mean = single.reduce((sum, rows) => sum + Math.exp(-rows[m]) / each.length, 0);
        expect(nll).toBeCloseTo(-Math.log(mean), 4);
      }
    });

    it('trains a minibatch in one of them, drawn for it, the same by the same stream', () => {
      const mixed = several('orders=2', ...differing);
      const single = ['low-high', 'high-low'].map((order) => several(`order=${order}`, ...differing));
      const batch = trainingBatch(data.splits.train);
      const lossOf = (model: typeof mixed, step: number): number =>
        scoped(() => model.loss(batch, new NoiseStream(5).at(step), 100).nll.sum);
      const [low, high] = single.map((model) => lossOf(model, 1));
      expect(low).not.toBeCloseTo(high, 1);
      const found = Array.from({ length: 40 }, (_, step) => lossOf(mixed, step));
      expect(new Set(found)).toEqual(new Set([low, high]));
      // 40 fair draws: 20 of each, four deviations of sqrt(10) apart at most.
      expect(Math.abs(found.filter((nll) => nll === low).length - 20)).toBeLessThan(13);
      expect(lossOf(mixed, 3)).toBe(lossOf(mixed, 3));
    });

    it('draws a frame in one of them', async () => {
      const model = several('orders=2', ...differing);
      expect(samplePiece(model, { length: 20, seed: 2 })).toEqual(
        samplePiece(model, { length: 20, seed: 2 }),
      );
      expect(await nllOf(model)).toBeGreaterThan(0);
    });
  });

  it('is refused where a program is to be given logits', () => {
    const model = musicModel(config());
    const run = { config: config(), weights: storedWeights(model), where: 'a run' };
    expect(() => portableMusic(run as unknown as Parameters<typeof portableMusic>[0])).toThrow(ConfigError);
  });
});

/** Whether note a is told before note b; the random order is that of the run's seed, 1. */
function isBefore(order: string, a: number, b: number): boolean {
  if (order === 'low-high') return a < b;
  if (order === 'high-low') return a > b;
  const drawn = Array.from(new NoiseStream(tinyConfig().seed).permutation({ site: 'order', entry: 1 }, 88));
  return drawn.indexOf(a) < drawn.indexOf(b);
}
