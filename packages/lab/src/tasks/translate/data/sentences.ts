/** Sentences to translate: a line each, read as the run read its training pairs. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';
import { counted } from '../../../common/counted.ts';
import { numberedLines } from '../../../data/formats/text-pieces.ts';
import { type Encoding, textDecoder } from '../../../data/words/decode-text.ts';
import { coverage, knownShare, lettersOf, scriptOf, wordsOf } from './languages.ts';
import { tooLong } from './prepare.ts';
import type { Reading } from './types.ts';
import { wordsIn } from './words.ts';

/** A sentence, read. An empty line has no tokens: it is answered with an empty line, so that line i stays line i. */
export interface Sentence {
  /** from 1 */
  line: number;
  /** as it was given */
  raw: string;
  /** its words with one space between them */
  text: string;
  /** without begin and end */
  tokens: Int32Array;
  /** pieces that are in no vocabulary, once each */
  unknown: string[];
}

/**
 * The sentences of a text.
 * @param where the file as its user named it, for errors
 * @throws DataError for what is no text in its encoding, a line that is too long, and one in a script that training never saw
 */
export async function* sentencesOf(
  reading: Reading,
  pieces: AsyncIterable<Uint8Array>,
  where: string,
  { encoding = 'auto' }: { encoding?: Encoding } = {},
): AsyncGenerator<Sentence> {
  const read = sentenceReader(reading, where);
  for await (const [line, number] of numberedLines(decoded(pieces, where, encoding)))
    yield read(line, number);
}

/** A function that reads one line after the other; throws as {@link sentencesOf} does. */
export function sentenceReader(reading: Reading, where: string): (raw: string, line: number) => Sentence {
  const { maxLength, source, from } = reading;
  const words = wordsIn(reading);
  const letters = lettersOf(source.pieces);
  return (raw, line) => {
    const text = words(raw);
    const long = tooLong(text, maxLength);
    if (long !== undefined) {
      throw new DataError(
        `${where}, line ${line}: ${long}; give a sentence a line ('${printable(raw, 40)}')`,
      );
    }
    if (knownShare(text, letters) < 0.5) {
      const script = scriptOf(raw);
      const seen = scriptOf(source.pieces.join(' '));
      const found = script === undefined || script === seen ? 'letters' : `the script ${script}`;
      throw new DataError(
        `${where}, line ${line}: expected ${from} as in training, found ${found} that it never saw ('${printable(raw, 40)}'); give sentences in ${from}`,
      );
    }
    const { tokens, unknown } = source.encode(text);
    return { line, raw, text, tokens, unknown };
  };
}

/** What is doubtful about sentences, in clauses: the language that they are to be translated to, and pieces that are unknown. */
export function languageDoubts(reading: Reading, sentences: readonly Sentence[]): string[] {
  const { source, target, from, to, sharesVocabulary } = reading;
  const doubts: string[] = [];
  const some = sentences.slice(0, 2000);
  const unknown = new Set(some.flatMap((sentence) => sentence.unknown));
  if (unknown.size > 0) {
    const lines = some.filter((sentence) => sentence.unknown.length > 0);
    const shown = [...unknown].slice(0, 5).map((piece) => `'${printable(piece, 20)}'`);
    doubts.push(
      `${lines.length} of ${counted(some.length, 'sentence')} ${lines.length === 1 ? 'holds' : 'hold'} what training never saw (${shown.join(', ')}), the first is line ${lines[0].line}`,
    );
  }
  if (sharesVocabulary) return doubts;
  const [own, other] = [source, target].map(({ pieces }) => new Set(pieces.flatMap(wordsOf)));
  const texts = some.map(({ text }) => text);
  const shares = [coverage(texts, own), coverage(texts, other)];
  if (texts.flatMap(wordsOf).length >= 5 && shares[1] > shares[0] + 0.3) {
    doubts.push(
      `the sentences look like ${to}, which this run translates to: ${Math.round(100 * shares[1])} % of their words are whole pieces of ${to}, ${Math.round(100 * shares[0])} % of ${from}`,
    );
  }
  return doubts;
}

// --- internal ---

async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  where: string,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = textDecoder(where, { encoding });
  for await (const bytes of pieces) yield decoder.push(bytes);
  yield decoder.end();
}
