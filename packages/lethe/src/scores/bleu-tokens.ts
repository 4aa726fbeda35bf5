/**
 * How sacrebleu (Post 2018) finds the words of a sentence before n-grams are counted. Published figures can be compared only
 * where text was split alike, so these rules are followed to the letter, white space of Python's `str.split` included.
 */
import { checkFlag, checkText } from '../checks.ts';
import { checkWord } from '../options.ts';

/** `none`: text that is tokenised already; `13a`: detokenised text, by the rules of mteval-v13a. */
export const bleuTokenizers = ['13a', 'none'] as const;
/** How the words of a sentence are found. */
export type BleuTokenizer = (typeof bleuTokenizers)[number];

/**
 * The words of one sentence, as BLEU counts them.
 * @param tokenize @defaultValue '13a'
 * @throws ConfigError for what is no text, or an unknown tokenizer
 */
export function bleuTokens(sentence: string, tokenize: BleuTokenizer = '13a', lowercase = false): string[] {
  checkText('bleuTokens', 'sentence', sentence);
  checkWord('bleuTokens', 'tokenize', tokenize, bleuTokenizers);
  checkFlag('bleuTokens', 'lowercase', lowercase);
  const text = lowercase ? sentence.toLowerCase() : sentence;
  return words(tokenize === '13a' ? split13a(text) : text);
}

// --- internal ---

/** What `str.split` of Python parts words at: JavaScript's white space without U+FEFF, with the separators U+1C to U+1F and U+85. */
const spaces = '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const whiteSpace = new RegExp(`[${spaces}]+`, 'u');
const lastSpaces = new RegExp(`[${spaces}]+$`, 'u');

const words = (text: string): string[] => text.split(whiteSpace).filter((word) => word !== '');

/** Marks that are words of their own wherever they stand: all of ASCII but the apostrophe, comma, hyphen and period. */
const marks = /([{-~[-` -&(-+:-@/])/gu;
const markAfterNoDigit = /([^0-9])([.,])/gu;
const markBeforeNoDigit = /([.,])([^0-9])/gu;
const hyphenAfterDigit = /([0-9])(-)/gu;

/** The language-independent and the western part of mteval-v13a. */
function split13a(sentence: string): string {
  // Trailing white space goes first, as sacrebleu strips it, so that a hyphen at the end of a sentence joins it to no other line.
  const line = sentence
    .replace(lastSpaces, '')
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${line} `
    .replace(marks, ' $1 ')
    .replace(markAfterNoDigit, '$1 $2 ')
    .replace(markBeforeNoDigit, ' $1 $2')
    .replace(hyphenAfterDigit, '$1 $2 ');
}
