import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { ar } from './ar.ts';
import { awd } from './awd.ts';
import { combine, embeddingRegularizer, layerRegularizer, splitReadout } from './combine.ts';
import { curriculum } from './curriculum.ts';
import { dropconnect } from './dropconnect.ts';
import { fast } from './fast.ts';
import { fraternal } from './fraternal.ts';
import { naive } from './naive.ts';
import type { Regularizer } from './noise.ts';
import { noiseEntry } from './noise-entry.ts';
import { none } from './none.ts';
import { parseDropout } from './parse.ts';
import { checkPlaces } from './places.ts';
import { standard } from './standard.ts';
import { tar } from './tar.ts';
import { variational } from './variational.ts';
import { weightDecay } from './weight-decay.ts';
import { weightNoise } from './weight-noise.ts';
import { zoneout } from './zoneout.ts';

const placesOf = ({ noise }: Regularizer) => noise.map(({ site, rate }) => `${site} ${rate}`);

describe('combine', () => {
  it('joins noise and penalties in the order given', () => {
    const both = combine(variational({ input: 0.1 }), ar(), zoneout({ hidden: 0.2 }), tar());
    expect(placesOf(both)).toEqual(['input 0.1', 'hidden 0.2']);
    expect(both.penalties?.map(({ kind }) => kind)).toEqual(['activation', 'temporal-activation']);
    expect(both.modes).toEqual({ train: 'sample', test: 'mean' });
    expect(both.name).toBe('variational:input=0.1+ar+zoneout:hidden=0.2+tar');
    // ar and tar are of one paper, which is cited once
    expect(both.reference.match(/Merity/g)).toHaveLength(1);
  });

  it('leaves out what does nothing, and returns a single method as it is', () => {
    const method = standard({ input: 0.1 });
    expect(combine(none(), method, standard({ input: 0 }))).toBe(method);
    expect(combine(none(), naive({ input: 0 }))).toEqual(none());
    expect(combine()).toEqual(none());
  });

  it('lets methods without noise follow the modes of those with noise, and run the mean network alone', () => {
    expect(combine(weightDecay(), fast({ input: 0.1 })).modes).toEqual({ train: 'moments', test: 'moments' });
    expect(combine(ar(), tar()).modes).toEqual({ train: 'mean', test: 'mean' });
    expect(combine(ar(), dropconnect({ weight: 0.5 })).modes).toEqual({
      train: 'sample',
      test: 'gaussian',
      samples: 30,
    });
  });

  it('refuses methods that run differently, naming both', () => {
    expect(() => parseDropout('fast:input=.1+standard:output=.5')).toThrow(
      /methods that run alike, got fast:input=0.1 \(train moments.*standard:output=0.5 \(train sample/,
    );
    expect(() => combine(dropconnect({ weight: 0.5 }), naive({ input: 0.1 }))).toThrow('30 samples');
    expect(() => combine(fast({ input: 0.1 }), weightNoise())).toThrow(ConfigError);
    const closed = weightNoise({ form: 'closed', deviation: 0.03 });
    const both = combine(fast({ input: 0.1 }), closed);
    expect(both.weightNoise).toEqual(closed.weightNoise);
    expect(both.modes.train).toBe('moments');
  });

  it('refuses two methods that both say what can be said once, naming both', () => {
    expect(() => combine(fast({ input: 0.1 }), fast({ output: 0.1 }))).toThrow(
      'one method that says how moments are computed, got fast:input=0.1 and fast:output=0.1',
    );
    const noise = naive({ input: 0.1 });
    expect(() => combine(fraternal(), fraternal({ variant: 'pi' }), noise)).toThrow(
      'how two runs are compared',
    );
    expect(() => combine(weightNoise(), weightNoise())).toThrow('how the weights are distributed');
    expect(() => combine(curriculum(), curriculum({ gamma: 1 }), noise)).toThrow('how the rates move');
  });

  it('writes a curriculum into all entries, wherever it stands', () => {
    const schedule = { kind: 'curriculum', gamma: 0.5 };
    for (const text of [
      'curriculum:gamma=.5+naive:input=.1+zoneout:hidden=.1',
      'naive:input=.1+zoneout:hidden=.1+curriculum:gamma=.5',
    ]) {
      const made = parseDropout(text);
      expect(made.noise.map((entry) => entry.schedule)).toEqual([schedule, schedule]);
      expect(parseDropout(made.name)).toEqual(made);
    }
  });

  it('takes the noise of fraternal dropout from the others, and refuses noise that is integrated', () => {
    const made = combine(fraternal({ kappa: 0.1, same: ['weight'] }), awd({ weight: 0.5 }));
    expect(made.passes).toEqual({ kappa: 0.1, second: 'noise', targets: 'both', sameMasks: ['weight'] });
    expect(made.modes.train).toBe('sample');
    expect(() => combine(fraternal(), fast({ input: 0.1 }))).toThrow('noise that is drawn');
    expect(() => combine(fraternal(), ar())).toThrow('noise that is drawn');
  });

  it('refuses masks that two runs share where none are drawn', () => {
    const shared = fraternal({ same: ['recurrent'] });
    expect(() => combine(shared, fast({ recurrent: 0.2, mode: 'gaussian' }))).toThrow(
      'expected masks for two runs to share at recurrent',
    );
    expect(() => combine(shared, fast({ recurrent: 0.2, mode: 'sample' }))).not.toThrow();
    expect(() => combine(fraternal(), fast({ recurrent: 0.2, mode: 'gaussian' }))).not.toThrow();
  });
});

describe('layerRegularizer', () => {
  const regularizer = awd({ weight: 0.5, input: 0.4, hidden: 0.25, output: 0.3, embedding: 0.1, ar: 2 });

  it('gives each layer of a stack the noise of its place', () => {
    const layers = [0, 1, 2].map((index) => placesOf(layerRegularizer(regularizer, index, 3)));
    expect(layers).toEqual([
      ['weight 0.5', 'input 0.4'],
      ['weight 0.5', 'input 0.25'],
      ['weight 0.5', 'input 0.25', 'output 0.3'],
    ]);
    expect(placesOf(layerRegularizer(regularizer, 0, 1))).toEqual(['weight 0.5', 'input 0.4', 'output 0.3']);
  });

  it('leaves entries that have found their layer, so that a plan takes them all', () => {
    for (const entry of layerRegularizer(regularizer, 2, 3).noise) expect(entry.layers).toBeUndefined();
  });

  it('puts output noise at every layer only where an entry says so', () => {
    const everywhere = { ...naive(), noise: [noiseEntry({ site: 'output', rate: 0.1, layers: 'all' })] };
    expect(placesOf(layerRegularizer(everywhere, 0, 2))).toEqual(['output 0.1']);
    expect(placesOf(layerRegularizer(naive({ output: 0.1 }), 0, 2))).toEqual([]);
  });

  it('refuses a layer that is not in the stack', () => {
    for (const index of [-1, 2, 0.5])
      expect(() => layerRegularizer(regularizer, index, 2)).toThrow(ConfigError);
  });

  it('leaves the words to embeddingRegularizer', () => {
    expect(placesOf(embeddingRegularizer(regularizer))).toEqual(['embedding 0.1']);
    expect(placesOf(embeddingRegularizer(naive({ input: 0.1 })))).toEqual([]);
  });
});

describe('splitReadout', () => {
  it('gives integrated output noise to the readout as input noise, and leaves sampled output noise', () => {
    const integrated = splitReadout(fast({ input: 0.1, output: 0.5 }));
    expect(integrated.recurrent.noise.map((entry) => entry.site)).toEqual(['input']);
    expect(integrated.readout.noise).toEqual([{ ...fast({ output: 0.5 }).noise[0], site: 'input' }]);
    const sampled = splitReadout(standard({ input: 0.1, output: 0.5 }));
    expect(sampled.recurrent.noise.map((entry) => entry.site)).toEqual(['input', 'output']);
    expect(sampled.readout.noise).toEqual([]);
  });

  it('leaves a part without noise nothing to run twice for, but two runs of Gaussian weights', () => {
    const drawn = splitReadout(parseDropout('fraternal+fast:mode=gaussian,output=.5'));
    expect(drawn.recurrent.passes).toBeUndefined();
    expect(drawn.readout.passes).toBeDefined();
    expect(checkPlaces(drawn.recurrent)).toBeUndefined();
    const weights = splitReadout(parseDropout('fraternal:same=weight+weight-noise'));
    expect(weights.recurrent.passes?.sameMasks).toEqual(['weight']);
    expect(() => checkPlaces(splitReadout(fraternal()).recurrent)).toThrow('expected noise for two runs');
  });
});
