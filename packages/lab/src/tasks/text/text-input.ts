/** Text that is given to a command: a file, or standard input. */
import fs from 'node:fs';
import { Interrupted, UsageError } from '../../common/usage.ts';
import { type DecodeOptions, textDecoder } from '../../data/words/decode-text.ts';
import { readText } from '../../data/words/read-text.ts';

/** Throws UsageError when `--text` names neither a file nor standard input (`-`). */
export function requireText(name: string): void {
  if (name === '-') return;
  const stat = fs.statSync(name, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory()) return;
  const found = stat ? `the directory '${name}'` : `nothing at '${name}'`;
  throw new UsageError(`--text expects a text file, or - for standard input, found ${found}`);
}

/**
 * The text in pieces, of which none ends inside a character.
 * Throws DataError for what is not text in its encoding, Interrupted when `signal` stopped the reading of standard input.
 */
export async function* textPieces(
  name: string,
  input: (signal?: AbortSignal) => AsyncIterable<Uint8Array>,
  options: DecodeOptions = {},
  signal?: AbortSignal,
): AsyncGenerator<string> {
  if (name !== '-') return yield* readText(name, options);
  const decoder = textDecoder('standard input', options);
  try {
    for await (const bytes of input(signal)) yield decoder.push(bytes);
  } catch (error) {
    if (signal?.aborted) throw new Interrupted();
    throw error;
  }
  yield decoder.end();
}
