/** What chords of pieces are like: how many notes sound together, in which intervals, and how often a frame is the one before again. */
import type { ShownTable } from '../../kind.ts';
import type { Piece } from './types.ts';

/** Statistics of the frames of some pieces, pooled; shares of nothing are 0. */
export interface ChordStats {
  frames: number;
  /** mean number of notes of a frame */
  notes: number;
  /** shares of frames with 0, 1, … 5 notes, and with more */
  sizes: number[];
  /** of the pairs of notes of one frame, shares by the interval between them: 0 to 11 semitones, octaves taken off */
  intervals: number[];
  /** share of the frames from the second of a piece on that are the one before again */
  repeated: number;
  /** of the notes of frames from the second on, share that sounded in the frame before */
  held: number;
}

/** The statistics of pieces, each a list of frames of ascending notes. */
export function chordStats(pieces: readonly Pick<Piece, 'frames'>[]): ChordStats {
  const sizes = new Float64Array(largestSize + 1);
  const intervals = new Float64Array(12);
  const sum = { frames: 0, notes: 0, pairs: 0, later: 0, laterNotes: 0, repeated: 0, held: 0 };
  for (const { frames } of pieces) {
    for (const [t, frame] of frames.entries()) {
      sum.frames++;
      sum.notes += frame.length;
      sizes[Math.min(frame.length, largestSize)]++;
      for (let j = 1; j < frame.length; j++) {
        for (let i = 0; i < j; i++) intervals[(frame[j] - frame[i]) % 12]++;
        sum.pairs += j;
      }
      if (t === 0) continue;
      const before = new Set(frames[t - 1]);
      const held = frame.filter((note) => before.has(note)).length;
      sum.later++;
      sum.laterNotes += frame.length;
      sum.held += held;
      if (held === frame.length && held === before.size) sum.repeated++;
    }
  }
  const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
  return {
    frames: sum.frames,
    notes: share(sum.notes, sum.frames),
    sizes: Array.from(sizes, (count) => share(count, sum.frames)),
    intervals: Array.from(intervals, (count) => share(count, sum.pairs)),
    repeated: share(sum.repeated, sum.later),
    held: share(sum.held, sum.laterNotes),
  };
}

/** A table with a row for each statistic and a column for each of `all`. */
export function chordTable(all: readonly { name: string; stats: ChordStats }[]): ShownTable {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const row = (name: string, of: (stats: ChordStats) => string): string[] => [
    name,
    ...all.map(({ stats }) => of(stats)),
  ];
  const sum = (values: readonly number[], which: readonly number[]): number =>
    which.reduce((total, i) => total + values[i], 0);
  return {
    header: ['', ...all.map(({ name }) => name)],
    rows: [
      row('frames', ({ frames }) => frames.toLocaleString('en')),
      row('notes a frame', ({ notes }) => notes.toFixed(2)),
      ...sizeNames.map((name, n) => row(name, ({ sizes }) => percent(sizes[n]))),
      ...intervalNames.map(([name, ...which]) =>
        row(name, ({ intervals }) => percent(sum(intervals, which))),
      ),
      row('frames again', ({ repeated }) => percent(repeated)),
      row('notes held', ({ held }) => percent(held)),
    ],
    align: `l${'r'.repeat(all.length)}`,
  };
}

/** How the table is to be read. */
export const chordWords =
  'Intervals are shares of all pairs of notes of one frame, octaves taken off. Frames again: the same as the one before; notes held: those that sounded in it.';

// --- internal ---

const largestSize = 6;

const sizeNames = [
  'silence',
  'one note',
  'two notes',
  'three notes',
  'four notes',
  'five notes',
  'more notes',
];

const intervalNames: readonly [string, ...number[]][] = [
  ['octaves', 0],
  ['seconds', 1, 2],
  ['thirds', 3, 4],
  ['fourths', 5],
  ['tritones', 6],
  ['fifths', 7],
  ['sixths', 8, 9],
  ['sevenths', 10, 11],
];
