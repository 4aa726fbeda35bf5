/** `lethe data stats`: what is in a data set, and how well models without any learning do on it. */
import { loadMusic } from '../data/music/dataset.ts';
import { musicStats } from '../data/music/stats.ts';
import type { Encoding } from '../data/text/decode-text.ts';
import { loadText } from '../data/text/load.ts';
import { textStats } from '../data/text/stats.ts';
import type { Level, Tokenizer } from '../data/text/types.ts';
import type { Output } from './output.ts';

/** Where the data may come from. */
export interface StatsOptions {
  dataDir?: string;
  fetch?: boolean;
  log?: (line: string) => void;
}

/** Shows the counts of a music data set and the NLL of simple models. Throws what loading throws. */
export async function showMusicStats(
  name: string,
  options: StatsOptions & { stepsPerQuarter?: number; damaged?: number },
  output: Output,
): Promise<void> {
  const stats = musicStats(await loadMusic(name, options));
  output.event(stats);
  const { stepsPerQuarter } = stats;
  const steps =
    stepsPerQuarter === 1 ? 'a step is a quarter note' : `${stepsPerQuarter} steps in a quarter note`;
  output.say(`${stats.name}, ${stats.source}${stats.source.includes(steps) ? '' : `; ${steps}`}`);
  output.say();
  output.table(
    Object.entries(stats.splits).map(([split, counts]) => [
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
    {
      header: [
        'split',
        'pieces',
        'steps',
        'notes',
        'per step',
        'silent',
        'shortest / median / longest',
        'MIDI notes',
        'chord',
      ],
      align: 'lrrrrrrrr',
    },
  );
  const { uniform, marginal, markov } = stats.nll;
  output.say();
  output.table(
    [
      ['uniform', nll(uniform), 'every note a fair coin'],
      ['marginal', nll(marginal), 'each note by its frequency in train; all steps of test'],
      ['Markov', nll(markov.nll_per_step), 'each note given itself one step before; from the second step'],
      ['', nll(markov.nll_per_sequence_mean), 'the same as the mean over pieces'],
    ],
    { header: ['model', 'NLL', 'per step of test, natural log'], align: 'lrl' },
  );
}

/** Shows the counts of a text and the NLL of simple models. Throws what loading throws. */
export async function showTextStats(
  name: string,
  options: StatsOptions & { level?: Level; tokenizer?: Tokenizer | 'auto'; encoding?: Encoding },
  output: Output,
): Promise<void> {
  const stats = textStats(await loadText(name, options));
  output.event(stats);
  const isWord = stats.level === 'word';
  const source = stats.source === stats.name ? stats.name : `${stats.name}, ${stats.source}`;
  output.say(`${source}; a vocabulary of ${count(stats.vocabulary)} ${isWord ? 'words' : 'characters'}`);
  for (const note of stats.notes) output.say(note);
  output.say();
  output.table(
    Object.entries(stats.splits).map(([split, { tokens, distinct, unknown, unknownShare }]) => [
      split,
      count(tokens),
      count(distinct),
      count(unknown),
      `${(100 * unknownShare).toFixed(2)} %`,
    ]),
    { header: ['split', 'tokens', 'different', '<unk>', 'share'], align: 'lrrrr' },
  );
  const { uniform, unigram } = stats.nll;
  const better = (value: number | null): string =>
    value === null ? '-' : (isWord ? Math.exp(value) : value / Math.LN2).toFixed(3);
  output.say();
  output.table(
    [
      ['uniform', nll(uniform), better(uniform), 'every token equally likely'],
      ['unigram', nll(unigram), better(unigram), 'each token by its frequency in train, counts plus one'],
    ],
    {
      header: ['model', 'NLL', isWord ? 'perplexity' : 'bits', 'per token of test, natural log'],
      align: 'lrrl',
    },
  );
}

// --- internal ---

function count(value: number): string {
  return value.toLocaleString('en');
}

function nll(value: number | null): string {
  return value === null ? '-' : value.toFixed(4);
}
