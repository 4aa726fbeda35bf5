/** A table on standard input: readers of tables look at a file more than once, so it lies in one while they do. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LetheError } from 'lethe';
import { beginningOf } from '../../data/formats/byte-pieces.ts';

/**
 * Reads a file as its user named it, or standard input for `-`: delimited text, JSON lines, `.tsf` or Parquet, packed or not.
 * @param input gives the pieces of standard input
 * @param read is told where the table lies, and what errors call it
 */
export async function fromFileOrInput<T>(
  name: string,
  input: () => AsyncIterable<Uint8Array>,
  read: (file: string, where: string) => Promise<T>,
): Promise<T> {
  if (name !== '-') return read(name, name);
  const where = 'standard input';
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lethe-input-'));
  let file = path.join(directory, 'table');
  try {
    await pipeline(input(), createWriteStream(file));
    const named = file + endingOf(Buffer.from(await beginningOf(file, 4096)).toString('latin1'));
    await rename(file, named);
    file = named;
    return await read(file, where);
  } catch (error) {
    // Nobody knows the file.
    if (error instanceof LetheError) error.message = error.message.replaceAll(file, where);
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

// --- internal ---

/** What a file of such a beginning is called. */
function endingOf(text: string): string {
  if (text.startsWith('PAR1')) return '.parquet';
  const line = text.split('\n').find((one) => one.trim() !== '' && !one.startsWith('#')) ?? '';
  if (/^(?:\xef\xbb\xbf)?\s*[{[]/.test(line)) return '.jsonl';
  return /^(?:\xef\xbb\xbf)?@(?:relation|attribute|frequency|data)\b/i.test(line) ? '.tsf' : '.csv';
}
