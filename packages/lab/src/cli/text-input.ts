/** Text that is given to a command: a file, or standard input. */
import fs from 'node:fs';
import { DataError } from 'lethe';
import { readText } from '../data/text/read-text.ts';
import type { Io } from './io.ts';
import { Interrupted, UsageError } from './usage.ts';

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
 * Throws DataError for what is not text in UTF-8, Interrupted when `signal` stopped the reading of standard input.
 */
export async function* textPieces(name: string, io: Io, signal?: AbortSignal): AsyncGenerator<string> {
  if (name !== '-') return yield* readText(name);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of io.input(signal)) {
      if (bytes.includes(0)) throw notText('a zero byte');
      yield decode(() => decoder.decode(bytes, { stream: true }), 'bytes that are no UTF-8');
    }
  } catch (error) {
    if (signal?.aborted) throw new Interrupted();
    throw error;
  }
  yield decode(() => decoder.decode(), 'half a character at its end');
}

// --- internal ---

function decode(work: () => string, found: string): string {
  try {
    return work();
  } catch (error) {
    throw notText(found, error);
  }
}

function notText(found: string, cause?: unknown): DataError {
  return new DataError(`standard input: expected text in UTF-8, found ${found}; convert it`, { cause });
}
