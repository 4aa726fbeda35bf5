/** A line as words with one space between them, and back. */
import { proseText, proseTokens } from '../../../data/words/prose.ts';
import type { Tokenizer } from '../../../data/words/types.ts';
import type { Reading } from './types.ts';

/** How lines are read: a part of {@link Reading}. */
export type WordReading = Pick<Reading, 'tokenizer' | 'lowerCase'>;

/** A function that finds the words of lines. */
export function wordsIn({ tokenizer, lowerCase }: WordReading): (line: string) => string {
  let words: string[] = [];
  const prose = proseTokens((token) => words.push(token));
  return (line) => {
    const text = lowerCase ? line.toLowerCase() : line;
    const between = text.split(/\p{White_Space}+/u).filter((word) => word !== '');
    if (tokenizer === 'whitespace') return between.join(' ');
    words = [];
    for (const word of between) prose.word(word);
    prose.line();
    return words.join(' ');
  };
}

/** Words as a person writes them: without marks of joining, escapes and spaces around punctuation. */
export function written(
  { tokenizer, escaped }: Pick<Reading, 'tokenizer' | 'escaped'>,
  text: string,
): string {
  if (tokenizer === 'prose') return proseText(text.split(' ').filter((word) => word !== ''));
  return escaped ? withoutEscapes(text) : text;
}

/** The number of words of a text in which one space stands between two. */
export function countOf(text: string): number {
  if (text === '') return 0;
  let words = 1;
  for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) words++;
  return words;
}

/** How words are found in text that nobody said it of. */
export type SaidTokenizer = Tokenizer | 'auto';

// --- internal ---

/** What Moses' tokenizer writes for signs that its decoder has other uses for (tokenizer.perl). */
const escapes: Readonly<Record<string, string>> = {
  ...{ '&#124;': '|', '&lt;': '<', '&gt;': '>', '&apos;': "'", '&quot;': '"', '&#91;': '[', '&#93;': ']' },
  '&amp;': '&',
};

/** Punctuation that stands at the word before it, and at the word behind it (detokenizer.perl). */
const closing = /^[,.?!:;\\%}\])»”’…]+$/u;
const opening = /^[\p{Sc}([{¿¡«„‚]+$/u;

/**
 * Words of Moses' tokenizer as text, by the rules of its detokenizer: punctuation at its words, quotes in pairs, English endings at
 * theirs (`dog &apos;s`), `@-@` without spaces.
 */
function withoutEscapes(text: string): string {
  let out = '';
  let joins = true;
  let inside = { '"': false, "'": false };
  const words = text
    .split(' ')
    .map((word) => word.replace(/&(?:#\d+|\w+);/g, (sign) => escapes[sign] ?? sign));
  for (const [i, word] of words.entries()) {
    const at = (more: string, glue: boolean): void => {
      out += joins || glue ? more : ` ${more}`;
      joins = false;
    };
    if (word === '@-@') {
      at('-', true);
      joins = true;
    } else if (word === '"' || (word === "'" && (inside["'"] || words.indexOf("'", i + 1) > 0))) {
      const isEnd = inside[word as '"'];
      at(word, isEnd);
      joins = !isEnd;
      inside = { ...inside, [word]: !isEnd };
    } else if (closing.test(word)) at(word, true);
    else if (opening.test(word)) {
      at(word, false);
      joins = true;
    } else at(word, /^['’](?:s|t|d|m|ll|re|ve)$/i.test(word));
  }
  return out;
}
