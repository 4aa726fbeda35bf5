import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.ts';
import { ar } from './ar.ts';
import { awd } from './awd.ts';
import { curriculum } from './curriculum.ts';
import { dropconnect } from './dropconnect.ts';
import { fraternal } from './fraternal.ts';
import { gaussianDropout } from './gaussian.ts';
import { naive } from './naive.ts';
import { noiseEntry } from './noise-entry.ts';
import { dropoutMethods, parseDropout } from './parse.ts';
import { dropoutPlan } from './plan.ts';
import { rnndrop } from './rnndrop.ts';
import { semeniuta } from './semeniuta.ts';
import { standard } from './standard.ts';
import { tar } from './tar.ts';
import { variational } from './variational.ts';
import { weightDecay } from './weight-decay.ts';
import { weightNoise } from './weight-noise.ts';
import { zoneout } from './zoneout.ts';

const sampled = { train: 'sample', test: 'mean' };

describe('every method', () => {
  it('cites authors, year and title, and has a name that reads back', () => {
    for (const method of dropoutMethods()) {
      const regularizer = parseDropout(method);
      if (method !== 'none') expect(regularizer.reference, method).toMatch(/^[A-Z].+ (19|20)\d\d, [A-Z].+/);
      expect(parseDropout(regularizer.name), method).toEqual(regularizer);
    }
  });

  it('refuses options that it does not know', () => {
    const makers: ((options?: object) => unknown)[] = [
      ...[ar, awd, curriculum, dropconnect, fraternal, gaussianDropout, naive, rnndrop, semeniuta, standard],
      ...[tar, variational, weightDecay, weightNoise, zoneout],
    ];
    for (const make of makers) {
      expect(() => make({ dropout: 0.5 }), make.name).toThrow("unknown option 'dropout'");
    }
  });

  it('refuses rates outside [0, 1) under the name of their key', () => {
    expect(() => dropconnect({ weightIn: 1 })).toThrow(/dropconnect: expected weightIn .* got 1$/);
    expect(() => naive({ input: -0.1 })).toThrow(/naive: expected input .* got -0.1$/);
    expect(() => variational({ embedding: 1.5 })).toThrow(/variational: expected embedding .* got 1.5$/);
    expect(() => rnndrop({ cell: 1 })).toThrow(/rnndrop: expected cell .* got 1$/);
    expect(() => semeniuta({ update: Number.NaN })).toThrow(/semeniuta: expected update .* got NaN$/);
    expect(() => zoneout({ cell: 2 })).toThrow(/zoneout: expected cell .* got 2$/);
    expect(() => awd({ hidden: 1 })).toThrow(/awd: expected hidden .* got 1$/);
    expect(() => gaussianDropout({ update: 1 })).toThrow(/gaussian: expected update .* got 1$/);
  });

  it('refuses words that are none of its own', () => {
    expect(() => standard({ interval: 'steps' as 'step' })).toThrow('expected interval to be step, sequence');
    expect(() => dropconnect({ inference: 'mc' as 'mean' })).toThrow(
      'expected inference to be gaussian, mean',
    );
    expect(() => dropconnect({ examples: 'all' as 'each' })).toThrow('expected examples to be each, batch');
    expect(() => naive({ scaling: 'none' as 'paper' })).toThrow('expected scaling to be inverted, paper');
    expect(() => variational({ gates: 'free' as 'tied' })).toThrow('expected gates to be tied, untied');
    expect(() => rnndrop({ interval: 'always' as 'step' })).toThrow('expected interval to be');
    expect(() => semeniuta({ interval: 'always' as 'step' })).toThrow('expected interval to be');
    expect(() => gaussianDropout({ interval: 'always' as 'step' })).toThrow('expected interval to be');
    expect(() => awd({ rows: 1 as unknown as boolean })).toThrow('expected rows to be true, false');
    expect(() => fraternal({ variant: 'elder' as 'pi' })).toThrow('expected variant to be fraternal');
    expect(() => weightNoise({ form: 'open' as 'closed' })).toThrow('expected form to be sample, closed');
  });
});

describe('masks of units', () => {
  it('are drawn at every step by standard dropout, or held', () => {
    const { noise, modes } = standard({ input: 0.1, recurrent: 0.2, scaling: 'paper' });
    expect(noise).toEqual([
      noiseEntry({ site: 'input', rate: 0.1, scaling: 'paper' }),
      noiseEntry({ site: 'recurrent', rate: 0.2, scaling: 'paper' }),
    ]);
    expect(modes).toEqual(sampled);
    expect(standard({ input: 0.1, interval: 'sequence' }).noise[0].interval).toBe('sequence');
  });

  it('go upwards only in naive dropout', () => {
    const { noise, modes } = naive({ input: 0.1, output: 0.2 });
    expect(noise).toEqual([
      noiseEntry({ site: 'input', rate: 0.1 }),
      noiseEntry({ site: 'output', rate: 0.2 }),
    ]);
    expect(modes).toEqual(sampled);
    expect(naive({ input: 0.1, scaling: 'paper' }).noise[0].scaling).toBe('paper');
  });

  it('are held over the sequence by variational dropout, for all gates or for each at input and recurrent', () => {
    const rates = { input: 0.1, recurrent: 0.2, output: 0.3, embedding: 0.4 };
    const held = { interval: 'sequence' } as const;
    const { noise, modes } = variational({ ...rates, gates: 'untied' });
    expect(noise).toEqual([
      noiseEntry({ site: 'input', rate: 0.1, ...held, gates: 'untied' }),
      noiseEntry({ site: 'recurrent', rate: 0.2, ...held, gates: 'untied' }),
      noiseEntry({ site: 'output', rate: 0.3, ...held }),
      noiseEntry({ site: 'embedding', rate: 0.4, ...held }),
    ]);
    expect(modes).toEqual(sampled);
    expect(variational(rates).noise.every(({ gates }) => gates === 'tied')).toBe(true);
  });

  it('take values out of the memory, unscaled, in RNNDrop', () => {
    const { noise, modes } = rnndrop({ cell: 0.3 });
    expect(noise).toEqual([noiseEntry({ site: 'cell', rate: 0.3, interval: 'sequence', scaling: 'paper' })]);
    expect(modes).toEqual(sampled);
    expect(rnndrop({ cell: 0.3, interval: 'step' }).noise[0].interval).toBe('step');
  });

  it('take values out of what is added to the memory, unscaled, in recurrent dropout without memory loss', () => {
    const { noise, modes } = semeniuta({ update: 0.5, input: 0.2, output: 0.5, interval: 'sequence' });
    expect(noise).toEqual([
      noiseEntry({ site: 'update', rate: 0.5, interval: 'sequence', scaling: 'paper' }),
      noiseEntry({ site: 'input', rate: 0.2 }),
      noiseEntry({ site: 'output', rate: 0.5 }),
    ]);
    expect(modes).toEqual(sampled);
    expect(semeniuta({ recurrent: 0.25 }).noise).toEqual([
      noiseEntry({ site: 'recurrent', rate: 0.25, scaling: 'paper' }),
    ]);
  });

  it('keep previous values in zoneout, of h and of c at rates of their own', () => {
    const { noise, modes } = zoneout({ hidden: 0.05, cell: 0.5 });
    expect(noise).toEqual([
      noiseEntry({ site: 'hidden', kind: 'zoneout', rate: 0.05 }),
      noiseEntry({ site: 'cell', kind: 'zoneout', rate: 0.5 }),
    ]);
    expect(modes).toEqual(sampled);
  });

  it('are Gaussian around 1 in Gaussian dropout', () => {
    const { noise, modes } = gaussianDropout({ input: 0.2, cell: 0.1, update: 0.3, interval: 'sequence' });
    const like = { kind: 'gaussian', interval: 'sequence' } as const;
    expect(noise).toEqual([
      noiseEntry({ site: 'input', rate: 0.2, ...like }),
      noiseEntry({ site: 'cell', rate: 0.1, ...like }),
      noiseEntry({ site: 'update', rate: 0.3, ...like }),
    ]);
    expect(modes).toEqual(sampled);
  });
});

describe('noise of weights', () => {
  it('is for each example in DropConnect, which draws pre-activations at test', () => {
    const { noise, modes } = dropconnect({ weight: 0.5, weightIn: 0.2 });
    const like = { interval: 'sequence', examples: 'each', scaling: 'paper' } as const;
    expect(noise).toEqual([
      noiseEntry({ site: 'weight', rate: 0.5, ...like }),
      noiseEntry({ site: 'weightIn', rate: 0.2, ...like }),
    ]);
    expect(modes).toEqual({ train: 'sample', test: 'gaussian', samples: 30 });
    expect(dropconnect({ weight: 0.5, samples: 7 }).modes.samples).toBe(7);
    expect(dropconnect({ weight: 0.5, inference: 'mean' }).modes).toEqual(sampled);
    expect(() => dropoutPlan(dropconnect({ weight: 0.5, weightIn: 0.2 }), { cell: 'lstm' })).not.toThrow();
  });

  it('may be for the batch, and then the mean network is the test', () => {
    const shared = dropconnect({ weight: 0.5, examples: 'batch' });
    expect(shared.noise[0].examples).toBe('batch');
    expect(shared.modes).toEqual(sampled);
    expect(() => dropconnect({ weight: 0.5, examples: 'batch', inference: 'gaussian' })).toThrow(
      'expected inference mean with masks of the batch',
    );
    expect(() => dropconnect({ weight: 0.5, samples: 0 })).toThrow('expected samples');
    expect(() => dropconnect({ weight: 0.5, samples: 2.5 })).toThrow('whole number');
    expect(() => dropconnect({ weight: 0.5, inference: 'mean', samples: 5 })).toThrow('5 with mean');
  });

  it('is a distribution that is learned in adaptive weight noise, drawn or integrated', () => {
    expect(weightNoise()).toMatchObject({
      noise: [],
      modes: sampled,
      weightNoise: { deviation: 0.075, weight: 1 },
    });
    const closed = weightNoise({ deviation: 0.1, weight: 0.5, form: 'closed' });
    expect(closed.modes).toEqual({ train: 'moments', test: 'moments' });
    expect(closed.weightNoise).toEqual({ deviation: 0.1, weight: 0.5 });
    expect(() => weightNoise({ deviation: 0 })).toThrow('deviation');
    expect(() => weightNoise({ weight: -1 })).toThrow('weight');
  });
});

describe('the AWD-LSTM', () => {
  it('holds masks between layers, drops recurrent weights and words for the batch', () => {
    const { noise, modes, penalties } = awd({
      weight: 0.5,
      input: 0.4,
      hidden: 0.25,
      output: 0.3,
      embedding: 0.1,
      ar: 2,
      tar: 1,
    });
    const held = { interval: 'sequence' } as const;
    expect(noise).toEqual([
      noiseEntry({ site: 'weight', rate: 0.5, ...held, examples: 'batch' }),
      noiseEntry({ site: 'input', rate: 0.4, ...held, layers: 'first' }),
      noiseEntry({ site: 'input', rate: 0.25, ...held, layers: 'later' }),
      noiseEntry({ site: 'output', rate: 0.3, ...held }),
      noiseEntry({ site: 'embedding', rate: 0.1, ...held, examples: 'batch' }),
    ]);
    expect(modes).toEqual(sampled);
    expect(penalties).toEqual([
      { kind: 'activation', alpha: 2 },
      { kind: 'temporal-activation', beta: 1 },
    ]);
  });

  it('drops columns of weights where its authors say rows, and has no penalty unless it is asked for', () => {
    expect(awd({ weight: 0.5, rows: true }).noise[0].weights).toBe('column');
    expect(awd({ weight: 0.5 }).noise[0].weights).toBeUndefined();
    expect(awd({ weight: 0.5 }).penalties).toBeUndefined();
    expect(() => awd({ ar: -1 })).toThrow('alpha');
  });
});

describe('terms of the loss', () => {
  it('are those of AR, TAR and weight decay', () => {
    expect(ar().penalties).toEqual([{ kind: 'activation', alpha: 2 }]);
    expect(tar({ beta: 0.5 }).penalties).toEqual([{ kind: 'temporal-activation', beta: 0.5 }]);
    expect(weightDecay({ lambda: 1e-7, decoupled: true }).penalties).toEqual([
      { kind: 'weight-decay', lambda: 1e-7, decoupled: true },
    ]);
    for (const method of [ar(), tar(), weightDecay()]) {
      expect(method.noise).toEqual([]);
      expect(method.modes).toEqual({ train: 'mean', test: 'mean' });
    }
  });

  it('refuse negative strengths', () => {
    expect(() => ar({ alpha: -1 })).toThrow(ConfigError);
    expect(() => tar({ beta: -1 })).toThrow(ConfigError);
    expect(() => weightDecay({ lambda: -1 })).toThrow(ConfigError);
    expect(() => weightDecay({ decoupled: 'yes' as unknown as boolean })).toThrow(ConfigError);
    expect(() => fraternal({ kappa: -1 })).toThrow(ConfigError);
  });

  it('are the distance of two runs in fraternal dropout and its relatives, kappa as in the paper', () => {
    expect(fraternal().passes).toEqual({ kappa: 0.15, second: 'noise', targets: 'both', sameMasks: [] });
    expect(fraternal({ variant: 'pi' }).passes).toMatchObject({
      kappa: 0.15,
      second: 'noise',
      targets: 'first',
    });
    expect(fraternal({ variant: 'expectation-linear' }).passes).toMatchObject({
      kappa: 0.25,
      second: 'mean',
      targets: 'first',
    });
    expect(fraternal({ same: ['weight'] }).passes?.sameMasks).toEqual(['weight']);
    expect(() => fraternal({ variant: 'expectation-linear', same: ['weight'] })).toThrow('no shared masks');
    expect(() => fraternal({ same: ['weights' as 'weight'] })).toThrow('expected same to be input');
  });
});

describe('curriculum dropout', () => {
  it('is a schedule for the noise of other methods', () => {
    expect(curriculum()).toMatchObject({ noise: [], schedule: { kind: 'curriculum', gamma: 0.001 } });
    expect(curriculum({ schedule: 'anneal', gamma: 0.1 }).schedule).toEqual({ kind: 'anneal', gamma: 0.1 });
    expect(curriculum({ schedule: 'switch', at: 100 }).schedule).toEqual({ kind: 'switch', at: 100 });
  });

  it('refuses numbers that its schedule does not have, or out of range', () => {
    expect(() => curriculum({ at: 5 })).toThrow('expected gamma with the schedule curriculum, got at 5');
    expect(() => curriculum({ schedule: 'switch' })).toThrow('expected at with the schedule switch');
    expect(() => curriculum({ schedule: 'switch', at: 5, gamma: 1 })).toThrow('gamma 1');
    expect(() => curriculum({ schedule: 'switch', at: -5 })).toThrow('at least 0');
    expect(() => curriculum({ gamma: 0 })).toThrow('above 0');
    expect(() => curriculum({ schedule: 'slow' as 'anneal' })).toThrow('expected schedule to be');
  });
});
