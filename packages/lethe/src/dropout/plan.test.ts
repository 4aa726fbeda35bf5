import { expect, describe as group, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { awd } from './awd.ts';
import { combine } from './combine.ts';
import { curriculum } from './curriculum.ts';
import { describePlan } from './describe.ts';
import { fast } from './fast.ts';
import { fraternal } from './fraternal.ts';
import type { PlannedCell } from './honours.ts';
import { resolveMode } from './mode.ts';
import { naive } from './naive.ts';
import type { NoiseEntry, Regularizer, RunMode } from './noise.ts';
import { noiseEntry } from './noise-entry.ts';
import { none } from './none.ts';
import { parseDropout } from './parse.ts';
import { checkMode, dropoutPlan, gatesOf } from './plan.ts';
import { standard } from './standard.ts';
import { weightNoise } from './weight-noise.ts';

function method(
  train: RunMode,
  ...noise: (Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>)[]
): Regularizer {
  return {
    name: 'by hand',
    reference: 'a test',
    noise: noise.map(noiseEntry),
    modes: { train, test: 'mean' },
  };
}

/** Lays one entry, for sampling, onto a cell. */
const lay = (cell: PlannedCell, entry: Partial<NoiseEntry> & Pick<NoiseEntry, 'site' | 'rate'>) =>
  dropoutPlan(method('sample', entry), { cell });

const forRnn = (regularizer: Regularizer) => dropoutPlan(regularizer, { cell: 'rnn' });

group('plan', () => {
  it('refuses to integrate noise without moments, and says why', () => {
    const sequence = method('moments', { site: 'recurrent', rate: 0.5, interval: 'sequence' });
    expect(() => forRnn(sequence)).toThrow(/a mask held over time correlates the steps/);
    expect(() => forRnn(method('gaussian', { site: 'recurrent', rate: 0.5, interval: 'sequence' }))).toThrow(
      ConfigError,
    );
    const zoneout = method('moments', { site: 'hidden', kind: 'zoneout', rate: 0.1 });
    expect(() => forRnn(zoneout)).toThrow(/no closed form/);
    const weight = method('moments', { site: 'weight', rate: 0.5, interval: 'sequence', examples: 'batch' });
    expect(() => forRnn(weight)).toThrow(/correlate its steps/);
    expect(() => forRnn(method('moments', { site: 'cell', rate: 0.5 }))).toThrow(ConfigError);
    expect(() => forRnn(fast({ output: 0.5 }))).toThrow(/give it to the linear layer that reads this output/);
  });

  it('lets the same noise run in the sample mode, and refuses a change of mode that cannot be', () => {
    const sampled = forRnn(method('sample', { site: 'recurrent', rate: 0.5, interval: 'sequence' }));
    expect(() => checkMode(sampled, 'mean')).not.toThrow();
    expect(() => checkMode(sampled, 'moments')).toThrow(ConfigError);
    expect(() => checkMode(sampled, 'sampled' as RunMode)).toThrow('did you mean "sample"?');
  });

  it('refuses sites and kinds that a cell does not have', () => {
    expect(() => forRnn(method('sample', { site: 'update', rate: 0.5 }))).toThrow(
      /its place here is recurrent/,
    );
    expect(() => forRnn(method('sample', { site: 'embedding', rate: 0.5 }))).toThrow(ConfigError);
    expect(() => forRnn(method('sample', { site: 'hidden', rate: 0.5 }))).toThrow(
      'expected zoneout noise at hidden',
    );
    expect(() => forRnn(method('sample', { site: 'input', kind: 'zoneout', rate: 0.5 }))).toThrow(
      ConfigError,
    );
    expect(() => dropoutPlan(standard({ recurrent: 0.5 }), { cell: 'linear' })).toThrow(
      'expected noise at input, got it at recurrent',
    );
  });

  it('lays what has a place in gated cells onto them, and says where the state of a GRU is', () => {
    for (const cell of ['lstm', 'gru'] as const) {
      expect(lay(cell, { site: 'update', rate: 0.5 }).entries).toHaveLength(1);
      expect(lay(cell, { site: 'recurrent', rate: 0.5, gates: 'untied' }).entries).toHaveLength(1);
      expect(lay(cell, { site: 'hidden', kind: 'zoneout', rate: 0.5 }).entries).toHaveLength(1);
    }
    expect(lay('lstm', { site: 'cell', kind: 'zoneout', rate: 0.5 }).entries).toHaveLength(1);
    const zoneout = { site: 'cell', kind: 'zoneout', rate: 0.5 } as const;
    expect(() => lay('gru', zoneout)).toThrow('the only state of a gru is h; its site is hidden');
    expect(() => lay('rnn', zoneout)).toThrow('the only state of a rnn is h; its site is hidden');
    expect([gatesOf('lstm'), gatesOf('gru'), gatesOf('rnn'), gatesOf('linear')]).toEqual([4, 3, 1, 1]);
  });

  it('takes words at the embedding alone, held over the sequence', () => {
    const words = { site: 'embedding', rate: 0.1, interval: 'sequence' } as const;
    expect(lay('embedding', words).entries).toHaveLength(1);
    expect(lay('embedding', { ...words, examples: 'batch' }).entries).toHaveLength(1);
    expect(() => lay('embedding', { ...words, interval: 'step' })).toThrow("set interval 'sequence'");
    expect(() => lay('embedding', { ...words, kind: 'gaussian' })).toThrow(
      'expected drop noise at embedding',
    );
    expect(() => lay('lstm', words)).toThrow('give it to the embedding that makes the input');
    expect(() => lay('embedding', { site: 'input', rate: 0.1 })).toThrow('expected noise at embedding');
  });

  it('refuses masks of single gates where gates do not differ', () => {
    const untied = { rate: 0.5, gates: 'untied' } as const;
    for (const cell of ['rnn', 'linear'] as const) {
      expect(() => lay(cell, { site: 'input', ...untied })).toThrow(
        'only an lstm or a gru has several gates',
      );
    }
    for (const site of ['output', 'update'] as const) {
      expect(() => lay('lstm', { site, ...untied })).toThrow(
        'only input and recurrent are read by every gate',
      );
    }
  });

  it('refuses inverted scaling of a carried state, which would explode, and lets Gaussian noise of mean 1 be', () => {
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      expect(() => lay(cell, { site: 'cell', rate: 0.5 })).toThrow(/would grow by .* set scaling 'paper'/);
      expect(lay(cell, { site: 'cell', rate: 0.5, scaling: 'paper' }).entries).toHaveLength(1);
      expect(lay(cell, { site: 'cell', rate: 0.5, kind: 'gaussian' }).entries).toHaveLength(1);
    }
  });

  it('refuses schedules of rates that the network at test depends on', () => {
    const schedule = { kind: 'curriculum', gamma: 0.1 } as const;
    const entry = { site: 'input', rate: 0.5, schedule } as const;
    expect(lay('rnn', entry).entries).toHaveLength(1);
    expect(() => lay('rnn', { ...entry, scaling: 'paper' })).toThrow("set scaling 'inverted'");
    expect(() => lay('rnn', { ...entry, site: 'hidden', kind: 'zoneout' })).toThrow(
      'expected a constant rate of zoneout',
    );
    expect(() => lay('rnn', { ...entry, schedule: { kind: 'anneal', gamma: -1 } })).toThrow('gamma');
    const unfolded = { ...naive({ input: 0.5 }), schedule };
    expect(dropoutPlan(unfolded, { cell: 'rnn' }).entries[0].noise.schedule).toEqual(schedule);
  });

  it('takes a layer for the first and the last of its stack', () => {
    const planned = dropoutPlan(awd({ input: 0.4, hidden: 0.2, output: 0.3 }), { cell: 'lstm' });
    expect(planned.entries.map(({ noise }) => noise.rate)).toEqual([0.4, 0.3]);
  });

  it('draws pre-activations where each example has weights of its own, and only there', () => {
    const weight = { site: 'weight', rate: 0.5, interval: 'sequence', examples: 'each' } as const;
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      const planned = lay(cell, weight);
      expect(() => checkMode(planned, 'gaussian')).not.toThrow();
      expect(() => checkMode(planned, 'moments')).toThrow('correlate its steps');
      expect(() => checkMode(lay(cell, { ...weight, examples: 'batch' }), 'gaussian')).toThrow(
        'correlate its examples',
      );
      expect(() => checkMode(lay(cell, { ...weight, weights: 'column' }), 'gaussian')).toThrow('a column');
    }
  });

  it('integrates noise at input and recurrent of every cell, with one mask for all gates', () => {
    for (const cell of ['rnn', 'lstm', 'gru'] as const) {
      expect(() => dropoutPlan(fast({ input: 0.1, recurrent: 0.2 }), { cell })).not.toThrow();
    }
    const untied = lay('gru', { site: 'input', rate: 0.5, gates: 'untied' });
    expect(() => checkMode(untied, 'moments')).toThrow("set gates 'tied'");
    expect(() => checkMode(lay('lstm', { site: 'update', rate: 0.5 }), 'moments')).toThrow(
      'no matrix product reads the update',
    );
  });

  it('runs Gaussian weights drawn or integrated, not as a draw of pre-activations', () => {
    const drawn = dropoutPlan(weightNoise(), { cell: 'lstm' });
    expect(() => checkMode(drawn, 'moments')).not.toThrow();
    expect(() => checkMode(drawn, 'gaussian')).toThrow('expected the sample or moments mode');
    expect(() => resolveMode(drawn, undefined, 'sample')).toThrow('expected a noise stream');
  });

  it('refuses weight masks per step, columns of units, doubled zoneout, scaled Gaussian noise and bad rates', () => {
    expect(() => forRnn(method('sample', { site: 'weight', rate: 0.5 }))).toThrow(/one mask of weights/);
    expect(() => lay('lstm', { site: 'input', rate: 0.5, weights: 'column' })).toThrow('leave out weights');
    const zoneout = { site: 'hidden', kind: 'zoneout', rate: 0.1 } as const;
    expect(() => forRnn(method('sample', zoneout, zoneout))).toThrow('expected one zoneout entry');
    const scaled = { site: 'input', kind: 'gaussian', rate: 0.1, scaling: 'paper' } as const;
    expect(() => forRnn(method('sample', scaled))).toThrow('inverted scaling');
    expect(() => forRnn(method('sample', { site: 'input', rate: 1 }))).toThrow('got 1');
  });
});

group('describe', () => {
  it('prints a line for every entry, with the shape of its mask', () => {
    const regularizer = method(
      'sample',
      { site: 'input', rate: 0.1 },
      { site: 'recurrent', rate: 0.25, interval: 'sequence', scaling: 'paper' },
      { site: 'weight', rate: 0.5, interval: 'sequence', examples: 'batch' },
      { site: 'hidden', kind: 'zoneout', rate: 0.05 },
    );
    expect(
      describePlan(dropoutPlan(regularizer, { cell: 'rnn', layer: 1, inputSize: 88, outputSize: 400 })),
    ).toBe(
      [
        'rnn (layer 1): by hand (train sample, test mean)',
        '  site       kind     rate  drawn           shared by     scaling   mask',
        '  input      drop     0.1   every step      each example  inverted  [T, B, 88]',
        '  recurrent  drop     0.25  every sequence  each example  paper     [B, 400]',
        '  weight     drop     0.5   every sequence  whole batch   inverted  [400, 400]',
        '  hidden     zoneout  0.05  every step      each example  -         [T, B, 400]',
        '  a test',
      ].join('\n'),
    );
  });

  it('shows the gates that masks are drawn for, and the schedule of rates', () => {
    const regularizer = method(
      'sample',
      { site: 'input', rate: 0.1, gates: 'untied', schedule: { kind: 'curriculum', gamma: 0.01 } },
      { site: 'recurrent', rate: 0.2, interval: 'sequence', gates: 'untied' },
      { site: 'weight', rate: 0.5, interval: 'sequence' },
      { site: 'weightIn', rate: 0.5, interval: 'sequence', examples: 'batch', weights: 'column' },
    );
    const text = describePlan(
      dropoutPlan(regularizer, { cell: 'lstm', direction: 1, inputSize: 88, outputSize: 400 }),
    );
    expect(text.split('\n').slice(0, 6)).toEqual([
      'lstm (layer 0, backward): by hand (train sample, test mean)',
      '  site       kind  rate  schedule                drawn           shared by     scaling   mask',
      '  input      drop  0.1   curriculum, gamma 0.01  every step      each example  inverted  [4, T, B, 88]',
      '  recurrent  drop  0.2   -                       every sequence  each example  inverted  [4, B, 400]',
      '  weight     drop  0.5   -                       every sequence  each example  inverted  [B, 400, 1600]',
      '  weightIn   drop  0.5   -                       every sequence  whole batch   inverted  [1600]',
    ]);
    const switched = dropoutPlan(combine(curriculum({ schedule: 'switch', at: 9 }), naive({ input: 0.5 })), {
      cell: 'gru',
    });
    expect(describePlan(switched)).toContain('switch at step 9');
    expect(
      describePlan(
        dropoutPlan(method('sample', { site: 'weight', rate: 0.5, interval: 'sequence' }), { cell: 'gru' }),
      ),
    ).toContain('[B, H, 3H]');
    expect(describePlan(lay('embedding', { site: 'embedding', rate: 0.1, interval: 'sequence' }))).toContain(
      '[B, V]',
    );
  });

  it('has lines for penalties, second runs and Gaussian weights', () => {
    const text = describePlan(
      dropoutPlan(
        combine(
          parseDropout('awd:weight=.5,ar=2,tar=1+weight-decay:lambda=.1'),
          fraternal({ same: ['weight'] }),
        ),
        { cell: 'lstm' },
      ),
    );
    expect(text).toContain('\n  penalty: 2 mean(y²) of the last output');
    expect(text).toContain('\n  penalty: 1 mean((h_t+1 - h_t)²) of the last layer');
    expect(text).toContain('\n  penalty: 0.1/2 sum(w²) over all parameters');
    expect(text).toContain(
      '\n  two runs: the second with noise of its own but the same masks at weight, targets for both, 0.15 mean((z1 - z2)²)',
    );
    const drawn = describePlan(dropoutPlan(weightNoise({ deviation: 0.1 }), { cell: 'rnn' }));
    expect(drawn).toContain('\n  no noise\n  Gaussian weights: deviation 0.1 at the beginning');
    const decoupled = parseDropout('weight-decay:lambda=.1,decoupled=true');
    expect(describePlan(dropoutPlan(decoupled, { cell: 'rnn' }))).toContain(
      'weights shrink by 0.1 after each update',
    );
    expect(describePlan(dropoutPlan(parseDropout('dropconnect:weight=.5'), { cell: 'rnn' }))).toContain(
      'test gaussian of 30 samples',
    );
  });

  it('says when there is no noise, and uses letters for sizes it does not know', () => {
    expect(describePlan(dropoutPlan(none(), { cell: 'linear' }))).toBe(
      'linear (layer 0): none (train mean, test mean)\n  no noise',
    );
    expect(describePlan(dropoutPlan(fast({ recurrent: 0.2 }), { cell: 'rnn' }))).toContain('[T, B, H]');
  });
});
