import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataError } from 'lethe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAbc } from '../../../data/formats/abc.ts';
import { type FolkTune, loadFolk, readCorpus, toPiece } from './folk.ts';
import type { MusicData, Piece } from './types.ts';

let corpus: FolkTune[];
let data: MusicData;
beforeAll(() => {
  corpus = readCorpus();
  data = loadFolk();
});
const pieces = (): Piece[] => [...data.splits.train, ...data.splits.valid, ...data.splits.test];
const piece = (title: string): Piece => pieces().find(({ name }) => name === title)!;

describe('the embedded corpus', () => {
  test('has at least 32 tunes, each with title, origin, year and the word that it is public domain', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(32);
    for (const { file, tune } of corpus) {
      expect(tune.titles[0], file).toBeTruthy();
      expect(tune.origin, file).toBeTruthy();
      expect(tune.remarks.join(' '), file).toMatch(/\b1[0-9]{3}s?\b/);
      expect(tune.remarks.join(' '), file).toMatch(/public domain/i);
      expect(tune.meter, file).toBeDefined();
      expect(tune.tempo, file).toBeGreaterThan(0);
    }
  });

  test('names every tune once, in a file of kebab case', () => {
    expect(new Set(corpus.map(({ tune }) => tune.titles[0])).size).toBe(corpus.length);
    for (const { file } of corpus) expect(file).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*\.abc$/);
  });

  // readCorpus reads strictly, so that a bar that does not add up would have stopped this suite with its line; here
  // the sum is taken again without the reader's own check: all but pickups make whole bars.
  test('has only whole bars when pickups and their complements are put together', () => {
    for (const { file, tune } of corpus) {
      const bars = tune.duration / tune.meter!.ticks;
      expect(bars, file).toBe(Math.round(bars));
      expect(bars, file).toBeGreaterThanOrEqual(8);
    }
  });

  test('has a chord symbol that is a chord at the beginning of every tune, behind at most one pickup', () => {
    for (const { file, tune } of corpus) {
      expect(tune.chords[0].start, file).toBeLessThan(tune.meter!.ticks);
      expect(
        tune.chords.filter(({ chord }) => chord === undefined),
        file,
      ).toEqual([]);
    }
  });

  test('has keys and modes of many kinds', () => {
    expect(new Set(corpus.map(({ tune }) => tune.key.tonic)).size).toBeGreaterThanOrEqual(6);
    expect(corpus.filter(({ tune }) => tune.key.third === 'minor').length).toBeGreaterThanOrEqual(8);
  });
});

describe('the folk data set', () => {
  test('holds every tune in exactly one split, about 70, 15 and 15 of a hundred', () => {
    const names = pieces().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe(corpus.length);
    const share = (part: Piece[]) => part.length / names.length;
    expect(share(data.splits.train)).toBeGreaterThan(0.65);
    expect(share(data.splits.valid)).toBeGreaterThan(0.1);
    expect(share(data.splits.test)).toBeGreaterThan(0.1);
  });

  test('keeps its splits: the rule gives what it gave', () => {
    // Remainder 3 of the number X: modulo 7; a change here changes every published figure.
    expect(data.splits.valid.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Holy, Holy, Holy (Nicaea)', 'La Folia', 'The Swallowtail Jig']),
    );
    expect(data.splits.test.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['The Kesh Jig', 'God Rest Ye Merry, Gentlemen']),
    );
  });

  test('has ascending notes in 21..108 and no note twice in a frame', () => {
    for (const { name, frames } of pieces()) {
      for (const frame of frames) {
        for (const [i, pitch] of frame.entries()) {
          expect(pitch, name).toBeGreaterThanOrEqual(21);
          expect(pitch, name).toBeLessThanOrEqual(108);
          if (i > 0) expect(pitch, name).toBeGreaterThan(frame[i - 1]);
        }
      }
    }
  });

  test('is the same every time', () => {
    expect(loadFolk()).toEqual(data);
  });

  test('has two steps in a quarter note', () => {
    // 12 bars of 4/4, both parts (4 and 8 bars) repeated: 24 bars of 8 eighths.
    expect(data.stepsPerQuarter).toBe(2);
    expect(piece('Ah! vous dirai-je, maman').frames.length).toBe(24 * 8);
  });

  test('transposes major to C major, melody above, chord below', () => {
    // Yankee Doodle in G begins G A B over G major; the lowest melody note is B, = 59, which in C is 64.
    const { frames } = piece('Yankee Doodle');
    expect(frames[0]).toEqual([48, 52, 55, 72]);
    expect(frames[4]).toEqual([48, 52, 55, 74]);
    expect(frames[6]).toEqual([48, 52, 55, 76]);
  });

  test('transposes minor and dorian to C minor', () => {
    // Drunken Sailor, D dorian: A over D minor becomes G over C minor, the lowest melody note C becomes B flat = 70.
    expect(piece('Drunken Sailor').frames[0]).toEqual([48, 51, 55, 79]);
    // Greensleeves, A minor: pickup A without chord, then c over A minor; lowest E becomes G = 67.
    const { frames } = piece('Greensleeves');
    expect(frames[0]).toEqual([72]);
    expect(frames[2]).toEqual([48, 51, 55, 75]);
  });

  test('ends every piece on a chord of C', () => {
    for (const { name, frames } of pieces()) {
      const last = frames.at(-1)!.map((pitch) => pitch % 12);
      if (name !== 'Drowsy Maggie' && name !== 'Mo Li Hua (Jasmine Flower)') expect(last, name).toContain(0);
    }
  });

  test('samples what sounds at the beginning of a step', () => {
    const [tune] = readAbc('X:1\nT:T\nM:4/4\nL:1/16\nK:C\n"C"CDEF (3:2:3G2A2B2 "G7/B"z4 c4|\n', {
      name: 't.abc',
    });
    // Sixteenths C D E F: C and E are heard; of a triplet of eighths over two eighths, the first and the second note.
    expect(toPiece(tune, 't.abc').frames).toEqual([
      [48, 52, 55, 60],
      [48, 52, 55, 64],
      [48, 52, 55, 67],
      [48, 52, 55, 69],
      [35, 43, 47, 50, 53],
      [35, 43, 47, 50, 53],
      [35, 43, 47, 50, 53, 72],
      [35, 43, 47, 50, 53, 72],
    ]);
  });
});

describe('a broken corpus', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'folk-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  const good = 'X:1\nT:Good\nM:4/4\nL:1/4\nK:C\n"C"CDEF|\n';
  const write = (files: Record<string, string>) => {
    rmSync(directory, { recursive: true });
    directory = mkdtempSync(join(tmpdir(), 'folk-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  };

  test('is refused in one sentence', () => {
    write({ 'good.abc': good });
    expect(loadFolk(directory).splits.train[0].frames[0]).toEqual([48, 52, 55, 60]);
    write({});
    expect(() => loadFolk(directory)).toThrow(/expected \.abc files .* found none/);
    write({ 'a.abc': good, 'b.abc': good });
    expect(() => loadFolk(directory)).toThrow(
      'folk: b.abc has the number X:1 of a.abc; give it one of its own',
    );
    write({ 'a.abc': `${good.trim()}CDE|CDEF|\n` });
    expect(() => loadFolk(directory)).toThrow('abc: a.abc line 6: a bar lasts 3/4 where the metre asks 1/1');
    write({ 'a.abc': good.replace('"C"', '"Cheese"') });
    expect(() => loadFolk(directory)).toThrow(DataError);
    expect(() => loadFolk(directory)).toThrow('folk: a.abc has an unknown chord "Cheese"');
  });
});
