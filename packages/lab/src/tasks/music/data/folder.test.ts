import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, DataError } from 'lethe';
import { afterAll, describe, expect, it } from 'vitest';
import { writeMidi } from '../../../data/formats/midi-writer.ts';
import { loadMusicFolder } from './folder.ts';
import type { MusicData } from './types.ts';

const root = mkdtempSync(path.join(tmpdir(), 'lethe-midi-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A new folder of files, by name. */
function folder(files: Record<string, Uint8Array>): string {
  const directory = mkdtempSync(path.join(root, 'set-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), bytes);
  }
  return directory;
}

const tune = (note: number): Uint8Array =>
  writeMidi([[note], [note + 4], [note, note + 7]], { stepsPerQuarter: 2 });
const tunes = (count: number): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i % 3}/tune-${i}.mid`, tune(40 + i)]));
const sizes = ({ splits }: MusicData): number[] => [
  splits.train.length,
  splits.valid.length,
  splits.test.length,
];
const names = (pieces: MusicData['splits']['train']): (string | undefined)[] =>
  pieces.map(({ name }) => name);

describe('loadMusicFolder', () => {
  it('reads *.mid and *.midi below a folder, and nothing else', () => {
    const directory = folder({
      'a.mid': tune(60),
      'deep/er/b.MIDI': tune(62),
      'c.midi': tune(64),
      'notes.txt': Buffer.from('no music'),
    });
    const data = loadMusicFolder(directory);
    expect(data).toMatchObject({ name: directory, stepsPerQuarter: 2 });
    expect(data.source).toMatch(/^3 MIDI files of /);
    const pieces = Object.values(data.splits).flat();
    expect(names(pieces).sort()).toEqual(['a.mid', 'c.midi', 'deep/er/b.MIDI']);
    expect(pieces.find(({ name }) => name === 'a.mid')?.frames).toEqual([[60], [64], [60, 67]]);
  });

  it('splits by file in parts of 80, 10 and 10, with one each at least, and every file once', () => {
    for (const [count, expected] of [
      [3, [1, 1, 1]],
      [10, [8, 1, 1]],
      [40, [32, 4, 4]],
    ] as const) {
      const data = loadMusicFolder(folder(tunes(count)));
      expect(sizes(data)).toEqual(expected);
      expect(new Set(names(Object.values(data.splits).flat())).size).toBe(count);
    }
  });

  it('splits the same names the same way anywhere, not in the order of the names', () => {
    const first = loadMusicFolder(folder(tunes(40)));
    const second = loadMusicFolder(folder(Object.fromEntries(Object.entries(tunes(40)).reverse())));
    expect(second.splits).toEqual(first.splits);
    // In the order of the names the test set would be the first four.
    expect(names(first.splits.test)).not.toEqual(Object.keys(tunes(40)).sort().slice(0, 4));
  });

  it('quantises to the steps asked for', () => {
    const [piece] = loadMusicFolder(folder(tunes(3)), { stepsPerQuarter: 4 }).splits.test;
    expect(piece.frames).toHaveLength(6);
  });

  it('says what it left out', () => {
    const lines: string[] = [];
    const low = writeMidi([[60], [5]], { stepsPerQuarter: 2 });
    const directory = folder({
      ...tunes(3),
      'empty.mid': writeMidi([], { stepsPerQuarter: 2 }),
      'low.mid': low,
    });
    const data = loadMusicFolder(directory, { log: (line) => lines.push(line) });
    expect(sizes(data)).toEqual([2, 1, 1]);
    expect(lines).toEqual([
      `${directory}: 1 piece (empty.mid) without notes of a piano left out`,
      `${directory}: 1 × notes outside the 88 keys of a piano left out`,
    ]);
  });

  it('refuses fewer than three files with notes, and says so', () => {
    const two = folder({ ...tunes(2), 'empty.mid': writeMidi([], { stepsPerQuarter: 2 }) });
    expect(() => loadMusicFolder(two)).toThrow(DataError);
    expect(() => loadMusicFolder(two)).toThrow(
      /expected at least 3 pieces .*, found 2 \(1 more without notes\)/,
    );
    expect(() => loadMusicFolder(folder({}))).toThrow(/found 0$/);
  });

  it('leaves out a damaged file and says which and why', () => {
    const lines: string[] = [];
    const large = new Uint8Array(2 ** 24 + 1);
    const directory = folder({
      ...tunes(40),
      'b.mid': tune(60).subarray(0, 40),
      'empty.mid': new Uint8Array(),
      'l.MID': large,
    });
    symlinkSync(path.join(directory, 'nowhere'), path.join(directory, 'link.mid'));
    const data = loadMusicFolder(directory, { log: (line) => lines.push(line) });
    expect(sizes(data)).toEqual([32, 4, 4]);
    expect(lines).toEqual([
      expect.stringMatching(/: left out: b\.mid, track 1 of 1, byte \d+: an event is cut short/),
      expect.stringMatching(/: left out: empty\.mid: expected a MIDI file/),
      expect.stringMatching(/: left out: l\.MID: expected a file of at most 16777216 bytes, found 16777217/),
      expect.stringMatching(/: left out: link\.mid: cannot be read: ENOENT/),
    ]);
  });

  it('fails above the share of damaged files that may be, naming some', () => {
    const broken = { 'b.mid': tune(60).subarray(0, 40), 'c.mid': tune(60).subarray(0, 50) };
    const directory = folder({ ...tunes(12), ...broken });
    expect(() => loadMusicFolder(directory)).toThrow(DataError);
    expect(() => loadMusicFolder(directory)).toThrow(
      /2 of 14 files or tunes are damaged, and 1 may be .*: b\.mid, .*; c\.mid, /,
    );
    expect(sizes(loadMusicFolder(directory, { damaged: 0.5 }))).toEqual([10, 1, 1]);
    const one = folder({ ...tunes(3), 'b.mid': broken['b.mid'] });
    expect(sizes(loadMusicFolder(one))).toEqual([1, 1, 1]);
    expect(() => loadMusicFolder(one, { damaged: 0 })).toThrow(/1 of 4 .* 0 may be/);
    expect(() => loadMusicFolder(one, { damaged: 2 })).toThrow(ConfigError);
    expect(() => loadMusicFolder(path.join(root, 'nowhere'))).toThrow(/nowhere: cannot be read/);
  });

  it('takes folders named after splits for the splits, and says so', () => {
    // By a hash of the names, 6 of the 8 files of test would be trained on.
    const named = Object.fromEntries(
      ['train', 'valid', 'test'].flatMap((split, s) =>
        Array.from({ length: 8 }, (_, i) => [`${split}/deep/${i}.mid`, tune(30 + 8 * s + i)]),
      ),
    );
    const data = loadMusicFolder(folder(named));
    for (const split of ['train', 'valid', 'test'] as const)
      expect(names(data.splits[split])).toEqual(
        Array.from({ length: 8 }, (_, i) => `${split}/deep/${i}.mid`),
      );
    expect(data.source).toMatch(/, split by the names of folders and files$/);
    const hashed = loadMusicFolder(folder(named), { splits: 'hash' });
    expect(sizes(hashed)).toEqual([20, 2, 2]);
    expect(hashed.source).toMatch(/, split by a hash of their names$/);
  });

  it('cuts a split that no name makes out of the training set, and leaves out what is beside', () => {
    const lines: string[] = [];
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`${i < 12 ? 'train' : 'test'}/${i}.mid`, tune(40 + i)]),
    );
    const directory = folder({ ...files, 'beside.mid': tune(70) });
    const data = loadMusicFolder(directory, { log: (line) => lines.push(line) });
    expect(sizes(data)).toEqual([11, 1, 8]);
    expect(names(data.splits.valid)[0]).toMatch(/^train\//);
    expect(names(data.splits.test).every((name) => name?.startsWith('test/'))).toBe(true);
    expect(data.source).toMatch(/files, valid cut out of train by a hash of their names$/);
    expect(lines).toEqual([`${directory}: 1 file (beside.mid) named after no split left out`]);
    const heldOut = loadMusicFolder(folder({ 'Test/a.mid': tune(50), ...tunes(10) }));
    expect(sizes(heldOut)).toEqual([9, 1, 1]);
    expect(names(heldOut.splits.test)).toEqual(['Test/a.mid']);
    expect(() => loadMusicFolder(folder({ 'test/a.mid': tune(1), 'test/b.mid': tune(2) }))).toThrow(
      DataError,
    );
    const none = { 'test/a.mid': tune(50), 'test/b.mid': tune(51), 'valid/c.mid': tune(52) };
    expect(() => loadMusicFolder(folder(none))).toThrow(/expected at least 1 pieces to train, found 0/);
  });

  it('follows links to folders and files once, and leaves out what is hidden', () => {
    const elsewhere = folder(tunes(4));
    const directory = folder({ 'a.MID': tune(70), '.hidden/b.mid': tune(71), '._c.mid': tune(72) });
    symlinkSync(elsewhere, path.join(directory, 'linked'));
    symlinkSync(directory, path.join(directory, 'linked', 'back'));
    symlinkSync(path.join(directory, 'a.MID'), path.join(directory, 'z.mid'));
    const data = loadMusicFolder(directory);
    expect(names(Object.values(data.splits).flat()).sort()).toEqual([
      'a.MID',
      'linked/0/tune-0.mid',
      'linked/0/tune-3.mid',
      'linked/1/tune-1.mid',
      'linked/2/tune-2.mid',
    ]);
  });

  it('says how many notes begin beside the grid', () => {
    // Sixteenths: every second one lies between two eighths.
    const run = writeMidi([[60], [62], [64], [65]], { stepsPerQuarter: 4 });
    const directory = folder({ 'a.mid': run, 'b.mid': run, 'c.mid': run });
    const eighths = loadMusicFolder(directory);
    expect(eighths.grid).toEqual({ notes: 12, beside: 6 });
    expect(eighths.source).toContain(
      '2 steps in a quarter note (6 of 12 notes begin beside the grid: 50.0 %)',
    );
    const sixteenths = loadMusicFolder(directory, { stepsPerQuarter: 4 });
    expect(sixteenths.grid).toEqual({ notes: 12, beside: 0 });
    expect(sixteenths.stepsPerQuarter).toBe(4);
  });
});

describe('loadMusicFolder of tune books', () => {
  const book = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) => `X:${from + i}\nT:t\nM:4/4\nL:1/4\nK:D\nF A|\n`).join('\n');

  it('takes every tune for a piece, in its key, with its chords below', () => {
    const directory = folder({
      'one.abc': Buffer.from(`${book(1, 9)}\nX:10\nT:c\nM:2/4\nL:1/4\nK:G\n"G"B "oh"c|\n`),
      'TWO.ABC': Buffer.from(book(1, 10)),
    });
    const lines: string[] = [];
    const data = loadMusicFolder(directory, { stepsPerQuarter: 1, log: (line) => lines.push(line) });
    expect(sizes(data)).toEqual([16, 2, 2]);
    expect(data.source).toMatch(/^2 ABC files with 20 pieces of /);
    const pieces = Object.values(data.splits).flat();
    // F sharp and A above middle C.
    expect(pieces.find(({ name }) => name === 'TWO.ABC X:3')?.frames).toEqual([[66], [69]]);
    // G major in close position with its root in 43..54 below B; the remark is no chord, and ends none.
    expect(pieces.find(({ name }) => name === 'one.abc X:10')?.frames).toEqual([[43, 47, 50, 71], [72]]);
    expect(lines).toContain(`${directory}: 1 × chord symbols that are no chords passed over`);
  });

  it('leaves out broken tunes, not their book, and gives equal numbers names of their own', () => {
    const lines: string[] = [];
    const text = `${book(1, 10)}\n${book(1, 9)}\nX:77\nK:D\nF ? A|\n`;
    const directory = folder({ 'b.abc': Buffer.from(text) });
    const data = loadMusicFolder(directory, { log: (line) => lines.push(line) });
    const pieces = Object.values(data.splits).flat();
    expect(new Set(names(pieces)).size).toBe(19);
    expect(lines[0]).toMatch(/left out: abc: b\.abc line \d+ column 3: unknown token '\?'/);
  });

  it('takes files named after splits for the splits, and a file alone', () => {
    const directory = folder({
      'train.abc': Buffer.from(book(1, 5)),
      'valid.abc': Buffer.from(book(6, 2)),
      'test.abc': Buffer.from(book(8, 3)),
    });
    expect(sizes(loadMusicFolder(directory))).toEqual([5, 2, 3]);
    expect(sizes(loadMusicFolder(path.join(directory, 'train.abc')))).toEqual([3, 1, 1]);
  });
});
