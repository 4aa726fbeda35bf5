import { describe, expect, it } from 'vitest';
import { forecastDefaults } from './config.ts';
import { seriesOfValues } from './forecast-data.suite.ts';
import { longEnough, originsOf, partOrigins, periodsOf, trainingOrigins } from './periods.ts';

const { windows } = forecastDefaults();
const at = { horizon: 10, season: 7, context: 30 };

describe('splits by time', () => {
  it('never let a part have a target of a later one', () => {
    const periods = periodsOf([400, 300], windows, at);
    for (const length of [300, 400]) {
      const { test, calibration, valid, trainEnd } = originsOf(length, periods, at.horizon);
      expect(test.at(-1)).toBe(length - at.horizon);
      // The last target of a part lies before the first of the next.
      expect(calibration.at(-1)! + at.horizon).toBe(test[0]);
      expect(valid.at(-1)! + at.horizon).toBe(calibration[0]);
      expect(trainEnd).toBe(valid[0]);
      expect(trainingOrigins({ length }, periods, at).last + at.horizon).toBe(trainEnd);
      expect(trainingOrigins({ length }, periods, at).first).toBe(at.context);
    }
  });

  it('keep enough windows of few series, with origins closer together, and one of each of many', () => {
    const few = periodsOf([1000], windows, at);
    // A fifth of 1,000 steps has room for 100 windows of 10 every step or two: (200 - 10) / 99.
    expect(few.calibration).toEqual({ count: 100, stride: 1 });
    expect(few.test.count).toBe(20);
    const many = periodsOf(Array<number>(300).fill(1000), windows, at);
    for (const part of [many.test, many.valid]) expect(part.count).toBe(1);
    // On eight dates: those of one date have what happened there in common.
    expect(many.calibration).toEqual({ count: 8, stride: 10 });
  });

  it('follow what is said, with a test whose origins are a horizon apart', () => {
    const periods = periodsOf([500], { ...windows, test: 3, calibration: 12, valid: 2 }, at);
    expect(periods.test).toEqual({ count: 3, stride: 10 });
    expect(originsOf(500, periods, 10).test).toEqual([470, 480, 490]);
    expect(partOrigins([{ length: 500 }], periods, 10, 'calibration')).toHaveLength(12);
  });

  it('leave series out that are too short, by name, and refuse too many of them', () => {
    const periods = periodsOf(Array<number>(30).fill(200), windows, at);
    const series = Array.from({ length: 30 }, (_, n) => seriesOfValues(`s${n}`, new Float64Array(200)));
    const short = { ...seriesOfValues('kurz', new Float64Array(20)), line: 77 };
    const found = longEnough('a.csv', [...series, short], periods, at.horizon);
    expect(found.series).toHaveLength(30);
    expect(found.note).toContain('1 of 31 series are shorter than');
    expect(found.note).toContain("'kurz' of 20 (line 77)");
    expect(() => longEnough('a.csv', [short], periods, at.horizon)).toThrow(
      /^a\.csv: expected series of at least \d+ steps: .* found 'kurz' of 20 \(line 77\); shorten the horizon \(--horizon\)/,
    );
    const bad = Array.from({ length: 4 }, (_, n) => ({ ...short, id: `k${n}` }));
    expect(() => longEnough('a.csv', [...series, ...bad], periods, at.horizon)).toThrow("'k0' of 20");
  });
});
