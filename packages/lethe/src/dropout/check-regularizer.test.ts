import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { checkRegularizer } from './check-regularizer.ts';
import { fast } from './fast.ts';
import { noiseEntry } from './noise-entry.ts';

/** A regularizer with every part that one can have, each in its range. */
const whole = {
  name: 'mine',
  reference: 'nobody, nowhere',
  noise: [
    noiseEntry({
      site: 'input',
      rate: 0.5,
      weights: 'each',
      layers: 'all',
      schedule: { kind: 'switch', at: 0 },
    }),
  ],
  modes: { train: 'sample', test: 'sample', samples: 1 },
  moments: { propagateVariance: true, finalLayer: 'fast', slope: 0.5, recurrentMean: 'keep' },
  penalties: [
    { kind: 'activation', alpha: 0 },
    { kind: 'temporal-activation', beta: 0 },
    { kind: 'weight-decay', lambda: 0, decoupled: false },
  ],
  passes: { kappa: 0, second: 'noise', targets: 'both', sameMasks: ['input'] },
  weightNoise: { deviation: 0.1, weight: 0 },
  lacks: 'a rate',
  schedule: { kind: 'curriculum', gamma: 0.1 },
};

/** The same with something else at a path. */
function withAt(path: string, value: unknown): unknown {
  const copy = structuredClone(whole) as Record<string, unknown>;
  const keys = path.split('.');
  const last = keys.pop()!;
  const place = keys.reduce((at, key) => at[key] as Record<string, unknown>, copy);
  place[last] = value;
  return copy;
}

describe('a regularizer made by hand', () => {
  it('may have every part', () => {
    expect(() => checkRegularizer('here', whole)).not.toThrow();
  });

  it.each([
    ['name', [7, undefined]],
    ['reference', [7, undefined]],
    ['lacks', [7, null]],
    ['noise', [undefined, {}, 'input']],
    ['noise.0', [null, 'input', 3]],
    ['noise.0.site', ['inptu', undefined]],
    ['noise.0.kind', ['dropp', undefined]],
    ['noise.0.rate', [undefined, 1, -0.1, '0.5', Number.NaN]],
    ['noise.0.interval', ['steps', undefined]],
    ['noise.0.examples', ['all', undefined]],
    ['noise.0.gates', ['tie', undefined]],
    ['noise.0.scaling', ['none', undefined]],
    ['noise.0.weights', ['row']],
    ['noise.0.layers', ['second']],
    ['noise.0.schedule', [{ kind: 'linear' }, { kind: 'switch' }, { kind: 'switch', at: -1 }]],
    ['modes', [undefined, 'sample']],
    ['modes.train', [undefined, 7]],
    ['modes.test', [undefined, 7]],
    ['modes.samples', [0, 1.5, '3']],
    ['modes.sampels', [3]],
    ['moments.slope', [0, -1, '1']],
    ['moments.finalLayer', ['slow']],
    ['moments.recurrentMean', ['drop']],
    ['moments.propagateVariance', ['yes']],
    ['moments.shape', [1]],
    ['penalties', [{}, 'ar']],
    ['penalties.0.alpha', [-1, undefined]],
    ['penalties.1.beta', [-1, undefined]],
    ['penalties.2.lambda', [-1, undefined]],
    ['penalties.2.decoupled', ['no']],
    ['penalties.0.kind', ['activations']],
    ['passes.kappa', [-1, undefined]],
    ['passes.second', ['third']],
    ['passes.targets', ['second']],
    ['passes.sameMasks', ['input', ['inptu']]],
    ['passes.masks', [1]],
    ['weightNoise.deviation', [0, -1, undefined]],
    ['weightNoise.weight', [-1, undefined]],
    ['weightNoise.mean', [0]],
    ['schedule', [{ kind: 'curriculum' }, { kind: 'anneal', gamma: 0 }, { kind: 'curriculum', gama: 1 }]],
    ['penaltys', [[]]],
  ])('is refused where %s is no such thing', (path, values) => {
    for (const value of values) {
      expect(() => checkRegularizer('here', withAt(path, value)), `${path} = ${value}`).toThrow(ConfigError);
    }
  });

  it('is neither a text nor a method that was not called', () => {
    expect(() => checkRegularizer('here', 'fast')).toThrow('parseDropout reads texts');
    expect(() => checkRegularizer('here', fast)).toThrow('call it with its rates');
  });
});

describe('what the code of fast dropout does differently', () => {
  const refused = (options: object) => expect(() => fast(options as never));

  it('needs moments or Gaussian draws of masks that are not scaled up', () => {
    const wrong = 'expected slope and recurrentMean with mode moments or gaussian and scaling paper';
    for (const departure of [{ slope: 0.5 }, { recurrentMean: 'rate', recurrent: 0.2 }]) {
      refused({ ...departure, mode: 'sample' }).toThrow(wrong);
      refused({ ...departure, scaling: 'inverted' }).toThrow(wrong);
      for (const mode of ['moments', 'gaussian']) {
        expect(fast({ ...departure, mode } as never).moments).toMatchObject(
          departure.slope ? { slope: 0.5 } : {},
        );
      }
    }
    // A slope of 1 and a mean that is kept are the paper's.
    expect(fast({ slope: 1, recurrentMean: 'keep', mode: 'sample' }).modes.train).toBe('sample');
  });

  it('is refused out of range', () => {
    for (const slope of [0, -1, Number.NaN]) refused({ slope }).toThrow(/slope/);
    refused({ recurrentMean: 'rate', recurrent: 0 }).toThrow('expected a recurrent rate');
    expect(fast({ recurrentMean: 'rate', recurrent: 0.3 }).moments?.recurrentMean).toBe('rate');
    refused({ propagateVariance: 'yes' }).toThrow(/propagateVariance/);
    expect(fast({ propagateVariance: false }).moments?.propagateVariance).toBe(false);
    refused({ finalLayer: 'plain', output: 0.5 }).toThrow('expected no output rate with a plain final layer');
  });

  it('has the scaling that is asked for at every site', () => {
    expect(fast({ scaling: 'inverted' }).noise.map(({ scaling }) => scaling)).toEqual(
      Array(3).fill('inverted'),
    );
    expect(fast().noise.map(({ scaling }) => scaling)).toEqual(Array(3).fill('paper'));
  });
});
