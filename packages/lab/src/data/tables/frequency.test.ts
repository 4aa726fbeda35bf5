import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFrequency, frequencyNamed, namedFrequencies, stepsBetween, timeOf } from './frequency.ts';

const at = (...times: string[]): Float64Array => Float64Array.from(times, (time) => Date.parse(`${time}Z`));
const every = (start: string, count: number, frequency: string): Float64Array =>
  Float64Array.from(
    { length: count },
    (_, i) => timeOf({ start: Date.parse(`${start}Z`) }, i, frequencyNamed(frequency))!,
  );

describe('how often a series has a value', () => {
  it.each([
    ['hourly', '2020-03-01T00:00'],
    ['daily', '2020-02-27T00:00'],
    ['business days', '2020-02-27T00:00'],
    ['weekly', '1991-02-08T00:00'],
    ['monthly', '1949-01-01T00:00'],
    ['monthly', '2020-01-15T12:00'],
    ['quarterly', '1950-04-01T00:00'],
    ['yearly', '1700-01-01T00:00'],
    ['half-hourly', '2020-01-01T00:00'],
    ['every 5 minutes', '2020-01-01T00:00'],
    ['every 4 hours', '2020-01-01T00:00'],
  ])('is found from its dates: %s from %s', (name, start) => {
    expect(findFrequency([every(start, 40, name)])).toEqual(frequencyNamed(name));
  });

  it('is monthly at the ends of months', () => {
    const times = at('2020-01-31', '2020-02-29', '2020-03-31', '2020-04-30', '2020-05-31');
    const frequency = findFrequency([times]);
    expect(frequency).toMatchObject({ name: 'monthly', monthEnd: true });
    expect([1, 2, 3].map((i) => timeOf({ start: times[0] }, i, frequency))).toEqual([...times.slice(1, 4)]);
  });

  it('is daily with gaps, and irregular where more than one step in twenty is no multiple', () => {
    expect(
      findFrequency([at('2020-01-01', '2020-01-02', '2020-01-03', '2020-01-09', '2020-01-10')]).name,
    ).toBe('daily');
    expect(findFrequency([at('2020-01-01', '2020-01-01T07:00', '2020-01-05', '2020-01-09T03:10')]).name).toBe(
      'irregular',
    );
  });

  it('of business days needs two weeks without a weekend', () => {
    expect(findFrequency([every('2020-01-06T00:00', 5, 'daily')]).name).toBe('daily');
    expect(findFrequency([every('2020-01-06T00:00', 12, 'business days')]).name).toBe('business days');
  });

  it('counts the steps between two times as it makes times of steps', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...namedFrequencies.filter(({ unit }) => unit !== 'none')),
        fc.integer({ min: -30_000, max: 30_000 }),
        fc.integer({ min: 0, max: 5000 }),
        (frequency, days, steps) => {
          // A Monday the first of a month, before and after 1970 (1969-09-01), moved by whole weeks for days of business.
          const start =
            frequency.unit === 'month'
              ? Date.UTC(1969, days % 1000, 1)
              : Date.UTC(1969, 8, 1) + 7 * days * 86_400_000;
          expect(stepsBetween(start, timeOf({ start }, steps, frequency)!, frequency)).toBe(steps);
        },
      ),
    );
  });

  it('may be called as others call it, and refuses what is none with the nearest', () => {
    expect(
      ['H', 'D', 'B', 'W', 'M', 'Q', 'Y', '30min', 'half_hourly', '7 days'].map(
        (name) => frequencyNamed(name).name,
      ),
    ).toEqual([
      'hourly',
      'daily',
      'business days',
      'weekly',
      'monthly',
      'quarterly',
      'yearly',
      'half-hourly',
      'half-hourly',
      'weekly',
    ]);
    expect(() => frequencyNamed('weakly')).toThrow(/--frequency: expected .*did you mean 'weekly'/);
  });
});
