import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataError } from 'lethe';
import { afterAll, describe, expect, it } from 'vitest';
import {
  array,
  element,
  matlabFile,
  rollCells,
  tinyMusicFile,
} from '../../../data/formats/matlab5-writer.suite.ts';
import { catalogue, catalogueEntry } from './catalogue.ts';
import { readPublished, splitsOfMatlab, splitsOfPickle } from './published.ts';
import { publishedData } from './published-data.suite.ts';
import { musicStats } from './stats.ts';
import { type Piece, splitNames } from './types.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'lethe-published-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fields of the data sets' description: lengths (the median rounded down), silent steps, notes used, most notes in a step. */
const described: Record<string, (string | number)[][]> = {
  'jsb-chorales': [
    ['25/57/129', 18, '43-96', 4],
    ['32/54/144', 29, '48-96', 4],
    ['32/57/160', 17, '45-96', 4],
  ],
  nottingham: [
    ['40/255/1788', 487, '31-93', 9],
    ['96/255/1473', 51, '34-91', 8],
    ['63/255/1793', 19, '36-89', 9],
  ],
  'piano-midi': [
    ['111/663/3857', 4917, '21-108', 12],
    ['209/657/1637', 251, '24-104', 11],
    ['65/631/2645', 652, '21-108', 10],
  ],
  musedata: [
    ['9/237/3457', 12962, '21-96', 14],
    ['63/333/3723', 4412, '21-100', 15],
    ['45/239/4273', 5042, '21-105', 14],
  ],
};

/**
 * marginal, Markov pooled, Markov mean of pieces. Marginals: the "note 1-gram" row of Boulanger-Lewandowski et al.
 * (2012) is these rounded to two digits; the others were computed by an independent script in NumPy.
 */
const nlls: Record<string, [string, string, string]> = {
  'jsb-chorales': ['11.0614', '10.492', '10.491'],
  nottingham: ['10.2519', '5.153', '5.196'],
  'piano-midi': ['11.0455', '8.264', '8.587'],
  musedata: ['11.5097', '8.559', '8.194'],
};

/** A test framework's own comparison takes minutes for hundreds of thousands of arrays. */
function sameFrames(a: readonly Piece[], b: readonly Piece[]): boolean {
  const sameList = <T>(x: readonly T[], y: readonly T[], same: (p: T, q: T) => boolean): boolean =>
    x.length === y.length && x.every((p, i) => same(p, y[i]));
  return sameList(a, b, (p, q) =>
    sameList(p.frames, q.frames, (f, g) => sameList(f, g, (note, other) => note === other)),
  );
}

describe('the published sets', () => {
  for (const entry of catalogue) {
    it(`${entry.name}: the MATLAB file and the pickle hold the same notes, with the published counts and figures`, (context) => {
      const directory = path.join(publishedData(context), 'polyphonic');
      const [mat, pickle] = entry.files;
      const splits = readPublished(entry, {
        path: path.join(directory, mat.names[0]),
        file: mat,
        compressed: false,
      });
      const other = readPublished(entry, {
        path: path.join(directory, `${pickle.names[0]}.gz`),
        file: pickle,
        compressed: true,
      });
      for (const split of splitNames) {
        expect(sameFrames(splits[split], other[split])).toBe(true);
      }
      const stats = musicStats({
        name: entry.name,
        source: '',
        stepsPerQuarter: entry.stepsPerQuarter,
        splits,
      });
      splitNames.forEach((split, i) => {
        const { sequences, steps, notes, length, silentSteps, lowestNote, highestNote, mostNotes } =
          stats.splits[split];
        expect({ sequences, steps, notes }).toEqual(entry.counts[split]);
        const lengths = `${length.min}/${Math.floor(length.median)}/${length.max}`;
        expect([lengths, silentSteps, `${lowestNote}-${highestNote}`, mostNotes]).toEqual(
          described[entry.name][i],
        );
      });
      const { uniform, marginal, markov } = stats.nll;
      expect(uniform.toFixed(3)).toBe('60.997');
      const found = [
        marginal?.toFixed(4),
        markov.nll_per_step?.toFixed(3),
        markov.nll_per_sequence_mean?.toFixed(3),
      ];
      expect(found).toEqual(nlls[entry.name]);
    });
  }
});

describe('readPublished', () => {
  const entry = catalogueEntry('jsb-chorales')!;
  const [mat, pickle] = entry.files;
  const put = (name: string, bytes: Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };

  it('refuses a whole file that is not the published one, with both checksums', () => {
    const file = put('other.mat', tinyMusicFile());
    expect(() => readPublished(entry, { path: file, file: mat, compressed: false })).toThrow(
      /other\.mat: not the published file of jsb-chorales: expected sha256 ac0e.*, found [0-9a-f]{64}; delete it/,
    );
  });

  it('says where a truncated file ends before it compares checksums', () => {
    const file = put('cut.mat', tinyMusicFile().subarray(0, 300));
    expect(() => readPublished(entry, { path: file, file: mat, compressed: false })).toThrow(
      /cut\.mat.*cut short/,
    );
  });

  it('refuses a larger file unread, and a .gz that grows larger', () => {
    const large = put('large.mat', new Uint8Array(mat.bytes + 1));
    expect(() => readPublished(entry, { path: large, file: mat, compressed: false })).toThrow(
      /at most 96095 bytes/,
    );
    const bomb = put('bomb.gz', gzipSync(new Uint8Array(pickle.bytes + 1)));
    expect(() => readPublished(entry, { path: bomb, file: pickle, compressed: true })).toThrow(
      /holds more than 2051809/,
    );
  });

  it('names a file that cannot be read at all', () => {
    expect(() => readPublished(entry, { path: folder, file: mat, compressed: false })).toThrow(DataError);
    const text = put('text.gz', Buffer.from('no gzip'));
    expect(() => readPublished(entry, { path: text, file: pickle, compressed: true })).toThrow(
      /text\.gz: cannot be read/,
    );
  });
});

describe('splitsOfMatlab', () => {
  it('reads cells of matrices in their order', () => {
    expect(splitsOfMatlab(tinyMusicFile(), 'x')).toEqual({
      train: [{ frames: [[60, 64, 67], [], [21]] }, { frames: [[108]] }],
      valid: [{ frames: [[60], [62]] }],
      test: [{ frames: [[60], [60], [62, 65]] }],
    });
  });

  it('names the cell that is no piano roll', () => {
    const others = [rollCells('validdata', []), rollCells('testdata', [])];
    const train = (cell: Buffer): Buffer => matlabFile([array(1, [1, 1], 'traindata', cell), ...others]);
    const narrow = train(array(6, [1, 87], '', element(2, new Uint8Array(87))));
    expect(() => splitsOfMatlab(narrow, 'x')).toThrow(
      /traindata, cell 1: expected a matrix of steps x 88, found numeric of 1 x 87/,
    );
    const two = train(array(6, [1, 88], '', element(2, new Uint8Array(88).fill(2, 3, 4))));
    expect(() => splitsOfMatlab(two, 'x')).toThrow(/expected 0 or 1, found 2 at step 1, key 4/);
    expect(() => splitsOfMatlab(matlabFile(others), 'x')).toThrow(
      /expected a cell array traindata, found none/,
    );
  });
});

describe('splitsOfPickle', () => {
  /** A pickled dictionary of the three splits, given the opcodes of train. */
  const pickled = (train: string): Buffer =>
    Buffer.from(`\x80\x02}(U\x05train${train}U\x05valid]U\x04test]u.`, 'latin1');

  it('reads lists and tuples of notes', () => {
    expect(splitsOfPickle(pickled(']]((K\x3cK\x40t)]K\x15aea'), 'x').train).toEqual([
      { frames: [[60, 64], [], [21]] },
    ]);
  });

  it('names what is no time step, and never follows a list held by itself', () => {
    const reading = (train: string) => () => splitsOfPickle(pickled(train), 'x');
    expect(reading(']](K\x01ea')).toThrow(/x, train, sequence 1: expected a list of notes at step 1/);
    expect(reading(']]((K\x14tea')).toThrow(/expected ascending notes from 21 to 108 at step 1, found 20/);
    expect(reading(']]((K\x3cK\x3ctea')).toThrow(/found 60/);
    expect(reading(']]((U\x01atea')).toThrow(/found "a"/);
    expect(reading('K\x01')).toThrow(/x, train: expected a list, found 1/);
    expect(reading(']q\x01h\x01a')).toThrow(DataError);
    // One long sequence held many times would be more steps than bytes.
    const many = `]]q\x01(${')'.repeat(200)}ea${'h\x01a'.repeat(200)}`;
    expect(reading(many)).toThrow(/more time steps than a file of this size can hold/);
    expect(() => splitsOfPickle(Buffer.from('\x80\x02].', 'latin1'), 'x')).toThrow(/expected a dictionary/);
  });
});
