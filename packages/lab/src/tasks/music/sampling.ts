/** A piece from a music run, as a MIDI file and as a picture. */
import path from 'node:path';
import { counted } from '../../common/counted.ts';
import { oneOf, UsageError, wholeNumber } from '../../common/usage.ts';
import { writeMidi } from '../../data/formats/midi-writer.ts';
import { type SplitName, splitNames } from '../../data/split-names.ts';
import type { Sample, SampleOptions, SamplingKind } from '../kind.ts';
import type { MusicConfig } from './config.ts';
import { loadMusic, type MusicData, type Piece } from './data/dataset.ts';
import { musicModel } from './model.ts';
import { pianoRollPicture } from './piano-roll-picture.ts';
import { pianoRollText } from './piano-roll-text.ts';
import { samplePiece } from './sample.ts';
import { loadWeights } from './weights.ts';

/** What the options of music give. */
interface MusicSampleOptions {
  /** the number of the piece whose beginning the model hears first */
  prime?: number | null;
  /** where `prime` counts */
  split?: SplitName;
  /** steps of it that are heard; default 16, or the whole piece where it is shorter */
  primeFrames?: number;
  /** the number of a piece that is written as the data has it */
  original?: number | null;
}

export const musicSampling: SamplingKind<MusicConfig> = {
  surest: '--temperature .01 sounds a note where that is more probable than not',
  options: [
    { flags: '--png', description: 'of music: also a picture of the piece, beside the MIDI file' },
    { flags: '--svg', description: 'of music: the same as SVG' },
    {
      flags: '--prime <INDEX>',
      description: 'of music: piece whose beginning the model hears first, from 0, or none (default: none)',
      read: pieceIndex('--prime'),
    },
    {
      flags: '--split <NAME>',
      description: `of music: where --prime and --original count: ${splitNames.join(', ')} (default: test)`,
      read: oneOf('--split', splitNames),
    },
    {
      flags: '--prime-frames <N>',
      description: 'of music: steps of it that are heard (default: 16)',
      read: wholeNumber('--prime-frames', 1),
    },
    {
      flags: '--original <INDEX>',
      description:
        'of music: instead of a sample the piece of this number as the data has it, its first --length steps, to set beside one',
      read: pieceIndex('--original'),
    },
  ],
  async prepare({ run, config, environment, weights, where }, options, given) {
    const { prime = null, split = 'test', primeFrames = 16, original = null } = given as MusicSampleOptions;
    if (options.out !== undefined && /\.(png|svg)$/i.test(options.out)) {
      throw new UsageError(
        `--out names the MIDI file, found '${options.out}'; --png and --svg draw it beside`,
      );
    }
    if (options.out !== undefined && /\.(wav|mp3|ogg|opus|m4a|flac|aiff?|abc|txt|json)$/i.test(options.out)) {
      throw new UsageError(
        `--out names the MIDI file, found '${options.out}'; end it in .mid, programs of music play and convert that`,
      );
    }
    if (original !== null) {
      if (prime !== null) throw new UsageError('--prime begins a sample, and --original is none');
      // Among the samples of the run it would be taken for one.
      if (options.out === undefined)
        throw new UsageError('--original needs --out FILE: it is no sample of the run');
      return originalOf(await pieceOf('--original', config, original, split, options), {
        ...{ split, original, length: options.length },
        ...{ dataset: environment.data.name, stepsPerQuarter: environment.data.stepsPerQuarter as number },
      });
    }
    const heard = prime === null ? null : (await pieceOf('--prime', config, prime, split, options)).piece;
    const primed = heard ? Math.min(primeFrames, heard.frames.length) : 0;
    const { seed, length, temperature } = options;
    const { name: dataset } = environment.data;
    const stepsPerQuarter = environment.data.stepsPerQuarter as number | undefined;
    const model = musicModel(config);
    loadWeights(model, weights, where);
    return () => {
      const { frames } = samplePiece(model, {
        ...{ seed, length, temperature, prime: heard },
        primeFrames: heard ? primed : undefined,
        knowsBeginnings: config.training.firstFrame,
      });
      const look = { stepsPerQuarter, given: primed };
      const title = `${dataset}, ${path.basename(run.directory)}, seed ${seed}`;
      const begin = `, the first ${primed} from piece ${prime} of ${split}`;
      return {
        name: [`seed-${seed}`, ...(prime === null ? [] : [`${split}-${prime}`])].join('-').concat('.mid'),
        content: writeMidi(frames, { stepsPerQuarter: stepsPerQuarter ?? 1, title }),
        event: { seed, temperature, primed, frames },
        lines: (file, width) => [
          ...pianoRollText(frames, { width, ...look }),
          '',
          `${file}: ${counted(frames.length, 'step')}${primed > 0 ? begin : ''}`,
        ],
        picture: (name) => pianoRollPicture(name, frames, look),
      };
    };
  },
};

// --- internal ---

function pieceIndex(option: string): (text: string) => number | null {
  return (text) => {
    if (text === 'none') return null;
    if (!/^\d+$/.test(text)) {
      throw new UsageError(`${option} expects the number of a piece, from 0, or none, found '${text}'`);
    }
    return Number(text);
  };
}

/** A piece of the data, and how many the split has. */
interface Original {
  piece: Piece;
  pieces: number;
}

async function pieceOf(
  option: string,
  { dataset, music }: MusicConfig,
  index: number,
  split: SplitName,
  { data, ...places }: SampleOptions,
): Promise<Original> {
  const { splits } = (data as MusicData | undefined) ?? (await loadMusic(dataset, { ...places, ...music }));
  const pieces = splits[split];
  if (index < pieces.length) return { piece: pieces[index], pieces: pieces.length };
  throw new UsageError(
    `${option} expects the number of a piece of ${split}, from 0 to ${pieces.length - 1}, found ${index}`,
  );
}

/** The beginning of a piece of the data, in the place of a sample. */
function originalOf(
  { piece, pieces }: Original,
  about: { split: SplitName; original: number; length: number; dataset: string; stepsPerQuarter?: number },
): () => Sample {
  const { split, original, length, dataset, stepsPerQuarter } = about;
  const frames = piece.frames.slice(0, length);
  const title = `${dataset}, piece ${original} of ${split}`;
  return () => ({
    name: `${split}-${original}.mid`,
    content: writeMidi(frames, { stepsPerQuarter: stepsPerQuarter ?? 1, title }),
    event: { split, original, pieces, steps: piece.frames.length, frames },
    lines: (file, width) => [
      ...pianoRollText(frames, { width, stepsPerQuarter }),
      '',
      `${file}: ${frames.length} of ${piece.frames.length} steps of piece ${original} of ${split}, as the data has it`,
    ],
    picture: (name) => pianoRollPicture(name, frames, { stepsPerQuarter }),
  });
}
