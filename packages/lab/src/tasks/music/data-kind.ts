/** The data of the music task, as the command and training know it. */
import fs from 'node:fs';
import { share } from '../../common/usage.ts';
import type { DataKind, Shown } from '../kind.ts';
import { type MusicConfig, stepsPerQuarter } from './config.ts';
import { chordTable } from './data/chords.ts';
import { loadMusic, type MusicData } from './data/dataset.ts';
import { fetchMusic } from './data/fetch.ts';
import { listDataSets } from './data/list.ts';
import { embeddedName, musicNames } from './data/names.ts';
import { formatOf } from './data/piece-formats.ts';
import { musicStats } from './data/stats.ts';

export const musicDataKind: DataKind<MusicConfig, MusicData> = {
  paths: 'a folder or file of music',
  claim(path) {
    if (!fs.statSync(path).isDirectory()) return formatOf(path) ? 3 : 0;
    const names = fs.readdirSync(path, { recursive: true }) as string[];
    return names.some((name) => formatOf(name)) ? 3 : 1;
  },
  load: ({ dataset, music }, places) => loadMusic(dataset, { ...places, ...music }),
  published: {
    names: musicNames,
    fetchable: musicNames.filter((name) => name !== embeddedName),
    list: listDataSets,
    fetch: async (name, how) => ({ path: await fetchMusic(name, how) }),
  },
  statistics: {
    options: [
      stepsPerQuarter,
      {
        flags: '--damaged <SHARE>',
        description: "of music of one's own: share of files and tunes that may be damaged (default: .1)",
        read: share('--damaged'),
      },
    ],
    of: async (name, places, given) => shown(musicStats(await loadMusic(name, { ...places, ...given }))),
  },
};

// --- internal ---

function shown(stats: ReturnType<typeof musicStats>): Shown {
  const { stepsPerQuarter, name, source, splits } = stats;
  const steps =
    stepsPerQuarter === 1 ? 'a step is a quarter note' : `${stepsPerQuarter} steps in a quarter note`;
  const { uniform, marginal, markov } = stats.nll;
  return {
    event: stats,
    lines: [
      `${name}, ${source}${source.includes(steps) ? '' : `; ${steps}`}`,
      '',
      {
        rows: Object.entries(splits).map(([split, counts]) => [
          split,
          count(counts.sequences),
          count(counts.steps),
          count(counts.notes),
          counts.notesPerStep.toFixed(4),
          count(counts.silentSteps),
          `${counts.length.min} / ${counts.length.median} / ${counts.length.max}`,
          counts.lowestNote === null ? '-' : `${counts.lowestNote}-${counts.highestNote}`,
          count(counts.mostNotes),
        ]),
        header: [
          ...['split', 'pieces', 'steps', 'notes', 'per step', 'silent', 'shortest / median / longest'],
          ...['MIDI notes', 'chord'],
        ],
        align: 'lrrrrrrrr',
      },
      '',
      chordTable(Object.entries(splits).map(([name, { chords }]) => ({ name, stats: chords }))),
      '',
      {
        rows: [
          ['uniform', nll(uniform), 'every note a fair coin'],
          ['marginal', nll(marginal), 'each note by its frequency in train; all steps of test'],
          [
            'Markov',
            nll(markov.nll_per_step),
            'each note given itself one step before; from the second step',
          ],
          ['', nll(markov.nll_per_sequence_mean), 'the same as the mean over pieces'],
        ],
        header: ['model', 'NLL', 'per step of test, natural log'],
        align: 'lrl',
      },
    ],
  };
}

const count = (value: number): string => value.toLocaleString('en');

const nll = (value: number | null): string => (value === null ? '-' : value.toFixed(4));
