import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataError } from 'lethe';
import { afterAll, describe, expect, it } from 'vitest';
import { writeMidi } from '../formats/midi-writer.ts';
import { loadMidiFolder } from './midi-folder.ts';
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

describe('loadMidiFolder', () => {
  it('reads *.mid and *.midi below a folder, and nothing else', () => {
    const directory = folder({
      'a.mid': tune(60),
      'deep/er/b.MIDI': tune(62),
      'c.midi': tune(64),
      'notes.txt': Buffer.from('no music'),
    });
    const data = loadMidiFolder(directory);
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
      const data = loadMidiFolder(folder(tunes(count)));
      expect(sizes(data)).toEqual(expected);
      expect(new Set(names(Object.values(data.splits).flat())).size).toBe(count);
    }
  });

  it('splits the same names the same way anywhere, not in the order of the names', () => {
    const first = loadMidiFolder(folder(tunes(40)));
    const second = loadMidiFolder(folder(Object.fromEntries(Object.entries(tunes(40)).reverse())));
    expect(second.splits).toEqual(first.splits);
    // In the order of the names the test set would be the first four.
    expect(names(first.splits.test)).not.toEqual(Object.keys(tunes(40)).sort().slice(0, 4));
  });

  it('quantises to the steps asked for', () => {
    const [piece] = loadMidiFolder(folder(tunes(3)), { stepsPerQuarter: 4 }).splits.test;
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
    const data = loadMidiFolder(directory, { log: (line) => lines.push(line) });
    expect(sizes(data)).toEqual([2, 1, 1]);
    expect(lines).toEqual([
      `${path.join(directory, 'empty.mid')}: no notes of a piano; left out`,
      `${directory}: 1 notes outside the 88 keys of a piano left out`,
    ]);
  });

  it('refuses fewer than three files with notes, and says so', () => {
    const two = folder({ ...tunes(2), 'empty.mid': writeMidi([], { stepsPerQuarter: 2 }) });
    expect(() => loadMidiFolder(two)).toThrow(DataError);
    expect(() => loadMidiFolder(two)).toThrow(
      /expected at least 3 MIDI files .*, found 2 \(1 more without notes\)/,
    );
    expect(() => loadMidiFolder(folder({}))).toThrow(/found 0$/);
  });

  it('names the file that is broken, too large, or not to be read', () => {
    const broken = folder({ ...tunes(3), 'b.mid': tune(60).subarray(0, 40) });
    expect(() => loadMidiFolder(broken)).toThrow(DataError);
    expect(() => loadMidiFolder(broken)).toThrow(/b\.mid, track 1 of 1, byte \d+/);
    const large = folder({ ...tunes(3), 'l.mid': new Uint8Array(2 ** 24 + 1) });
    expect(() => loadMidiFolder(large)).toThrow(/l\.mid: expected a MIDI file of at most 16777216 bytes/);
    expect(() => loadMidiFolder(path.join(root, 'nowhere'))).toThrow(/nowhere: cannot be read/);
  });
});
