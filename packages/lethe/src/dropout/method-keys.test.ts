import { describe, expect, it } from 'vitest';
import { dropoutKeys, dropoutMethods, parseDropout } from './parse.ts';

const all = dropoutMethods().flatMap((method) =>
  Object.entries(dropoutKeys(method)).map(([key, about]) => ({ method, key, ...about })),
);

/** Settings that mean something beside another one alone: these go along with them. */
const companions: Record<string, string> = {
  'fast:points': 'form=gauss-hermite,input=.25',
  'fast:recurrentMean': 'recurrent=.5',
  'curriculum:schedule=switch': 'at=10',
  'dropconnect:examples=batch': 'inference=mean',
};

/** What {@link MomentOptions} says of what is not given. */
const usualMoments = { propagateVariance: true, finalLayer: 'fast', slope: 1, recurrentMean: 'keep' };

/** The regularizer without the name, which says how it was written. */
function meaning(words: string): object {
  const { moments, ...rest } = parseDropout(words);
  const given = Object.entries(moments ?? {}).filter(([, value]) => value !== undefined);
  return { ...rest, moments: moments && { ...usualMoments, ...Object.fromEntries(given) }, name: '' };
}

describe('the settings of every method', () => {
  it('are said in a clause each', () => {
    for (const { method, key, about } of all) {
      expect(about.length, `${method}:${key}`).toBeGreaterThan(5);
      expect(about, `${method}:${key}`).not.toMatch(/\.$/);
    }
  });

  it.each(all.filter(({ default: usual }) => usual !== undefined))(
    'mean the same given as the default and left out: $method:$key=$default',
    ({ method, key, ...rest }) => {
      // Beside a rate: a method that is given none has its usual ones.
      const rate = all.find((other) => other.method === method && other.kind === 'rate' && other.key !== key);
      const companion = companions[`${method}:${key}`] ?? (rate ? `${rate.key}=.25` : undefined);
      const given = [`${key}=${rest.default}`, ...(companion ? [companion] : [])].join(',');
      expect(meaning(`${method}:${given}`)).toEqual(meaning(companion ? `${method}:${companion}` : method));
    },
  );

  it.each(all.filter(({ words }) => words))(
    'take every word listed and no other: $method:$key',
    ({ method, key, words }) => {
      for (const word of words!) {
        const companion = companions[`${method}:${key}=${word}`] ?? companions[`${method}:${key}`];
        const given = [`${key}=${word}`, ...(companion ? [companion] : [])].join(',');
        expect(() => parseDropout(`${method}:${given}`), word).not.toThrow();
      }
      expect(() => parseDropout(`${method}:${key}=xyzzy`)).toThrow(words!.join(', '));
    },
  );

  it('refuse a method that there is not', () => {
    expect(() => dropoutKeys('fats')).toThrow('did you mean "fast"');
  });
});
