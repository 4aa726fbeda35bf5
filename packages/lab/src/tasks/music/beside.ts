/** Samples of several models beside each other: their chords in one table with those of the data, and a piece of each. */
import fs from 'node:fs';
import path from 'node:path';
import { runPaths } from '../../runs/run-directory.ts';
import type { ReportPart, ReportSection, ShownRun } from '../kind.ts';
import { type DataChords, keptChords } from './chords-file.ts';
import { chordStats, chordTable, chordWords } from './data/chords.ts';
import type { Piece } from './data/dataset.ts';
import { musicSamples, readSample } from './samples.ts';

/** Of runs on one data set each; nothing for a set of which no run has samples. */
export function samplesBeside(runs: readonly ShownRun[]): ReportSection[] {
  const nameOf = (run: ShownRun): string => run.environment?.data?.name ?? String(run.config('dataset'));
  return [...new Set(runs.map(nameOf))].flatMap((name) => {
    const own = runs.filter((run) => nameOf(run) === name);
    const sampled = own
      .map((run) => ({ run, pieces: piecesOf(run) }))
      .filter(({ pieces }) => pieces.length > 0);
    if (sampled.length === 0) return [];
    const chords = firstChords(own);
    const columns = [
      ...(chords
        ? (['train', 'test'] as const).map((split) => ({ name: `data, ${split}`, stats: chords[split] }))
        : []),
      ...sampled.map(({ run, pieces }) => ({
        name: `${path.basename(run.directory)}, ${pieces.length === 1 ? '1 sample' : `${pieces.length} samples`}`,
        stats: chordStats(pieces.map(({ piece }) => piece)),
      })),
    ];
    return [
      {
        title: `Chords of ${name} and of samples`,
        parts: [
          { kind: 'table', table: chordTable(columns) },
          { kind: 'note', note: chordWords },
        ],
      },
      // Of a single run the report shows the samples themselves.
      ...(sampled.length === 1
        ? []
        : [
            {
              title: `Samples of ${name} beside each other`,
              parts: sampled.map(({ run, pieces }) => shownPiece(run, pieces[0].file)),
            },
          ]),
    ];
  });
}

// --- internal ---

interface SampledPiece {
  file: string;
  piece: Piece;
}

/** The pieces that a run made; one that cannot be read is left out here, and said to be so where the run is shown. */
function piecesOf(run: ShownRun): SampledPiece[] {
  const folder = runPaths(run.directory).samples;
  const names = fs.existsSync(folder)
    ? fs
        .readdirSync(folder)
        .filter((name) => musicSamples.names.test(name))
        .sort()
    : [];
  return names.flatMap((name) => {
    const file = path.join(folder, name);
    try {
      return [{ file, piece: readSample(file, run) }];
    } catch {
      return [];
    }
  });
}

function shownPiece(run: ShownRun, file: string): ReportPart {
  return musicSamples.show(`${path.basename(run.directory)}, ${path.basename(file)}`, file, run);
}

function firstChords(runs: readonly ShownRun[]): DataChords | undefined {
  for (const { directory } of runs) {
    try {
      const chords = keptChords.read(directory);
      if (chords) return chords;
    } catch {
      // A broken file of one run: another has the same.
    }
  }
  return undefined;
}
