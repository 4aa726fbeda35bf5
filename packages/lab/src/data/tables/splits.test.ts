import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelledData } from './labelled-types.ts';
import { splitExamples } from './splits.ts';
import { UnusableRows } from './unusable.ts';

/** Examples that have nothing but what is split by. */
function examples(codes: readonly number[], more: Partial<LabelledData> = {}): LabelledData {
  return {
    where: 'l.csv',
    length: codes.length,
    input: { kind: 'text', texts: codes.map(String) },
    target: { kind: 'class', classes: ['a', 'b', 'c'], codes: Int32Array.from(codes) },
    names: codes.map((_, i) => `${i + 2}`),
    lines: Uint32Array.from(codes, (_, i) => i + 2),
    layout: { input: 'text', label: 'label', target: 'class' },
    unusable: new UnusableRows(),
    notes: [],
    ...more,
  };
}
const classes = (count: number, of = 3): number[] => Array.from({ length: count }, (_, i) => i % of);
const groups = (codes: readonly number[]) => ({
  column: 'author',
  codes: Int32Array.from(codes),
  words: codes.map(String),
});

describe('splits of examples', () => {
  it('by chance hold every example once, in the shares asked for, every class in its share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 400 }), fc.integer({ min: 0, max: 1000 }), (count, seed) => {
        const data = examples(classes(count));
        const { train, valid, test } = splitExamples(data, { seed, valid: 0.1, test: 0.2 });
        expect([...train, ...valid, ...test].sort((a, b) => a - b)).toEqual(classes(count).map((_, i) => i));
        expect(test.length).toBe(Math.round(0.2 * count));
        expect(valid.length).toBe(Math.round(0.1 * count));
        // Systematic sampling over examples sorted by class: each class within one of its share.
        const { codes } = data.target as { codes: Int32Array };
        for (const one of [0, 1, 2]) {
          const all = classes(count).filter((code) => code === one).length;
          expect(Math.abs([...test].filter((i) => codes[i] === one).length - 0.2 * all)).toBeLessThanOrEqual(
            1.2,
          );
        }
      }),
    );
  });

  it('keep a part for calibration that no other split has, in time behind the validation and before the test', () => {
    const data = examples(classes(100));
    const splits = splitExamples(data, { valid: 0.1, test: 0.1, calibration: 0.2 });
    const all = [...splits.train, ...splits.valid, ...splits.test, ...splits.calibration];
    expect(all.sort((a, b) => a - b)).toEqual(classes(100).map((_, i) => i));
    expect(splits.calibration.length).toBe(20);
    expect(splits.notes.at(-1)).toBe('60 train, 10 valid, 10 test, 20 calibration');
    expect(splitExamples(data, { calibration: 0 }).test).toEqual(splits.test);
    const when = Float64Array.from(classes(100), (_, i) => i);
    const inTime = splitExamples(examples(classes(100), { when }), { by: 'time', calibration: 0.2 });
    expect([inTime.train, inTime.valid, inTime.calibration, inTime.test].map((part) => part[0])).toEqual([
      0, 60, 70, 90,
    ]);
    expect(() => splitExamples(data, { valid: 0.5, test: 0.3, calibration: 0.2 })).toThrow(
      /valid, calibration and test: expected shares of less than 1 in all, got 0\.5 and 0\.2 and 0\.3/,
    );
  });

  it('are the seed alone', () => {
    const data = examples(classes(100));
    expect(splitExamples(data, { seed: 3 })).toEqual(splitExamples(data, { seed: 3 }));
    expect(splitExamples(data, { seed: 4 }).test).not.toEqual(splitExamples(data, { seed: 3 }).test);
  });

  it('in folds test every example once', () => {
    const data = examples(classes(103));
    const tested = Array.from({ length: 10 }, (_, fold) => [
      ...splitExamples(data, { folds: { of: 10, fold } }).test,
    ]);
    expect(tested.flat().sort((a, b) => a - b)).toEqual(classes(103).map((_, i) => i));
    expect(() => splitExamples(data, { folds: { of: 10, fold: 10 } })).toThrow(
      'folds: expected part 0 to 9 of at least 2',
    );
  });

  it('keep groups together', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 150, maxLength: 200 }), (codes) => {
        const data = examples(classes(codes.length, 1), { groups: groups(codes) });
        const splits = splitExamples(data);
        const seen = [splits.train, splits.valid, splits.test].map(
          (part) => new Set(Array.from(part, (i) => codes[i])),
        );
        expect(seen[0].size + seen[1].size + seen[2].size).toBe(new Set(codes).size);
      }),
    );
  });

  it('by time test the latest and validate those before', () => {
    const data = examples(classes(20, 1), { when: Float64Array.from({ length: 20 }, (_, i) => 100 - i) });
    const { train, valid, test } = splitExamples(data, { by: 'time' });
    expect([[...test], [...valid], train.length]).toEqual([[0, 1], [2, 3], 16]);
    expect(() => splitExamples(examples(classes(20)), { by: 'time' })).toThrow(
      'expected a time of each example for splits by time (--time), found none',
    );
  });

  it('by a column are what it says, and cut out of training what it lacks', () => {
    const codes = Uint8Array.from({ length: 40 }, (_, i) => (i < 8 ? 2 : 0));
    const data = examples(classes(40), { splits: { column: 'split', codes } });
    const { train, valid, test, notes } = splitExamples(data);
    expect([...test]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([train.length, valid.length]).toEqual([29, 3]);
    expect(notes).toContain("'split' names no valid: it is cut out of train");
  });

  it('by a column that names the examples of calibration cut no others out of training', () => {
    const codes = Uint8Array.from({ length: 40 }, (_, i) => (i < 4 ? 3 : i < 8 ? 2 : i < 12 ? 1 : 0));
    const data = examples(classes(40), { splits: { column: 'split', codes } });
    const { train, calibration, notes } = splitExamples(data, { calibration: 0.1 });
    expect([[...calibration], train.length]).toEqual([[0, 1, 2, 3], 28]);
    expect(notes).toEqual(["split by 'split'", '28 train, 4 valid, 4 test, 4 calibration']);
  });

  it('say so where a split is empty, or a class is not in training', () => {
    expect(() => splitExamples(examples(classes(40, 1), { groups: groups(classes(40, 2)) }))).toThrow(
      'l.csv: expected examples to train on, found none of 40, from 2 groups; give more, or other shares',
    );
    const codes = Uint8Array.from({ length: 40 }, (_, i) => i % 3);
    expect(() => splitExamples(examples(classes(40), { splits: { column: 'split', codes } }))).toThrow(
      "expected every class in training, found 'b' in valid alone (line 3); split otherwise (--split-by, --group, --seed), or take it out",
    );
    expect(() => splitExamples(examples(classes(9)), { valid: 0.5, test: 0.5 })).toThrow(
      'expected shares of less than 1 in all',
    );
  });

  it('leave the only example of a class to training', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { train } = splitExamples(examples([...Array(20).fill(0), 1]), { seed, test: 0.3 });
      expect(train).toContain(20);
    }
  });
});
