import { describe, expect, it } from 'vitest';
import { NoiseStream } from '../random/stream.ts';
import { resolveMode } from './mode.ts';
import { parseDropout } from './parse.ts';
import { dropoutPlan } from './plan.ts';

const plan = (dropout: string) => dropoutPlan(parseDropout(dropout), { cell: 'lstm' });
const noise = new NoiseStream(1);

describe('the mode of a run', () => {
  it.each([
    // method, with a stream, without one
    ['naive:input=.5', 'sample', 'mean'],
    ['fast:input=.5', 'moments', 'moments'],
    ['fast:input=.5,mode=gaussian', 'gaussian', 'moments'],
    ['dropconnect:weight=.5,samples=3', 'sample', undefined],
    ['none', 'mean', 'mean'],
  ] as const)('of %s is that of training with a stream, of the test without', (dropout, train, test) => {
    expect(resolveMode(plan(dropout), noise, undefined)).toBe(train);
    if (test) expect(resolveMode(plan(dropout), undefined, undefined)).toBe(test);
    else expect(() => resolveMode(plan(dropout), undefined, undefined)).toThrow('expected a noise stream');
  });

  it('is the one that is asked for, if the method can run so', () => {
    expect(resolveMode(plan('fast:input=.5'), noise, 'sample')).toBe('sample');
    expect(resolveMode(plan('naive:input=.5'), noise, 'mean')).toBe('mean');
    expect(() => resolveMode(plan('variational:recurrent=.5'), noise, 'moments')).toThrow();
    expect(() => resolveMode(plan('naive:input=.5'), noise, 'smaple' as never)).toThrow();
  });

  it('needs a stream to draw', () => {
    for (const dropout of ['naive:input=.5', 'weight-noise:deviation=.1']) {
      expect(() => resolveMode(plan(dropout), undefined, 'sample'), dropout).toThrow(
        'expected a noise stream in the sample mode, got none',
      );
    }
    expect(() => resolveMode(plan('fast:input=.5'), undefined, 'gaussian')).toThrow(
      'a noise stream in the gaussian mode',
    );
    // The sampled network without noise is the plain one.
    expect(resolveMode(plan('naive:input=0'), undefined, 'sample')).toBe('sample');
    expect(resolveMode(plan('fast:input=.5'), undefined, 'moments')).toBe('moments');
  });
});

describe('a plan', () => {
  it('names what has its place in later layers, where its rate is above 0', () => {
    const later = (rate: number) => ({
      ...parseDropout('naive:input=.5'),
      noise: parseDropout('naive:input=.5').noise.map((entry) => ({
        ...entry,
        rate,
        layers: 'later' as const,
      })),
    });
    expect(dropoutPlan(later(0.5), { cell: 'rnn' }).absent).toMatchObject([{ site: 'input', rate: 0.5 }]);
    expect(dropoutPlan(later(0), { cell: 'rnn' })).not.toHaveProperty('absent');
    expect(plan('naive:input=.5')).not.toHaveProperty('absent');
  });

  it('has no entry for a rate of 0', () => {
    expect(plan('variational:input=.5,recurrent=0').entries.map(({ noise: { site } }) => site)).toEqual([
      'input',
    ]);
  });
});
