import { describe, expect, it } from 'vitest';
import { drawMask, drawZoneout } from '../dropout/masks.ts';
import { noiseEntry } from '../dropout/noise-entry.ts';
import { dropoutPlan } from '../dropout/plan.ts';
import { kernels } from '../kernels/engine.ts';
import { type DrawnRows, drawnNormals, drawRows } from './rows.ts';
import { NoiseStream } from './stream.ts';

const stream = new NoiseStream(3, 7);
const place = { site: 'input', layer: 2 } as const;
const uniform: Parameters<typeof drawRows>[3] = (address, out) =>
  kernels().uniform({ ...address, low: 0, high: 1, out });
const draw = (noise: NoiseStream, shape: DrawnRows) => Array.from(drawRows(noise, place, shape, uniform));

/** Steps `from` to `to`, rows `first` to `last` of [gates, steps, batch, width]. */
function part(
  all: number[],
  shape: DrawnRows,
  from: number,
  to: number,
  first: number,
  last: number,
): number[] {
  const { gates, steps, batch, width } = shape;
  const out: number[] = [];
  for (let g = 0; g < gates; g++) {
    for (let t = from; t < to; t++) {
      const at = (g * steps + t) * batch;
      out.push(...all.slice((at + first) * width, (at + last) * width));
    }
  }
  return out;
}

describe('numbers for the rows of a batch', () => {
  it('are one draw of the stream where it has no position, as ever', () => {
    const shape = { gates: 3, steps: 4, batch: 5, width: 3, everyStep: true, everyRow: true };
    expect(draw(stream, shape)).toEqual(Array.from(stream.uniforms(place, 3 * 4 * 5 * 3)));
  });

  // 150 steps and 150 rows lie in three tiles of 64.
  it.each([
    [1, 6, 'steps'],
    [4, 70, 'steps'],
    [3, 150, 'rows'],
    [1, 5, 'rows'],
  ])('of %i gates do not depend on the window over %i %s', (gates, count, axis) => {
    const [steps, batch] = axis === 'steps' ? [count, 3] : [5, count];
    const shape = { gates, steps, batch, width: 3, everyStep: true, everyRow: true };
    const whole = draw(stream.from(0), shape);
    for (const [from, to, first, last] of [
      [0, 1, 0, batch],
      [1, steps, 0, batch],
      [steps - 2, steps, 0, 1],
      [2, 4, batch - 2, batch],
      [0, steps, 1, batch],
    ]) {
      const window = { ...shape, steps: to - from, batch: last - first };
      expect(draw(stream.from(from, first), window)).toEqual(part(whole, shape, from, to, first, last));
    }
  });

  it('are the same in all windows where they are held over the sequence, and those of no position for one gate', () => {
    const shape = { gates: 4, steps: 1, batch: 3, width: 5, everyStep: false, everyRow: true };
    const held = draw(stream.from(0), shape);
    expect(draw(stream.from(1000), shape)).toEqual(held);
    expect(held.slice(0, 15)).toEqual(draw(stream, { ...shape, gates: 1 }));
    // Gates and rows differ: 60 different numbers.
    expect(new Set(held).size).toBe(60);
  });

  it('are shared by the batch at every row and differ from step to step', () => {
    const shape = { gates: 1, steps: 130, batch: 1, width: 2, everyStep: true, everyRow: false };
    const whole = draw(stream.from(0), shape);
    expect(draw(stream.from(0, 9), shape)).toEqual(whole);
    expect(new Set(whole).size).toBe(260);
  });

  it('of groups are what each would draw alone, and need as many rows as the groups have', () => {
    const shape = { gates: 2, steps: 3, batch: 3, width: 2, everyStep: true, everyRow: true };
    const [a, b] = [stream.at(7, 2), stream.at(7, 4)];
    for (const at of [(noise: NoiseStream) => noise, (noise: NoiseStream) => noise.from(70)]) {
      const both = draw(
        at(
          stream.of([
            { stream: a, rows: 1 },
            { stream: b, rows: 2 },
          ]),
        ),
        shape,
      );
      expect(part(both, shape, 0, 3, 0, 1)).toEqual(draw(at(a), { ...shape, batch: 1 }));
      expect(part(both, shape, 0, 3, 1, 3)).toEqual(draw(at(b), { ...shape, batch: 2 }));
    }
    const groups = stream.of([{ stream: a, rows: 2 }]);
    expect(() => draw(groups, shape)).toThrow(
      'expected a batch of 2 rows, as many as its groups have, got one of 3',
    );
    expect(() => stream.of([{ stream: a, rows: 0 }])).toThrow('groups of at least one row');
  });

  it('have the right mean and variance over tiles', () => {
    const normals = Array.from(drawnNormals(stream.from(60), place, [10, 70, 40]));
    const mean = normals.reduce((sum, z) => sum + z, 0) / normals.length;
    const variance = normals.reduce((sum, z) => sum + z * z, 0) / normals.length;
    // 28,000 numbers: four deviations of the mean are 4 / sqrt(28000), of the variance 4 sqrt(2 / 28000).
    expect(Math.abs(mean)).toBeLessThan(0.024);
    expect(Math.abs(variance - 1)).toBeLessThan(0.034);
  });
});

describe('masks of a window', () => {
  const entries = [
    noiseEntry({ site: 'input', rate: 0.5, gates: 'untied', interval: 'sequence' }),
    noiseEntry({ site: 'input', rate: 0.3, kind: 'gaussian' }),
    noiseEntry({ site: 'hidden', kind: 'zoneout', rate: 0.4 }),
    noiseEntry({ site: 'output', rate: 0.3, examples: 'batch' }),
  ];
  const modes = { train: 'sample', test: 'mean' } as const;
  const lstm = dropoutPlan({ name: 'all', reference: '-', noise: entries, modes }, { cell: 'lstm' });
  const at = (noise: NoiseStream, steps: number) => {
    const axes = { steps, batch: 2, width: 3 };
    return [
      drawMask(lstm, 'input', noise, axes)!,
      drawZoneout(lstm, 'hidden', noise, axes)!,
      drawMask(lstm, 'output', noise, axes)!,
    ];
  };

  it('are those of the whole pass, held and drawn at every step, alone and multiplied', () => {
    const whole = at(stream.from(0), 9);
    const window = at(stream.from(4), 3);
    for (const [i, mask] of window.entries()) {
      for (let g = 0; g < (mask.gate ? 4 : 1); g++) {
        for (let t = 0; t < 3; t++) {
          for (let b = 0; b < 2; b++) {
            const place = (of: typeof mask, step: number) => g * of.gate + step * of.time + b * of.batch;
            expect([...mask.data.subarray(place(mask, t), place(mask, t) + 3)]).toEqual([
              ...whole[i].data.subarray(place(whole[i], 4 + t), place(whole[i], 4 + t) + 3),
            ]);
          }
        }
      }
    }
  });

  it('have the rate of the steps trained, whatever the address of the draws', () => {
    const moving = noiseEntry({ site: 'input', rate: 0.5, schedule: { kind: 'curriculum', gamma: 0.1 } });
    const rnn = dropoutPlan({ name: 'moving', reference: '-', noise: [moving], modes }, { cell: 'rnn' });
    const dropped = (noise: NoiseStream) => {
      const mask = drawMask(rnn, 'input', noise, { steps: 100, batch: 10, width: 10 });
      return mask ? mask.data.filter((m: number) => m === 0).length / mask.data.length : 0;
    };
    expect(dropped(stream.at(0))).toBe(0);
    // rate(t) = .5 (1 - e^(-.1 t)); four deviations of 10,000 draws are below .02
    for (const [trained, rate] of [
      [3, 0.5 * (1 - Math.exp(-0.3))],
      [Number.POSITIVE_INFINITY, 0.5],
    ]) {
      for (const noise of [stream.at(0).trained(trained), stream.at(0).trained(trained).from(500)]) {
        expect(Math.abs(dropped(noise) - rate)).toBeLessThan(0.02);
      }
    }
    expect(() => stream.trained(-1)).toThrow('expected progress');
    expect(stream.at(9).progress).toBe(9);
    expect(stream.trained(2).at(9).progress).toBe(2);
  });
});
