/** The language model as a task: it learns, goes on where it was killed, is scored exactly and draws text. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError, DataError, NoiseStream, scoped } from 'lethe';
import { kernels } from 'lethe/engine';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import type { DoneEvent, EpochEvent, TrainingEvent } from '../../runs/events.ts';
import { runPaths } from '../../runs/run-directory.ts';
import { noSums } from '../../runs/state.ts';
import { openSession } from '../../training/session.ts';
import { inSlices } from '../../training/slices.ts';
import { trainStep } from '../../training/step.ts';
import { resume, train } from '../../training/train.ts';
import { evaluate, openTrained, sample } from '../../training/trained.ts';
import type { TrainedRun } from '../kind.ts';
import type { TextConfig } from './config.ts';
import { scoreText } from './evaluate.ts';
import { textModel } from './model.ts';
import { predictTokens, type TokenPrediction } from './predict.ts';
import { trainedText } from './run.ts';
import { sampleTokens } from './sample.ts';
import { tinyText, tinyTextConfig, tokens } from './tiny-text.suite.ts';

const data = tinyText();

let parent: string;
let out: string;
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-text-'));
  out = path.join(parent, 'run');
});
afterEach(() => fs.rmSync(parent, { recursive: true }));

const awd = 'model.dropout=awd:weight=.1,input=.1,hidden=.1,output=.1,embedding=.05,ar=.1,tar=.1';

describe.each(['lstm', 'gru', 'rnn'])('the %s', (cell) => {
  it.each([
    'none',
    'naive:input=.1,output=.1',
    'variational:input=.1,recurrent=.1,output=.1,embedding=.05',
    'awd:weight=.1,input=.1,output=.1,ar=.1,tar=.1',
    'fraternal:kappa=.1+variational:recurrent=.1',
    'weight-noise:deviation=.02,weight=.01',
    'fast:input=.1,recurrent=.1,output=.1',
  ])('learns with %s', (dropout) => {
    const set = [`model.cell=${cell}`, 'optimizer.stepRate=.02', 'model.tied=true'];
    const config = tinyTextConfig(...set);
    const session = openSession({ ...config, model: { ...config.model, dropout } }, data);
    const mean = (): number => {
      const { sums } = session.state;
      for (let i = 0; i < session.task.stepsIn(0); i++) trainStep(session);
      const nll = sums.nll / sums.terms;
      session.state.sums = noSums();
      session.state.position = 0;
      return nll;
    };
    const first = mean();
    for (let i = 0; i < 8; i++) mean();
    expect(mean()).toBeLessThan(0.7 * first);
  });
});

test('the description length has its weight beside the mean over tokens, also where the loss is a sum over steps', () => {
  const lengthIn = (loss: string): number => {
    const set = ['model.dropout=weight-noise:deviation=.02', 'training.steps=10', `training.loss=${loss}`];
    const session = openSession(tinyTextConfig(...set), data);
    trainStep(session);
    return (
      session.state.sums.penalties['description-length'] /
      session.state.sums.penaltySteps['description-length']
    );
  };
  // Ten steps: what the mean over tokens is multiplied by.
  expect(lengthIn('sum-over-time') / lengthIn('mean')).toBeCloseTo(10, 4);
});

test('a run has the same bits with one thread and two, and after a kill in mid-epoch, averages and carried state included', async () => {
  const config = tinyTextConfig(
    awd,
    'model.tied=true',
    'training.lengths=random',
    'training.epochs=6',
    'training.patience=none',
    'optimizer.name=nt-asgd',
    // so large that validations get worse, and averaging begins after epoch 4
    'optimizer.stepRate=40',
    'optimizer.patience=1',
  );
  const bytes = (run: string) => fs.readFileSync(runPaths(run).last);
  const killed = path.join(parent, 'killed');
  let copied = false;
  await train(config, {
    out,
    data,
    onProgress: ({ epoch, position, phase }) => {
      if (copied || phase !== 'train' || epoch !== 6 || position !== 5) return;
      fs.cpSync(out, killed, { recursive: true });
      fs.rmSync(path.join(killed, 'lock'));
      copied = true;
    },
  });
  await resume(killed, { data });
  expect(bytes(killed).equals(bytes(out))).toBe(true);
  const before = kernels().threads();
  const other = path.join(parent, 'threads');
  await train({ ...config, threads: 1 }, { out: other, data });
  kernels().setThreads(before);
  expect(bytes(other).equals(bytes(out))).toBe(true);
  // Averaging began, or the test would say nothing of it.
  expect(bytes(out).includes('optimizer.average.embedding.weight')).toBe(true);
  expect(bytes(out).includes('carried.0.cell')).toBe(true);
});

test('perplexities of all splits fall, and eval finds those of the best weights again', async () => {
  const events: TrainingEvent[] = [];
  const config = tinyTextConfig('training.epochs=12', 'optimizer.stepRate=.02');
  const done = (await train(config, { out, data, onEvent: (event) => events.push(event) })) as DoneEvent;
  const epochs = events.filter((event): event is EpochEvent => event.event === 'epoch');
  expect(done.best.valid.perplexity).toBeLessThan(0.5 * epochs[0].valid!.perplexity);
  expect(done.best.test.perplexity).toBeCloseTo(Math.exp(done.best.test.nll_per_token), 10);
  expect(await evaluate(out, 'valid', { data })).toEqual(done.best.valid);
  expect(await evaluate(out, 'test', { data })).toEqual(done.best.test);
  const { text = '' } = await sample(out, { length: 12, temperature: 1, seed: 1 }, { prompt: 'a b' });
  expect(text.startsWith('a b ')).toBe(true);
  expect(text).not.toContain('<unk>');
  const named: string[] = [];
  const log = (line: string): void => void named.push(line);
  await sample(out, { length: 2, temperature: 1, seed: 1, log }, { prompt: 'zzz' });
  expect(named).toEqual(["not in the vocabulary, read as <unk>: 'zzz'"]);
});

test('with an adaptive softmax a run learns, samples and comes back from its checkpoint', async () => {
  const config = tinyTextConfig(
    'model.cutoffs=[4, 8]',
    'model.tied=true',
    'training.epochs=12',
    'optimizer.stepRate=.02',
  );
  const events: TrainingEvent[] = [];
  const done = (await train(config, { out, data, onEvent: (event) => events.push(event) })) as DoneEvent;
  const epochs = events.filter((event): event is EpochEvent => event.event === 'epoch');
  expect(done.best.valid.perplexity).toBeLessThan(0.5 * epochs[0].valid!.perplexity);
  expect(await evaluate(out, 'test', { data })).toEqual(done.best.test);
  const { model } = trainedText(openTrained(out) as unknown as TrainedRun<TextConfig>);
  expect(model.parameters['readout.clusters.weight'].shape).toEqual([2, 7]);
  scoped(() => {
    const { logits } = model.next(Int32Array.of(3, 4));
    expect(Array.from(logits, Math.exp).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });
  await expect(train(tinyTextConfig('model.cutoffs=[8, 4]'), { out: `${out}-2`, data })).rejects.toThrow(
    /cutoffs that ascend between 1 and 10, found \[8, 4\]/,
  );
});

test('with two biases in every LSTM a run learns and comes back from its checkpoint', async () => {
  const config = tinyTextConfig('model.recurrentBias=true', 'training.epochs=3');
  const done = (await train(config, { out, data })) as DoneEvent;
  expect(await evaluate(out, 'test', { data })).toEqual(done.best.test);
  const { model } = trainedText(openTrained(out) as unknown as TrainedRun<TextConfig>);
  const [bias, biasRec] = ['rnn.bias', 'rnn.biasRec'].map((name) => model.parameters[name].toArray());
  expect(biasRec).toHaveLength(bias.length);
  expect(biasRec).not.toEqual(bias);
});

describe('the score of a text', () => {
  const model = textModel(tinyTextConfig('model.embeddingLimit=1', 'model.initialLimit=1'), 11);
  const source = tokens([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]);

  it('is the mean over its tokens of minus the logarithm of the probability after those before', async () => {
    let sum = 0;
    const all = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5);
    for (let t = 1; t < all.length; t++) {
      sum += scoped(() => {
        const { logits } = model.next(all.subarray(0, t));
        const total = Array.from(logits, Math.exp).reduce((a, b) => a + b, 0);
        return Math.log(total) - logits[all[t]];
      });
    }
    expect(await inSlices(scoreText(model, source))).toBeCloseTo(sum / 10, 5);
  });

  it('averages over draws in which words are dropped where that is asked for', async () => {
    const config = tinyTextConfig(
      'model.embeddingLimit=1',
      'model.initialLimit=1',
      'model.dropout=awd:embedding=.5',
    );
    const dropping = textModel(config, 11);
    const draws = { samples: 20 };
    const plain = await inSlices(scoreText(dropping, source));
    expect(await inSlices(scoreText(dropping, source, { draws }))).toBeCloseTo(plain!, 5);
    const dropped = await inSlices(scoreText(dropping, source, { draws: { ...draws, dropsWords: true } }));
    expect(Math.abs(dropped! - plain!)).toBeGreaterThan(0.001);
  });

  it('does not depend on the window', async () => {
    const whole = await inSlices(scoreText(model, source));
    for (const window of [1, 3, 7])
      expect(await inSlices(scoreText(model, source, { window }))).toBeCloseTo(whole!, 5);
  });

  it('is the logarithm of the vocabulary under a model that knows nothing', async () => {
    const blank = textModel(tinyTextConfig(), 11);
    for (const name of ['readout.weight', 'readout.bias']) blank.parameters[name].data.fill(0);
    expect(await inSlices(scoreText(blank, source, { streams: 4 }))).toBeCloseTo(Math.log(11), 6);
  });

  it('averages probabilities over draws, as rows side by side or one after the other', async () => {
    const config = tinyTextConfig(
      'model.embeddingLimit=1',
      'model.dropout=variational:recurrent=.5,output=.5',
    );
    const noisy = textModel(config, 11);
    const draws = { samples: 3, seed: 4 };
    const averaged = await inSlices(scoreText(noisy, source, { draws, window: 4 }));
    expect(averaged).not.toBe(await inSlices(scoreText(noisy, source)));
    // Masks held over the text do not change from window to window.
    expect(await inSlices(scoreText(noisy, source, { draws, window: 10 }))).toBeCloseTo(averaged!, 5);
    const shared = textModel(tinyTextConfig('model.embeddingLimit=1', 'model.dropout=awd:weight=.5'), 11);
    expect(Number.isFinite(await inSlices(scoreText(shared, source, { draws })))).toBe(true);
  });
});

describe('drawing tokens', () => {
  const model = textModel(tinyTextConfig('model.embeddingLimit=2', 'model.initialLimit=1'), 11);
  const from = Int32Array.of(1, 2);

  it('is a function of the seed', () => {
    const draw = (seed: number) => [...sampleTokens(model, from, { length: 20, seed })];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('takes the most probable token with top-k 1, whatever the seed', () => {
    const draw = (seed: number) => [...sampleTokens(model, from, { length: 20, seed, topK: 1 })];
    expect(draw(1)).toEqual(draw(2));
  });

  it('never draws what it must not, and refuses what cannot be', () => {
    expect([...sampleTokens(model, from, { length: 200, never: [3, 4] })]).not.toContain(3);
    expect(() => sampleTokens(model, from, { length: 5, temperature: 0 })).toThrow(/above 0, found 0/);
    expect(() => sampleTokens(model, new Int32Array(0), { length: 5 })).toThrow(/at least one token/);
    expect(() => sampleTokens(model, from, { length: 5, topK: 0 })).toThrow(ConfigError);
  });
});

test('a text shorter than one minibatch is refused with what is needed', () => {
  const config = tinyTextConfig('training.batch=400');
  expect(() => openSession(config, data)).toThrow(/at least 800 tokens .* found 600/);
  // Far more rows than a list may have.
  expect(() => openSession(tinyTextConfig('training.batch=1e12'), data)).toThrow(
    /at least 2000000000000 tokens/,
  );
  openSession(tinyTextConfig('training.batch=300', 'training.steps=1e9'), data);
  const short = { ...data, splits: { ...data.splits, test: tokens([1]) } };
  expect(() => openSession(tinyTextConfig(), short)).toThrow(DataError);
});

test('noise is drawn at the step of the run, so that a segment has masks of its own', () => {
  const { task } = openSession(tinyTextConfig('model.dropout=variational:recurrent=.5'), data);
  const nll = (step: number) =>
    scoped(() => task.step({ epoch: 0, position: 0 }, new NoiseStream(1, step)).total.nll.sum);
  expect(nll(0)).toBe(nll(0));
  expect(nll(0)).not.toBe(nll(1));
});

describe('the prediction of a text, token by token', () => {
  const source = Int32Array.of(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5);

  it('adds up to its score, window by window', async () => {
    const model = textModel(tinyTextConfig('model.embeddingLimit=1', 'model.initialLimit=1'), 11);
    const score = await inSlices(scoreText(model, tokens([...source])));
    for (const pieces of [[source], [source.subarray(0, 3), source.subarray(3)]]) {
      const all = await predictions(model, pieces);
      expect(all.map(({ token }) => token)).toEqual([...source.subarray(1)]);
      expect(all.reduce((sum, { nll }) => sum + nll, 0) / 10).toBeCloseTo(score!, 5);
      for (const { rank, probability, entropy } of all) {
        expect(rank).toBeGreaterThanOrEqual(1);
        // The most probable of 11 has a share of 1/11 at least, and no entropy is above ln 11.
        if (rank === 1) expect(probability).toBeGreaterThanOrEqual(1 / 11);
        expect(entropy).toBeLessThanOrEqual(Math.log(11));
      }
    }
  });

  it("knows with draws how much of the uncertainty is the model's own", async () => {
    const noisy = textModel(
      tinyTextConfig('model.embeddingLimit=2', 'model.dropout=variational:output=.5'),
      11,
    );
    const drawn = await predictions(noisy, [source], { draws: { samples: 8 } });
    expect(drawn.every(({ information }) => information! > 0)).toBe(true);
    // A single draw has nothing to disagree with.
    const [one] = await predictions(noisy, [source], { draws: { samples: 1 } });
    expect(one.information).toBeCloseTo(0, 10);
  });
});

// --- internal ---

async function predictions(...call: Parameters<typeof predictTokens>): Promise<TokenPrediction[]> {
  const all: TokenPrediction[] = [];
  for await (const window of predictTokens(...call)) all.push(...window);
  return all;
}
