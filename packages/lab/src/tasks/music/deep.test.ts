/** Music networks with deep transitions and deep outputs: sizes, files, refusals. */
import { NoiseStream } from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { describe, expect, it } from 'vitest';
import { trainingBatch } from './batches.ts';
import { musicDefaults } from './config.ts';
import { music } from './kind.ts';
import { musicModel } from './model.ts';
import { loadWeights, storedWeights } from './weights.ts';

const frames = Array.from({ length: 9 }, (_, t) => [20 + t, 30 + ((t * 5) % 11)]);
const batch = () => trainingBatch([{ frames: frames.slice(0, 9) }, { frames: frames.slice(2, 8) }] as never);

function configOf(model: Partial<ReturnType<typeof musicDefaults>['model']>) {
  const config = musicDefaults();
  return {
    ...config,
    model: {
      ...config.model,
      cell: 'deep-rnn' as const,
      hidden: 12,
      initialVariance: null,
      inputVariance: null,
      spectralRadius: null,
      maxIncoming: null,
      ...model,
    },
  };
}

const forms: [string, Parameters<typeof configOf>[0]][] = [
  ['DT', {}],
  ['DT(S) of three layers', { transition: 3, shortcut: true }],
  ['DOT(S)', { shortcut: true, deepOutput: 7 }],
  ['stacked DT', { layers: 2 }],
  [
    'DOT(S) of lp and maxout units with masks',
    {
      shortcut: true,
      transitionActivation: 'lp',
      pieces: 3,
      deepOutput: 7,
      outputActivation: 'maxout',
      dropout: 'variational:input=.1,recurrent=.2,transition=.3,output=.4',
    },
  ],
  ['DOT(S) under fast dropout', { shortcut: true, deepOutput: 7, dropout: 'fast:transition=.2,output=.5' }],
  ['DOT with weight noise', { deepOutput: 7, dropout: 'weight-noise:deviation=.05' }],
  ['DT under a NADE', { readout: 'nade:hidden=5' }],
];

describe('a music network with a deep transition', () => {
  it.each(forms)('has as many parameters as its size says: %s', (_, model) => {
    const config = configOf(model);
    const { parameters } = musicModel(config);
    const own = Object.entries(parameters).filter(([name]) => !name.endsWith('LogDeviation'));
    const count = own.reduce((sum, [, { size }]) => sum + size, 0);
    const data = { splits: { train: [], valid: [], test: [] } };
    expect(music.size(config, data as never).parameters).toBe(count);
  });

  it.each(forms)('is the same network after its weights were stored and loaded: %s', (_, model) => {
    const config = configOf(model);
    const [first, second] = [musicModel(config), musicModel({ ...config, seed: 2 })];
    loadWeights(second, storedWeights(first), 'here');
    const [a, b] = [first, second].map(({ parameters }) =>
      Object.entries(parameters).map(([name, { data }]) => [name, Array.from(data)]),
    );
    expect(b).toEqual(a);
  });

  it.each(forms)('learns: %s', (_, model) => {
    const network = musicModel(configOf(model));
    const { loss } = network.loss(batch(), new NoiseStream(3).at(1), 100);
    expect(Number.isFinite(loss.data[0])).toBe(true);
  });

  it.each([
    ['fast:input=.1,output=.4', ['input .4', 'input .4']],
    ['variational:input=.1,output=.4', ['output .4', 'input .4']],
    ['standard:output=.4,interval=sequence', ['output .4', 'input .4']],
    ['zoneout:hidden=.2', []],
  ])("has the readout's noise in front of a deep output and of the readout: %s", (dropout, expected) => {
    const { plans } = musicModel(configOf({ deepOutput: 7, dropout }));
    const found = plans.flatMap(({ entries, target }) =>
      entries
        .filter(
          ({ noise }) => noise.site === 'output' || (target.cell === 'linear' && noise.site === 'input'),
        )
        .map(({ noise }) => `${noise.site} ${String(noise.rate).slice(1)}`),
    );
    expect(found).toEqual(expected);
  });

  it('has masks of its own in front of a readout behind a deep output, shared by two runs where they share those of the output', () => {
    const lossOf = (dropout: string) =>
      musicModel(configOf({ deepOutput: 7, dropout })).loss(batch(), new NoiseStream(3).at(1), 100);
    const distance = (same: string) =>
      lossOf(`fraternal:kappa=1${same}+variational:output=.4`).penalties.distance;
    expect(distance(',same=output')).toBe(0);
    expect(distance('')).toBeGreaterThan(0);
  });

  it('refuses what a cell or a method does not have, naming the key', () => {
    const make = (model: Parameters<typeof configOf>[0]) => () => musicModel(configOf(model));
    expect(make({ cell: 'rnn', shortcut: true })).toThrow(/model\.shortcut: expected false with the rnn/);
    expect(make({ cell: 'lstm', transition: 3 })).toThrow(/model\.transition/);
    expect(make({ cell: 'rnn', activation: 'maxout' })).toThrow(/model\.activation/);
    expect(make({ deepOutput: 3, outputActivation: 'lp', dropout: 'fast:output=.5' })).toThrow(
      /model\.outputActivation/,
    );
    expect(() => musicModel(configOf({ cell: 'gru' }), parseDropout('fast:transition=.2'))).toThrow(
      /deep-rnn's alone/,
    );
  });
});
