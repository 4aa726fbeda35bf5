import { describe, expect, it } from 'vitest';
import { chordStats, chordTable } from './chords.ts';

describe('the chords of pieces', () => {
  // Two pieces of four frames and one: a major triad with its octave, the same again, silence, one note of it; five notes.
  const pieces = [
    { frames: [[60, 64, 67, 72], [60, 64, 67, 72], [], [60]] },
    { frames: [[50, 51, 53, 56, 60]] },
  ];
  const stats = chordStats(pieces);

  it('are counted by their size, shares of all frames', () => {
    expect(stats.frames).toBe(5);
    expect(stats.notes).toBeCloseTo((4 + 4 + 0 + 1 + 5) / 5);
    expect(stats.sizes).toEqual([0.2, 0.2, 0, 0, 0.4, 0.2, 0]);
  });

  it('have intervals, shares of all pairs without their octaves', () => {
    // Twice 4 7 12 3 8 5, and 1 3 6 10 2 5 9 3 7 4: 22 pairs.
    const expected = [2, 1, 1, 2 + 2, 2 + 1, 2 + 1, 1, 2 + 1, 2, 1, 1, 0];
    expect(stats.intervals.map((share) => share * 22)).toEqual(expected.map((n) => expect.closeTo(n, 9)));
  });

  it('come again, and hold notes, from the second frame of a piece on', () => {
    // Of three later frames one is the one before; of their five notes four sounded before.
    expect(stats.repeated).toBeCloseTo(1 / 3);
    expect(stats.held).toBeCloseTo(4 / 5);
    expect(chordStats([{ frames: [[], []] }]).repeated).toBe(1);
  });

  it('of nothing are zeros', () => {
    expect(chordStats([])).toMatchObject({ frames: 0, notes: 0, repeated: 0, held: 0 });
  });

  it('more than five notes are one size', () => {
    expect(
      chordStats([
        {
          frames: [
            [1, 2, 3, 4, 5, 6],
            [1, 2, 3, 4, 5, 6, 7, 8],
          ],
        },
      ]).sizes[6],
    ).toBe(1);
  });

  it('are a table with a column for each, whose shares of sizes and of intervals are all', () => {
    const table = chordTable([
      { name: 'data', stats },
      { name: 'samples', stats: chordStats(pieces.slice(1)) },
    ]);
    expect(table.header).toEqual(['', 'data', 'samples']);
    const column = (name: string) => table.rows.find(([row]) => row === name)!.slice(1);
    expect(column('notes a frame')).toEqual(['2.80', '5.00']);
    expect(column('five notes')).toEqual(['20.0 %', '100.0 %']);
    expect(column('thirds')).toEqual([`${((700 / 22) | 0) + 0.8} %`, '30.0 %']);
    const sum = (from: string, to: string): number => {
      const names = table.rows.map(([name]) => name);
      return table.rows
        .slice(names.indexOf(from), names.indexOf(to) + 1)
        .reduce((total, row) => total + Number.parseFloat(row[1]), 0);
    };
    expect(sum('silence', 'more notes')).toBeCloseTo(100, 0);
    expect(sum('octaves', 'sevenths')).toBeCloseTo(100, 0);
  });
});
