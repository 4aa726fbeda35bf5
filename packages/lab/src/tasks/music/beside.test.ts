/** Reports on several runs of music: chords of data and samples in one table, pieces beside each other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeMidi } from '../../data/formats/midi-writer.ts';
import { tinyData } from '../../training/tiny.suite.ts';
import type { ShownRun } from '../kind.ts';
import { samplesBeside } from './beside.ts';
import { dataChords, keptChords } from './chords-file.ts';
import { chordStats } from './data/chords.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'beside-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A run directory with what `beside` looks at. */
function run(
  name: string,
  samples: Record<string, number[][]>,
  chords = keptChords.text(dataChords(tinyData())),
): ShownRun {
  const directory = path.join(folder, name);
  mkdirSync(path.join(directory, 'samples'), { recursive: true });
  if (chords) writeFileSync(path.join(directory, keptChords.file), chords);
  for (const [file, frames] of Object.entries(samples)) {
    writeFileSync(path.join(directory, 'samples', file), writeMidi(frames, { stepsPerQuarter: 4 }));
  }
  const data = { name: 'tiny', stepsPerQuarter: 4 };
  return { directory, config: () => 'tiny', environment: { data } as unknown as ShownRun['environment'] };
}

const triad = [[60, 64, 67], [60, 64, 67], [62]];
const fifth = [
  [60, 67],
  [59, 66],
];

describe('samples of several models', () => {
  it('have their chords in one table with those of the data', () => {
    const runs = [run('a', { 'seed-1.mid': triad, 'seed-2.mid': fifth }), run('b', { 'seed-1.mid': fifth })];
    const [chords] = samplesBeside(runs);
    const [table] = chords.parts.flatMap((part) => (part.kind === 'table' ? [part.table] : []));
    expect(table.header).toEqual(['', 'data, train', 'data, test', 'a, 2 samples', 'b, 1 sample']);
    const row = (name: string) => table.rows.find(([first]) => first === name)!.slice(1);
    const { train } = tinyData().splits;
    expect(row('notes a frame')[0]).toBe(chordStats(train).notes.toFixed(2));
    expect(row('frames')).toEqual([...row('frames').slice(0, 2), '5', '2']);
    // Two triads and two fifths: a third of the triad's pairs each, all of the fifths'.
    expect(row('fifths').slice(2)).toEqual(['50.0 %', '100.0 %']);
    expect(row('frames again').slice(2)).toEqual(['33.3 %', '0.0 %']);
  });

  it('stand beside each other as piano rolls with their MIDI files', () => {
    const [, rolls] = samplesBeside([run('c', { 'x.mid': triad }), run('d', { 'x.mid': fifth })]);
    expect(rolls.title).toBe('Samples of tiny beside each other');
    const titles = rolls.parts.map((part) => (part.kind === 'picture' ? part.picture.title : part.kind));
    expect(titles).toEqual(['c, x.mid', 'd, x.mid']);
    for (const part of rolls.parts) {
      const content =
        part.kind === 'picture' ? Buffer.from(part.file!.content).subarray(0, 4).toString() : '';
      expect(content).toBe('MThd');
    }
  });

  it('of a single run have a table alone, and of none nothing', () => {
    expect(samplesBeside([run('e', { 'x.mid': triad }), run('f', {})])).toHaveLength(1);
    expect(samplesBeside([run('f', {})])).toEqual([]);
    expect(samplesBeside([])).toEqual([]);
  });

  it('that are broken, and files of chords that are, leave the rest as it is', () => {
    const broken = run('g', { 'x.mid': triad }, '{');
    writeFileSync(path.join(broken.directory, 'samples', 'y.mid'), 'no music');
    expect(() => keptChords.read(broken.directory)).toThrow(/chords\.json holds no chords/);
    const [chords] = samplesBeside([broken]);
    expect(chords.parts[0]).toMatchObject({ table: { header: ['', 'g, 1 sample'] } });
  });
});
