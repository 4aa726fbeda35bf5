import { describe, expect, it } from 'vitest';
import type { LabelledData } from '../../data/tables/labelled-types.ts';
import { classifyDefaults } from './config.ts';
import { encoded, readingOf } from './encode.ts';

/** Examples of one step each of the columns `same` and `other`, and `once` of each example. */
function steps(same: readonly number[], other: readonly number[], once: readonly number[]): LabelledData {
  const length = same.length;
  return {
    ...{ where: 'made', length, names: same.map(String), lines: Uint32Array.from(same, (_, i) => i + 2) },
    input: {
      kind: 'steps',
      columns: ['same', 'other'],
      starts: Uint32Array.from({ length: length + 1 }, (_, i) => i),
      values: Float64Array.from({ length: 2 * length }, (_, m) => (m % 2 === 0 ? same : other)[m >> 1]),
      missing: new Uint8Array(2 * length),
    },
    statics: { columns: ['once'], values: Float64Array.from(once), missing: new Uint8Array(length) },
    layout: { input: 'steps', label: 'label', target: 'class', classes: ['a', 'b'] },
    unusable: {} as LabelledData['unusable'],
    notes: [],
  };
}

describe('numbers', () => {
  it('that are the same throughout have the deviation 1, also where their mean rounds', () => {
    const length = 100;
    const all = Array.from({ length }, (_, i) => i);
    // The sum of a hundred hundredths of .1 is 7e-17 above .1, which is no deviation.
    const data = steps(
      all.map(() => 0.1),
      all,
      all.map(() => 37.2),
    );
    const { reading } = readingOf(data, all, classifyDefaults());
    expect(reading.features).toMatchObject([
      { name: 'same', mean: 0.1, deviation: 1 },
      // Of 0 … 99: (99 / 2, √((100² - 1) / 12))
      { name: 'other', mean: expect.closeTo(49.5, 10), deviation: expect.closeTo(Math.sqrt(9999 / 12), 10) },
      { name: 'once', mean: 37.2, deviation: 1 },
    ]);
    const [{ parts }] = encoded(steps([0.3], [49.5], [38]), reading);
    const { values } = parts[0] as { values: Float32Array };
    expect(Array.from(values)).toEqual([0.3 - 0.1, 0, 38 - 37.2].map((value) => expect.closeTo(value, 6)));
  });
});
