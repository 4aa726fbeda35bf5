import { describe, expect, it } from 'vitest';
import { recurrentStack } from '../nn/recurrent/stack.ts';
import { NoiseStream } from '../random/stream.ts';
import { awd } from './awd.ts';
import { combine } from './combine.ts';
import { curriculum } from './curriculum.ts';
import { describePlan } from './describe.ts';
import { fast } from './fast.ts';
import { fraternal } from './fraternal.ts';
import { dropoutMethods, parseDropout, settledDropout } from './parse.ts';
import { checkPlaces } from './places.ts';
import { dropoutPlan } from './plan.ts';
import { rnndrop } from './rnndrop.ts';
import { variational } from './variational.ts';

/** The rates of the literature, as the methods' files name their sources. */
const usual = {
  // Srivastava et al. 2014: 20 % of inputs, half of the hidden units
  standard: 'standard:input=0.2,output=0.5',
  gaussian: 'gaussian:input=0.2,output=0.5',
  // Wan et al. 2013
  dropconnect: 'dropconnect:weight=0.5',
  // Zaremba et al. 2014, medium network
  naive: 'naive:input=0.5,output=0.5',
  // ours: those of the large network of Gal and Ghahramani 2016 (.5, .3, .5) scaled down for the medium one
  variational: 'variational:input=0.4,recurrent=0.2,output=0.4',
  // Semeniuta et al. 2016, README of the code
  semeniuta: 'semeniuta:update=0.5,interval=sequence',
  // Krueger et al. 2017, characters of Penn Treebank
  zoneout: 'zoneout:hidden=0.05,cell=0.5',
  // Merity et al. 2017, README of the code and paper
  awd: 'awd:weight=0.5,input=0.4,output=0.4,ar=2,tar=1',
  // Bayer et al. 2013, table 3, JSB Chorales
  fast: 'fast:input=0.1,recurrent=0.2,output=0.5',
};

describe('a method that is named without a rate', () => {
  it.each(Object.entries(usual))('%s has the rates of its literature, %s, and says them', (method, name) => {
    const regularizer = parseDropout(method);
    expect(regularizer.name).toBe(name);
    expect(regularizer).toEqual(parseDropout(name));
    expect(regularizer.noise.length).toBeGreaterThan(0);
    expect(settledDropout(method)).toBe(name);
    expect(settledDropout(name)).toBe(name);
  });

  it('has noise, penalties, weights that are noisy or a way to run, whatever it is, or is refused', () => {
    for (const method of dropoutMethods()) {
      if (method === 'none') continue;
      const made = parseDropout(method);
      const does = made.noise.length > 0 || made.penalties || made.weightNoise || made.lacks;
      // Two that steer the noise of others; a model refuses them alone.
      if (!does)
        expect(() => checkPlaces(made, { layers: 2 })).toThrow(`join it with a method that has some`);
    }
  });

  it('keeps its other options, also in the library', () => {
    expect(variational({ gates: 'untied' }).name).toBe(
      'variational:input=0.4,recurrent=0.2,output=0.4,gates=untied',
    );
    expect(variational({ gates: 'untied' }).noise[0]).toMatchObject({ rate: 0.4, gates: 'untied' });
    expect(fast({ finalLayer: 'plain' }).name).toBe('fast:input=0.1,recurrent=0.2,finalLayer=plain');
    expect(awd({ rows: true }).noise[0]).toMatchObject({ rate: 0.5, weights: 'column' });
    expect(variational({ input: undefined }).noise).toHaveLength(3);
  });

  it('is left alone where a rate is given, 0 as well', () => {
    expect(variational({ output: 0.5 }).noise).toHaveLength(1);
    expect(variational({ input: 0 }).noise).toEqual([]);
    expect(awd({ ar: 2 }).noise).toEqual([]);
    expect(settledDropout('fast:input=.1+none')).toBe('fast:input=.1+none');
  });

  it('is refused by a layer where there is no published rate, also beside others', () => {
    const message = 'rnndrop expects a rate, as in rnndrop:cell=.3, got none';
    expect(() => dropoutPlan(rnndrop(), { cell: 'lstm' })).toThrow(message);
    for (const text of ['rnndrop', 'rnndrop+naive:input=.1', 'rnndrop:interval=step+ar']) {
      expect(() => dropoutPlan(parseDropout(text), { cell: 'lstm' }), text).toThrow('expects a rate');
    }
    expect(dropoutPlan(rnndrop({ cell: 0 }), { cell: 'lstm' }).entries).toEqual([]);
  });

  it('of older text had no noise, and reads so', () => {
    expect(settledDropout('variational', 'zero')).toBe('variational:input=0');
    expect(settledDropout('fast:form=probit+ar', 'zero')).toBe('fast:form=probit,input=0+ar');
    expect(settledDropout('rnndrop', 'zero')).toBe('rnndrop:cell=0');
    expect(settledDropout('awd:weight=.5+zoneout', 'zero')).toBe('awd:weight=.5+zoneout:hidden=0');
    for (const method of dropoutMethods())
      expect(parseDropout(settledDropout(method, 'zero')).noise).toEqual([]);
  });
});

describe('a method that steers the noise of others', () => {
  it('is refused beside Gaussian weights where it moves rates, for they have none', () => {
    expect(() => checkPlaces(parseDropout('curriculum+weight-noise'))).toThrow(
      'expected noise for rates to move',
    );
    expect(() => checkPlaces(parseDropout('curriculum+weight-noise+naive:input=.1'))).not.toThrow();
    expect(() => checkPlaces(parseDropout('fraternal+weight-noise'))).not.toThrow();
  });
});

describe('a rate without a place', () => {
  const stack = (dropout: Parameters<typeof checkPlaces>[0], layers: number) => () =>
    recurrentStack(
      { cell: 'lstm', inputSize: 3, hiddenSizes: Array(layers).fill(4), dropout },
      new NoiseStream(1),
    );

  it('is refused by its key where the model is known: what passes between layers where there is one, words where there are none', () => {
    expect(() => checkPlaces(awd({ hidden: 0.5 }), { layers: 1 })).toThrow(
      'awd:hidden=0.5: expected several recurrent layers for hidden (between layers) 0.5, got 1',
    );
    expect(() => checkPlaces(awd({ hidden: 0.5 }), { layers: 2 })).not.toThrow();
    expect(() => checkPlaces(awd({ hidden: 0, weight: 0.1 }), { layers: 1 })).not.toThrow();
    expect(() => checkPlaces(variational({ embedding: 0.2 }), { layers: 1, embedding: false })).toThrow(
      'expected no rate at embedding, got 0.2: the model has no embedding',
    );
  });

  it('is said in the plan of a layer that stands alone', () => {
    const alone = dropoutPlan(awd({ weight: 0.5, hidden: 0.25 }), { cell: 'lstm' });
    expect(describePlan(alone)).toContain(
      'no place for hidden (between layers) 0.25: this layer stands alone',
    );
    expect(describePlan(dropoutPlan(awd({ weight: 0.5 }), { cell: 'lstm' }))).not.toContain('no place');
    const said = (layers: number) =>
      stack(awd({ hidden: 0.25 }), layers)().layers.map(({ plan }) => describePlan(plan));
    expect(said(1)[0]).toContain('no place for hidden (between layers) 0.25');
    for (const text of said(2)) expect(text).not.toContain('no place');
  });

  it('is that of a method which steers the noise of others and has none to steer', () => {
    expect(stack(fraternal(), 2)).toThrow('expected noise for two runs that differ, got none; join it');
    expect(stack(curriculum(), 2)).toThrow('expected noise for rates to move, got none; join it');
    expect(stack(combine(fraternal(), variational({ input: 0.1 })), 2)).not.toThrow();
  });
});
