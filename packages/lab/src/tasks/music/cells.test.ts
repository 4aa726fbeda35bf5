/** Every cell trains with every kind of method, is saved, resumed and sampled from. */

import { describe, expect, it, test } from 'vitest';
import { noSums } from '../../runs/state.ts';
import { resolveConfig } from '../../training/resolve.ts';
import { openSession } from '../../training/session.ts';
import { inSlices } from '../../training/slices.ts';
import { trainStep } from '../../training/step.ts';
import { tinyData } from '../../training/tiny.suite.ts';
import { evaluateMonteCarlo } from './averaged.ts';
import { trainingBatch } from './batches.ts';
import type { MusicConfig } from './config.ts';
import { evaluatePieces } from './evaluate.ts';
import { musicModel } from './model.ts';
import { samplePiece } from './sample.ts';

const data = tinyData();

const config = (cell: string, dropout: string, ...set: string[]): MusicConfig =>
  resolveConfig('music/tiny', {
    settings: {
      'model.cell': cell,
      'model.hidden': 10,
      'model.layers': 2,
      'model.maxIncoming': cell === 'rnn' ? 5 : undefined,
      'model.dropout': dropout,
      'training.batch': 6,
      'training.chunk': 10,
    },
    set: ['optimizer.name=adam', 'optimizer.stepRate=.01', ...set],
  }) as MusicConfig;

const methods = [
  'none',
  'naive:input=.1,output=.2',
  'variational:input=.1,recurrent=.2,output=.2',
  'zoneout:hidden=.1',
  'awd:weight=.2,input=.1,hidden=.1,output=.1,ar=.1,tar=.1',
  'fraternal:kappa=.1+variational:recurrent=.2',
  'curriculum:gamma=.1+naive:input=.1,output=.2',
  'weight-noise:deviation=.02',
  'weight-noise:deviation=.02,form=closed',
  'fast:input=.1,recurrent=.2,output=.3+weight-noise:deviation=.02,form=closed',
  'fast:input=.1,recurrent=.2,output=.3',
];

describe.each(['rnn', 'lstm', 'gru'])('the %s', (cell) => {
  it.each(methods)('learns with %s', (dropout) => {
    const session = openSession(config(cell, dropout), data);
    const nll = (): number => {
      const { sums } = session.state;
      for (let i = 0; i < session.task.stepsIn(0); i++) trainStep(session);
      const mean = sums.nll / sums.terms;
      session.state.sums = noSums();
      session.state.position = 0;
      session.state.epoch++;
      return mean;
    };
    const first = nll();
    for (let i = 0; i < 12; i++) nll();
    expect(nll()).toBeLessThan(0.8 * first);
  });

  it.each([
    'weight-noise:deviation=.02',
    'fraternal:kappa=.1+variational:recurrent=.2',
    'curriculum:gamma=.1+naive:input=.2',
  ])('goes on from stored weights with the same bits, with %s', (dropout) => {
    const unbroken = openSession(config(cell, dropout), data);
    for (let i = 0; i < 3; i++) trainStep(unbroken);
    const other = openSession(config(cell, dropout, 'seed=1'), data);
    trainStep(other);
    // What a checkpoint carries, taken over after one step.
    const weights = other.optimizer.evaluate(() => other.task.model.stored());
    const resumed = openSession(config(cell, dropout), data);
    resumed.task.model.load(weights, 'a copy');
    resumed.optimizer.restore(other.optimizer.state());
    resumed.state = structuredClone(other.state);
    for (let i = 0; i < 2; i++) trainStep(resumed);
    expect(resumed.task.model.stored()).toEqual(unbroken.task.model.stored());
    expect(resumed.state).toEqual(unbroken.state);
  });

  it('logs penalties apart from the NLL', () => {
    const session = openSession(config(cell, 'awd:weight=.2,ar=1,tar=1'), data);
    trainStep(session);
    const { nll, terms, penalties } = session.state.sums;
    expect(Object.keys(penalties)).toEqual(['activation', 'temporal-activation']);
    expect(nll / terms).toBeLessThan(88);
  });

  it('draws pieces, carrying its state', () => {
    const piece = samplePiece(musicModel(config(cell, 'none')), {
      length: 6,
      prime: data.splits.test[0],
      primeFrames: 3,
    });
    expect(piece.frames).toHaveLength(9);
  });
});

test.each(['sample', 'closed'])(
  'weight noise in the form %s learns its deviations: each its own, and larger where bits have a price',
  (form) => {
    const deviationsAfter = (weight: number): number[][] => {
      const dropout = `weight-noise:deviation=.02,weight=${weight},form=${form}`;
      const session = openSession(config('rnn', dropout), data);
      for (let epoch = 0; epoch < 12; epoch++) {
        for (let i = 0; i < session.task.stepsIn(epoch); i++) trainStep(session);
        session.state.epoch++;
        session.state.position = 0;
      }
      return Object.entries(session.task.model.parameters)
        .filter(([name]) => name.endsWith('LogDeviation'))
        .map(([, { data }]) => Array.from(data, (log: number) => Math.exp(log)));
    };
    const free = deviationsAfter(0);
    // W_in and W_rec of two layers, and the readout's
    expect(free).toHaveLength(5);
    for (const own of free) expect(Math.max(...own) / Math.min(...own)).toBeGreaterThan(1.1);
    // The loss of the task alone never asks for more noise on the whole; the description length does.
    const mean = (all: number[][]): number =>
      all.flat().reduce((sum, value) => sum + value) / all.flat().length;
    expect(mean(free)).toBeLessThan(0.0205);
    expect(mean(deviationsAfter(1))).toBeGreaterThan(0.03);
  },
);

test('neither minibatch nor window changes the result of a stack of LSTMs', async () => {
  const model = musicModel(config('lstm', 'none'));
  const alone = await inSlices(evaluatePieces(model, data.splits.train, { batch: 1, window: 1000 }));
  const parts = await inSlices(evaluatePieces(model, data.splits.train, { batch: 5, window: 4 }));
  expect(parts!.nll_per_step).toBeCloseTo(alone!.nll_per_step, 4);
});

test('a method that tests by drawing gives the same figure every time, whatever the window', async () => {
  const model = musicModel(config('gru', 'dropconnect:weight=.3,samples=4'));
  const first = await inSlices(evaluatePieces(model, data.splits.valid));
  expect(await inSlices(evaluatePieces(model, data.splits.valid))).toEqual(first);
});

test('MC dropout of one draw has no mutual information, of many some, and a better NLL than its single draws on average', async () => {
  const model = musicModel(config('gru', 'variational:input=.3,recurrent=.3,output=.5'));
  const one = await inSlices(evaluateMonteCarlo(model, data.splits.valid, { samples: 1 }));
  expect(one!.mutual_information).toBe(0);
  const many = await inSlices(evaluateMonteCarlo(model, data.splits.valid, { samples: 10 }));
  expect(many!.mutual_information).toBeGreaterThan(0);
  expect(many!.predictive_entropy - many!.expected_entropy).toBeCloseTo(many!.mutual_information, 6);
  const singles = await Promise.all(
    Array.from({ length: 10 }, (_, seed) =>
      inSlices(evaluateMonteCarlo(model, data.splits.valid, { samples: 1, seed: seed + 1 })),
    ),
  );
  const mean = singles.reduce((sum, single) => sum + single!.nll_per_step, 0) / 10;
  expect(many!.nll_per_step).toBeLessThan(mean);
});

test.each([
  ['semeniuta:update=.3', 'rnn', 'its place here is recurrent'],
  ['zoneout:cell=.3', 'gru', 'cell'],
  ['variational:embedding=.3', 'lstm', 'has no embedding'],
  ['fast:recurrent=.3', 'gru', 'set resetAfter to true'],
])('%s on the %s is refused with the reason', (dropout, cell, reason) => {
  const set = reason.includes('resetAfter') ? ['model.resetAfter=false'] : [];
  expect(() => musicModel(config(cell, dropout, ...set))).toThrow(reason);
});

test('a gated cell has defaults of its own, and an activation is refused', () => {
  const { model, optimizer, training } = resolveConfig('music/tiny', {
    settings: { 'model.cell': 'lstm' },
  }) as MusicConfig;
  expect([model.hidden, model.spectralRadius, optimizer.name, training.batch]).toEqual([
    200,
    null,
    'adam',
    16,
  ]);
  expect(() => musicModel(config('lstm', 'none', 'model.activation=relu'))).toThrow(
    'expected tanh with the lstm',
  );
  expect(() => config('lstn', 'none')).toThrow("did you mean 'lstm'");
  expect(() => config('lstm', 'none', 'model.layers=0')).toThrow('layers');
});

describe('a minibatch of pieces of different lengths', () => {
  it.each(['rnn', 'lstm', 'gru'])('has the penalties of its pieces alone, pooled: %s', (cell) => {
    const model = musicModel(config(cell, 'ar:alpha=2+tar:beta=1'));
    const pieces = data.splits.train.slice(0, 5);
    const lengths = pieces.map(({ frames }) => frames.length - 1);
    expect(new Set(lengths).size).toBe(5);
    const penaltiesOf = (some: typeof pieces) => model.loss(trainingBatch(some), undefined, 100).penalties;
    const together = penaltiesOf(pieces);
    const alone = pieces.map((piece) => penaltiesOf([piece]));
    // AR is a mean over steps, TAR over the differences between them.
    for (const [name, less] of [
      ['activation', 0],
      ['temporal-activation', 1],
    ] as const) {
      const total = lengths.reduce((sum, length) => sum + length - less, 0);
      const pooled = alone.reduce((sum, one, i) => sum + one[name] * (lengths[i] - less), 0) / total;
      expect(together[name]).toBeCloseTo(pooled, 6);
    }
  });
});
