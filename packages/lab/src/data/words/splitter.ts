/**
 * Text to tokens, piece by piece: no more than a word is held between pieces, so that a book in one line needs no more
 * memory than one in many.
 */
import { DataError } from 'lethe';
import { proseTokens } from './prose.ts';
import type { Level, Tokenizer } from './types.ts';

/** What ends a line, at word level. */
export const endOfLine = '<eos>';

/** Takes the text of one file. */
export interface Splitter {
  push(text: string): void;
  /** gives the last word; the last line has an end only where the text has it, or `completes` asks for one */
  end(): void;
}

/** How a text is split. */
export interface SplitterOptions {
  /** of words. @defaultValue 'whitespace' */
  tokenizer?: Tokenizer;
  /** makes characters of words with one space between them, so that the spaces around a line are left out */
  trim?: boolean;
  /** ends a last line that does not end */
  completes?: boolean;
}

/**
 * Gives `take` the tokens of a text. Words lie between white space, which is what Unicode calls so (White_Space), and
 * are split further by the tokenizer; every newline is `<eos>`. Characters are code points.
 * @throws DataError for a word of more than a million letters
 */
export function splitter(
  level: Level,
  take: (token: string) => void,
  { tokenizer = 'whitespace', trim = false, completes = false }: SplitterOptions = {},
): Splitter {
  if (level === 'word' && tokenizer === 'prose') {
    const prose = proseTokens(take);
    return wordSplitter(
      prose.word,
      () => {
        prose.line();
        take(endOfLine);
      },
      completes,
    );
  }
  if (level === 'word') return wordSplitter(take, () => take(endOfLine), completes);
  if (!trim) return characterSplitter(take, completes);
  let isFirst = true;
  const word = (text: string): void => {
    if (!isFirst) take(' ');
    isFirst = false;
    for (const character of text) take(character);
  };
  return wordSplitter(
    word,
    () => {
      isFirst = true;
      take('\n');
    },
    completes,
  );
}

// --- internal ---

const longestWord = 1 << 20;

function wordSplitter(word: (text: string) => void, line: () => void, completes: boolean): Splitter {
  /** The beginning of a word whose end is in a later piece. */
  let rest = '';
  let inLine = false;
  return {
    push(text) {
      let start = 0;
      const endWord = (to: number): void => {
        if (rest !== '') {
          word(rest + text.slice(start, to));
          rest = '';
        } else if (to > start) word(text.slice(start, to));
        start = to + 1;
      };
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (!isSpace(code)) continue;
        endWord(i);
        if (code === newline) line();
      }
      if (text !== '') inLine = text.charCodeAt(text.length - 1) !== newline;
      rest += text.slice(start);
      if (rest.length > longestWord) {
        throw new DataError(
          `expected words between white space, found one of more than ${longestWord} letters; read it at character level`,
        );
      }
    },
    end() {
      if (rest !== '') word(rest);
      if (inLine && completes) line();
      rest = '';
      inLine = false;
    },
  };
}

function characterSplitter(take: (character: string) => void, completes: boolean): Splitter {
  let inLine = false;
  return {
    push(text) {
      for (const character of text) take(character);
      if (text !== '') inLine = !text.endsWith('\n');
    },
    end() {
      if (inLine && completes) take('\n');
      inLine = false;
    },
  };
}

const newline = 10;

/**
 * Unicode's White_Space. Not `\s`: that has the zero width no-break space U+FEFF too, which is a word of WikiText-2.
 */
function isSpace(code: number): boolean {
  if (code <= 32) return code === 32 || (code >= 9 && code <= 13);
  if (code < 0x85) return false;
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  );
}
