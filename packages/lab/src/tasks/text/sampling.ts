/** Text from a run of a language model: it goes on from a beginning. */

import { ConfigError } from 'lethe';
import { counted } from '../../common/counted.ts';
import { wholeNumber } from '../../common/usage.ts';
import { decode, encode } from '../../data/words/vocabulary.ts';
import type { SamplingKind } from '../kind.ts';
import type { TextConfig } from './config.ts';
import { notKnown } from './read-tokens.ts';
import { type TrainedText, trainedText } from './run.ts';
import { sampleTokens } from './sample.ts';

/** What the options of text give. */
interface TextSampleOptions {
  /** the beginning; default: that of a line */
  prompt?: string;
  topK?: number;
  /** whether `<unk>` may be drawn; default: never */
  withUnknown?: boolean;
}

export const textSampling: SamplingKind<TextConfig> = {
  surest: '--top-k 1 always takes the most probable token',
  options: [
    {
      flags: '--prompt <TEXT>',
      description: 'of text: what it goes on from (default: the beginning of a line)',
    },
    {
      flags: '--top-k <K>',
      description: 'of text: only the K most probable tokens',
      read: wholeNumber('--top-k', 1),
    },
    { flags: '--with-unknown', description: 'of text: <unk> may be drawn, too' },
  ],
  /** Words of the prompt that the vocabulary does not have are read as `<unk>`, and named. */
  async prepare(run, { seed, length, temperature, log }, given) {
    const { prompt, topK, withUnknown } = given as TextSampleOptions;
    const trained = trainedText(run);
    const { model, vocabulary, level, tokenizer } = trained;
    const { tokens, unknown } = beginning(trained, prompt);
    if (unknown.length > 0) {
      const words = unknown.map((word) => `'${word}'`).join(', ');
      log?.(`not in the vocabulary, read as <unk>: ${words}`);
    }
    const never = vocabulary.unknown === undefined || withUnknown ? [] : [vocabulary.unknown];
    return () => {
      const drawn = sampleTokens(model, tokens, { length, temperature, topK, seed, never });
      // What the model was given without being asked for is no part of the text.
      const whole = prompt === undefined ? drawn : Int32Array.from([...tokens, ...drawn]);
      const text = decode(whole, vocabulary, level, tokenizer);
      return {
        name: `seed-${seed}.txt`,
        content: text.endsWith('\n') ? text : `${text}\n`,
        event: { seed, temperature, unknown, text },
        lines: (file) => [`${file}: ${counted(length, 'token')}`],
        text,
      };
    };
  },
};

// --- internal ---

function beginning(
  { vocabulary, level, tokenizer }: TrainedText,
  prompt: string | undefined,
): { tokens: Int32Array; unknown: string[] } {
  if (prompt === undefined) {
    // The most frequent token has the smallest number.
    const frequent = vocabulary.unknown === 0 ? 1 : 0;
    return { tokens: Int32Array.of(vocabulary.end ?? frequent), unknown: [] };
  }
  const { tokens, unknown } = encode(prompt, vocabulary, level, tokenizer);
  if (unknown.length > 0 && vocabulary.unknown === undefined) {
    throw new ConfigError(`--prompt ${notKnown(unknown[0], vocabulary, level)}`);
  }
  if (tokens.length === 0) {
    throw new ConfigError('--prompt expects some text, found none; leave it out to begin with a new line');
  }
  return { tokens, unknown };
}
