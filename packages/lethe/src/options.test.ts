import { describe, expect, it } from 'vitest';
import { ConfigError } from './errors.ts';
import { checkNumber, checkOptionNames, nearestWord } from './options.ts';

describe('options', () => {
  it('refuses an unknown option and names the nearest known one', () => {
    const call = () => checkOptionNames('sgd', { stepRat: 1 }, ['stepRate', 'momentum']);
    expect(call).toThrow(ConfigError);
    expect(call).toThrow("sgd: unknown option 'stepRat'; did you mean 'stepRate'?");
  });

  it('lists what is known when nothing is near', () => {
    expect(() => checkOptionNames('sgd', { zzzzzz: 1 }, ['stepRate', 'momentum'])).toThrow(
      'known: stepRate, momentum',
    );
  });

  it('says which range a number is outside of', () => {
    expect(() => checkNumber('sgd', 'momentum', 1, { from: 0, below: 1 })).toThrow(
      'expected momentum to be a finite number, at least 0, below 1, got 1',
    );
    expect(() => checkNumber('sgd', 'stepRate', 0, { above: 0 })).toThrow('above 0, got 0');
    expect(() => checkNumber('sgd', 'value', Number.NaN)).toThrow(ConfigError);
    expect(() => checkNumber('sgd', 'momentum', 0, { from: 0, below: 1 })).not.toThrow();
  });

  it('takes the closest word and nothing when all are far', () => {
    expect(nearestWord('zoneot', ['zoneout', 'awd'])).toBe('zoneout');
    expect(nearestWord('Fast', ['fast', 'naive'])).toBe('fast');
    expect(nearestWord('qqqq', ['fast', 'naive'])).toBeUndefined();
  });
});
