import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { awd } from './awd.ts';
import { dropconnect } from './dropconnect.ts';
import { fast } from './fast.ts';
import { fraternal } from './fraternal.ts';
import { none } from './none.ts';
import { dropoutMethods, parseDropout } from './parse.ts';
import { standard } from './standard.ts';
import { variational } from './variational.ts';
import { weightDecay } from './weight-decay.ts';
import { weightNoise } from './weight-noise.ts';

describe('parseDropout', () => {
  it('reads methods as their functions make them', () => {
    expect(parseDropout('none')).toEqual(none());
    expect(parseDropout('standard:input=.1,output=.5')).toEqual(standard({ input: 0.1, output: 0.5 }));
    expect(parseDropout('fast:input=.1,recurrent=.2,output=.5')).toEqual(
      fast({ input: 0.1, recurrent: 0.2, output: 0.5 }),
    );
    expect(parseDropout('fast: form = gauss-hermite, points = 9, propagateVariance = false')).toEqual(
      fast({ form: 'gauss-hermite', points: 9, propagateVariance: false }),
    );
    expect(parseDropout('variational:recurrent=.3,gates=untied')).toEqual(
      variational({ recurrent: 0.3, gates: 'untied' }),
    );
    expect(parseDropout('dropconnect:weight=.5,samples=5')).toEqual(dropconnect({ weight: 0.5, samples: 5 }));
    expect(parseDropout('awd:weight=.5,tar=1,rows=true')).toEqual(awd({ weight: 0.5, tar: 1, rows: true }));
    expect(parseDropout('weight-noise:form=closed')).toEqual(weightNoise({ form: 'closed' }));
    expect(parseDropout('weight-decay:lambda=1e-7,decoupled=true')).toEqual(
      weightDecay({ lambda: 1e-7, decoupled: true }),
    );
  });

  it('reads lists of sites with slashes', () => {
    const method = fraternal({ same: ['weight', 'embedding'] });
    expect(method.name).toBe('fraternal:same=weight/embedding');
    expect(parseDropout(method.name)).toEqual(method);
    expect(parseDropout('fraternal: same = weight / embedding')).toEqual(method);
    expect(parseDropout(fraternal({ same: [] }).name)).toEqual(fraternal());
    expect(() => parseDropout('fraternal:same=wieght')).toThrow(
      'unknown site "wieght" in fraternal:same; did you mean "weight"?',
    );
  });

  it('reads the name of every regularizer back to the same regularizer', () => {
    const rate = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(rate, rate, (input, output) => {
        for (const method of [standard({ input, output }), fast({ input, output }), none()]) {
          expect(parseDropout(method.name)).toEqual(method);
        }
      }),
    );
  });

  it('joins methods with +, their noise one after the other', () => {
    const joined = parseDropout('standard:input=.1+standard:output=.5');
    expect(joined.noise.map((entry) => [entry.site, entry.rate])).toEqual([
      ['input', 0.1],
      ['output', 0.5],
    ]);
    expect(parseDropout('none+standard:input=.1').noise).toHaveLength(1);
    expect(parseDropout(joined.name)).toEqual(joined);
  });

  it('names the nearest method, or the nearest key', () => {
    expect(() => parseDropout('fsat:input=.1')).toThrow('unknown method "fsat"; did you mean "fast"?');
    expect(() => parseDropout('zonout:hidden=.1')).toThrow('did you mean "zoneout"?');
    expect(() => parseDropout('variation:input=.1')).toThrow('did you mean "variational"?');
    expect(() => parseDropout('zoneout:hiden=.1')).toThrow('did you mean "hidden"?');
    expect(() => parseDropout('fraternal:kapa=.1')).toThrow('did you mean "kappa"?');
    expect(() => parseDropout('standard:inptu=.1')).toThrow('did you mean "input"?');
    expect(() => parseDropout('fast:toString=.1')).toThrow('unknown key "toString"');
    expect(() => parseDropout('toString')).toThrow('unknown method "toString"');
    expect(() => parseDropout('')).toThrow(ConfigError);
    expect(() => parseDropout('none:input=.1')).toThrow('unknown key "input" of none; it takes none');
  });

  it('refuses a rate outside [0, 1), naming key and value', () => {
    for (const method of ['fast', 'standard']) {
      expect(() => parseDropout(`${method}:input=1.0`)).toThrow(/expected input .* got 1$/);
      expect(() => parseDropout(`${method}:output=-0.1`)).toThrow(/expected output .* got -0.1$/);
      expect(() => parseDropout(`${method}:input=much`)).toThrow(/input .* got "much"$/);
    }
    expect(() => standard({ input: Number.NaN })).toThrow(ConfigError);
    expect(() => standard({ input: '0.5' as unknown as number })).toThrow(ConfigError);
  });

  it('refuses settings that are half there, or there twice', () => {
    expect(() => parseDropout('fast:input')).toThrow('expected fast:input=value, got "input"');
    expect(() => parseDropout('fast:input=')).toThrow(ConfigError);
    expect(() => parseDropout('fast:input=.1=.2')).toThrow(ConfigError);
    expect(() => parseDropout('fast:input=.1,input=.2')).toThrow('once');
    expect(() => parseDropout('fast:propagateVariance=yes')).toThrow('true or false');
  });

  it('lists its methods', () => {
    expect(dropoutMethods().join(' ')).toBe(
      'none standard dropconnect naive variational rnndrop semeniuta zoneout awd fraternal curriculum fast ' +
        'gaussian weight-noise ar tar weight-decay',
    );
  });
});

describe('methods', () => {
  it('leave out sites without noise', () => {
    expect(standard({ input: 0, output: 0.5 }).noise.map((entry) => entry.site)).toEqual(['output']);
  });

  it('refuse options they do not know and words that are none of theirs', () => {
    expect(() => standard({ inputs: 0.1 } as object)).toThrow(
      "unknown option 'inputs'; did you mean 'input'?",
    );
    expect(() => fast({ form: 'gaus-hermite' as 'probit' })).toThrow('did you mean "gauss-hermite"?');
    expect(() => fast({ mode: 'moment' as 'moments' })).toThrow('expected mode to be');
    expect(() => fast({ form: 'probit', points: 9 })).toThrow('points only with the gauss-hermite form');
    expect(() => fast({ form: 'gauss-hermite', points: 65 })).toThrow('from 1 to 64, got 65');
    expect(() => fast({ finalLayer: 'plain', output: 0.5 })).toThrow(
      'no output rate with a plain final layer',
    );
  });

  it('run fast dropout in moments at test unless it is trained with masks', () => {
    expect(fast().modes).toEqual({ train: 'moments', test: 'moments' });
    expect(fast({ mode: 'gaussian' }).modes).toEqual({ train: 'gaussian', test: 'moments' });
    expect(fast({ mode: 'sample' }).modes).toEqual({ train: 'sample', test: 'mean' });
  });
});
