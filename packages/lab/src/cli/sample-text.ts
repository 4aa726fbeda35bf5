/** `lethe sample` of a language model: text that goes on from a beginning. */
import path from 'node:path';
import { ConfigError } from 'lethe';
import { decode, encode } from '../data/text/vocabulary.ts';
import { runPaths } from '../runs/run-directory.ts';
import { notKnown } from '../tasks/text/read-tokens.ts';
import { loadTextRun, type TextRunOnDisk } from '../tasks/text/run.ts';
import { sampleTokens } from '../tasks/text/sample.ts';
import { writeOut } from './write-out.ts';

/** What to draw and where to write it. */
export interface SampleTextFileOptions {
  /** default: `samples/seed-N.txt` in the run, numbered where another text has that name */
  out?: string;
  /** the beginning; default: that of a line */
  prompt?: string;
  /** tokens to draw */
  length: number;
  temperature: number;
  topK?: number;
  /** whether `<unk>` may be drawn; default: never */
  withUnknown?: boolean;
  seed: number;
  log?: (line: string) => void;
}

/**
 * Draws text from the best weights of a run. Words of the prompt that the vocabulary does not have are read as `<unk>`, and
 * named.
 * Throws ConfigError for a prompt that cannot be read, and what reading the run or writing the file throws.
 */
export function sampleTextToFile(
  directory: string,
  { out, prompt, length, temperature, topK, withUnknown, seed, log }: SampleTextFileOptions,
): { file: string; text: string; unknown: string[] } {
  const run = loadTextRun(directory);
  const { model, vocabulary, level, tokenizer } = run;
  const { tokens, unknown } = beginning(run, prompt);
  if (unknown.length > 0) {
    const words = unknown.map((word) => `'${word}'`).join(', ');
    log?.(`not in the vocabulary, read as <unk>: ${words}`);
  }
  const never = vocabulary.unknown === undefined || withUnknown ? [] : [vocabulary.unknown];
  const drawn = sampleTokens(model, tokens, { length, temperature, topK, seed, never });
  // What the model was given without being asked for is no part of the text.
  const whole = prompt === undefined ? drawn : Int32Array.from([...tokens, ...drawn]);
  const text = decode(whole, vocabulary, level, tokenizer);
  const name = path.join(runPaths(directory).samples, `seed-${seed}.txt`);
  const file = writeOut({ out, name, log }, text.endsWith('\n') ? text : `${text}\n`);
  return { file, text, unknown };
}

// --- internal ---

function beginning(
  { vocabulary, level, tokenizer }: TextRunOnDisk,
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
