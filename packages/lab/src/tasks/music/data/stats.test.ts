import { describe, expect, it } from 'vitest';
import { chordStats } from './chords.ts';
import { musicStats } from './stats.ts';
import type { MusicData, Piece } from './types.ts';

const data = (train: number[][][], test: number[][][]): MusicData => {
  const pieces = (all: number[][][]): Piece[] => all.map((frames) => ({ frames }));
  return {
    name: 'x',
    source: 'y',
    stepsPerQuarter: 2,
    splits: { train: pieces(train), valid: [], test: pieces(test) },
  };
};

describe('musicStats', () => {
  it('counts what is there', () => {
    const { splits } = musicStats(data([[[30, 60], [], [62]], [[61]]], []));
    expect(splits.train).toEqual({
      sequences: 2,
      steps: 4,
      notes: 4,
      notesPerStep: 1,
      silentSteps: 1,
      length: { min: 1, median: 2, max: 3 },
      lowestNote: 30,
      highestNote: 62,
      mostNotes: 2,
      chords: chordStats([{ frames: [[30, 60], [], [62]] }, { frames: [[61]] }]),
    });
    expect(splits.valid).toEqual({
      sequences: 0,
      steps: 0,
      notes: 0,
      notesPerStep: 0,
      silentSteps: 0,
      length: { min: 0, median: 0, max: 0 },
      lowestNote: null,
      highestNote: null,
      mostNotes: 0,
      chords: chordStats([]),
    });
  });

  it('scores the simple models as worked out by hand', () => {
    // Train: note 60 in 2 of 3 steps; after itself once, off after on once. Test: pieces of 2 and 3 steps.
    const { nll } = musicStats(
      data(
        [[[60], [60], []]],
        [
          [[60], [60]],
          [[], [60], []],
        ],
      ),
    );
    expect(nll.uniform).toBeCloseTo(60.99695, 5);
    // p = (2 + 1) / (3 + 2) for note 60, which sounds in 3 of 5 steps; 1 / 5 for the 87 others, which never sound.
    expect(nll.marginal).toBeCloseTo(-(3 * Math.log(0.6) + 2 * Math.log(0.4)) / 5 - 87 * Math.log(0.8), 12);
    // Note 60: p(on | on) = (1 + 1) / (2 + 2), p(on | off) = 1 / 2; the others: p(on | off) = 1 / (2 + 2).
    const step = -Math.log(0.5) - 87 * Math.log(0.75);
    expect(nll.markov.nll_per_step).toBeCloseTo(step, 12);
    expect(nll.markov.nll_per_sequence_mean).toBeCloseTo(step, 12);
  });

  it('tells the mean over steps from the mean over pieces', () => {
    // Train: 60 four times after itself. p(on | on) = 5 / 6, so off after on costs ln 6 and on after on ln 1.2.
    const { nll } = musicStats(
      data(
        [[[60], [60], [60], [60], [60]]],
        [
          [[60], []],
          [[60], [60], [60], [60]],
        ],
      ),
    );
    const others = -87 * Math.log(5 / 6);
    expect(nll.markov.nll_per_step).toBeCloseTo(others + (Math.log(6) + 3 * Math.log(1.2)) / 4, 12);
    expect(nll.markov.nll_per_sequence_mean).toBeCloseTo(others + (Math.log(6) + Math.log(1.2)) / 2, 12);
  });

  it('has no figure where there is nothing to score', () => {
    expect(musicStats(data([[[60]]], [])).nll.marginal).toBeNull();
    expect(musicStats(data([[[60]]], [[[60]]])).nll.markov).toEqual({
      nll_per_step: null,
      nll_per_sequence_mean: null,
    });
  });
});
