/** Files of text that nobody prepared, as pieces of characters: the encoding is found where it is not said. */
import { DataError } from 'lethe';
import { type Encoding, encodingTitle, textDecoder } from '../words/decode-text.ts';
import { beginningOf, bytePieces } from './byte-pieces.ts';
import { noText } from './no-text.ts';

/**
 * What a file of text is read as: what its byte order mark says, UTF-8 where all of it is, UTF-16 where every second byte is
 * zero, else Windows-1252.
 * @returns also a clause for people where it is not UTF-8
 * @throws DataError for what is no text
 */
export async function findEncoding(
  file: string,
): Promise<{ encoding: Exclude<Encoding, 'auto'>; note?: string }> {
  const beginning = await beginningOf(file, 1 << 16);
  refuseBinary(file, beginning);
  const decoder = textDecoder(file, { encoding: 'auto' });
  try {
    for await (const bytes of bytePieces(file)) decoder.push(bytes);
    decoder.end();
  } catch (error) {
    if (!(error instanceof DataError) || error.message.includes('cannot be read')) throw error;
    const encoding = byZeros(beginning) ?? 'latin1';
    if (encoding === 'latin1' && hasMark(beginning)) throw error;
    return { encoding, note: `read as ${encodingTitle(encoding)}, because it is no UTF-8 (--encoding)` };
  }
  const encoding = decoder.encoding ?? 'utf-8';
  return encoding === 'utf-8' ? { encoding } : { encoding, note: `read as ${encodingTitle(encoding)}` };
}

/** The whole text of a small file, as `findEncoding` reads it. Throws DataError for what is no text. */
export async function wholeText(file: string, encoding: Encoding = 'auto'): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytePieces(file)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (encoding !== 'auto') return decoded(file, bytes, encoding);
  refuseBinary(file, bytes.subarray(0, 1 << 16));
  try {
    return decoded(file, bytes, 'auto');
  } catch (error) {
    if (!(error instanceof DataError) || hasMark(bytes)) throw error;
    return decoded(file, bytes, byZeros(bytes) ?? 'latin1');
  }
}

/** The text of a file in pieces with newlines as line ends, a byte order mark left out. Throws DataError for what is no text in it. */
export async function* textPieces(file: string, encoding: Encoding): AsyncGenerator<string> {
  const decoder = textDecoder(file, { encoding });
  for await (const bytes of bytePieces(file)) yield decoder.push(bytes);
  yield decoder.end();
}

/** The lines of a text with their numbers from 1, without their ends. */
export async function* numberedLines(
  pieces: AsyncIterable<string>,
): AsyncGenerator<[line: string, number: number]> {
  let rest = '';
  let number = 0;
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield [line, ++number];
  }
  if (rest !== '') yield [rest, ++number];
}

// --- internal ---

function decoded(file: string, bytes: Uint8Array, encoding: Encoding): string {
  const decoder = textDecoder(file, { encoding });
  return decoder.push(bytes) + decoder.end();
}

/** Above this share of control characters nothing is a table. */
const mostControls = 0.002;

function refuseBinary(file: string, bytes: Uint8Array): void {
  const what = noText(bytes);
  if (what) throw new DataError(`${file}: expected a table of text, found ${what}`);
  if (hasMark(bytes) || byZeros(bytes)) return;
  let controls = 0;
  for (const byte of bytes) if (byte < 32 && !(byte >= 9 && byte <= 13) && byte !== 27) controls++;
  if (controls === 0 || (controls <= mostControls * bytes.length && !bytes.includes(0))) return;
  const head = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  throw new DataError(
    `${file}: expected a table of text, found binary data (it begins with the bytes ${head}); save it as CSV, JSON lines or Parquet`,
  );
}

const hasMark = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

/** UTF-16 without a mark: in most languages half of its bytes are zero, on one side. */
function byZeros(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const seen = bytes.subarray(0, 4000);
  const zeros = [0, 0];
  for (const [i, byte] of seen.entries()) if (byte === 0) zeros[i % 2]++;
  const many = Math.max(4, seen.length / 4);
  if (zeros[1] >= many && zeros[0] === 0) return 'utf-16le';
  if (zeros[0] >= many && zeros[1] === 0) return 'utf-16be';
  return undefined;
}
