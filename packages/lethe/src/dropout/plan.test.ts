import { expect, describe as group, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { describe } from './describe.ts';
import { fast } from './fast.ts';
import { type NoiseEntry, noiseEntry, type Regularizer, type RunMode } from './noise.ts';
import { none } from './none.ts';
import { checkMode, plan } from './plan.ts';
import { standard } from './standard.ts';

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

const forRnn = (regularizer: Regularizer) => plan(regularizer, { cell: 'rnn' });

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
    expect(() => plan(standard({ recurrent: 0.5 }), { cell: 'linear' })).toThrow(
      'expected noise at input, got it at recurrent',
    );
  });

  it('refuses weight masks per step or per example, doubled zoneout, scaled Gaussian noise and bad rates', () => {
    expect(() => forRnn(method('sample', { site: 'weight', rate: 0.5 }))).toThrow(/one mask of weights/);
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
    expect(describe(plan(regularizer, { cell: 'rnn', layer: 1, inputSize: 88, outputSize: 400 }))).toBe(
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

  it('says when there is no noise, and uses letters for sizes it does not know', () => {
    expect(describe(plan(none(), { cell: 'linear' }))).toBe(
      'linear (layer 0): none (train mean, test mean)\n  no noise',
    );
    expect(describe(plan(fast({ recurrent: 0.2 }), { cell: 'rnn' }))).toContain('[T, B, H]');
  });
});
