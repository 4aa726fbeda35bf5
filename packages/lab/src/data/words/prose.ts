/**
 * Ordinary text as words of a language model, and back: lower case, punctuation apart, nothing lost but how wide the white
 * space is. `"Hello," she said` is
 *
 *   "￭  <cap>  hello  ￭,  ￭"  she  said
 *
 * - ￭ joins a token to its neighbour on that side; elsewhere a space stands between two (as in OpenNMT's tokenizer).
 * - `<cap>` makes the first letter of the next word a capital, `<upper>` all of them. A word in mixed case stays as it is.
 * - English endings and elided articles are tokens of their own: dog ￭'s, don ￭'t, l'￭ homme.
 * - Of scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) every character is a token; between
 *   two of them there is no space unless the token `<space>` says so.
 *
 * What a letter is stands in the Unicode tables of Node; a later Unicode adds letters and changes none. Dictionaries, as
 * Intl.Segmenter has them, are not used: they differ from version to version, and with them the words of a run.
 */

export const joiner = '￭';
export const caseMarks = { capital: '<cap>', upper: '<upper>' } as const;
export const spaceMark = '<space>';

/** Takes words between white space, and line ends. */
export interface ProseTokens {
  word(text: string): void;
  line(): void;
}

/** Gives `take` the tokens of words as they come; `line` forgets the word before. */
export function proseTokens(take: (token: string) => void): ProseTokens {
  const known = new Map<string, Split>();
  let before: Kind | undefined;
  return {
    word(text) {
      let split = known.get(text);
      if (!split) {
        split = splitWord(text);
        // Most words of a text are those of its first pages.
        if (known.size < 50_000) known.set(Buffer.from(text).toString(), split);
      }
      if (before && standsClose(before, split.first)) take(spaceMark);
      for (const token of split.tokens) take(token);
      before = split.last;
    },
    line() {
      before = undefined;
    },
  };
}

/** The text of the tokens of one line. */
export function proseText(tokens: Iterable<string>): string {
  let text = '';
  let before: Kind | undefined;
  let joins = false;
  let mark: string | undefined;
  for (const token of tokens) {
    if (token === caseMarks.capital || token === caseMarks.upper) {
      mark = token;
      continue;
    }
    if (token === spaceMark) {
      text += ' ';
      joins = true;
      continue;
    }
    const { content, left, right } = parse(token);
    const kind = kindOf(content);
    if (before && !left && !joins && !standsClose(before, kind)) text += ' ';
    text += mark === undefined || kind === 'mark' ? content : inCase(content, mark);
    [before, joins, mark] = [kind, right, undefined];
  }
  return text;
}

/**
 * Whether a text is ordinary, from a stretch of it: punctuation stands at its words, or it has a script without spaces.
 * Where punctuation stands apart, or there is none, its words lie between white space already, as in Penn Treebank and WikiText.
 */
export function isProse(text: string): boolean {
  const words = text.match(/\S+|\n/g) ?? [];
  let [attached, apart, all] = [0, 0, 0];
  words.forEach((word, i) => {
    if (word === '\n') return;
    all++;
    // French writes other signs apart, no language a comma.
    if (/^[,.]$/.test(word)) apart++;
    else if (/[,;:!?"'”’»][\p{Po}\p{Pf}]*$/u.test(word) || /^["“«‘(][\p{L}\p{N}]/u.test(word)) attached++;
    // Abbreviations stand with their period in split text, too, but not so at the end of a sentence.
    else if (/[\p{L}\p{N}]{2}\.$/u.test(word) && /^(?:\n|\p{Lu})/u.test(words[i + 1] ?? '\n')) attached++;
  });
  const dense = text.match(allDense)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return dense > 0.2 * letters || (attached > 0.01 * all && attached > 2 * apart);
}

// --- internal ---

/** `dense`: of a script without spaces. */
type Kind = 'word' | 'mark' | 'dense';

interface Split {
  tokens: readonly string[];
  first: Kind;
  last: Kind;
}

/** The characters of these scripts and their punctuation; ー belongs to none. */
const denseScript =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}' +
  '\\u30fc\\u3001-\\u3003\\u3008-\\u3020\\u30fb\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65';
const denseCharacter = `[${denseScript}]\\p{M}*`;
const letter = `(?:(?![${denseScript}])[\\p{L}\\p{M}\\p{N}_])`;

const allDense = new RegExp(denseCharacter, 'gu');
const isDense = new RegExp(`^${denseCharacter}$`, 'u');
const isWord = new RegExp(`^['’]?${letter}`, 'u');

/** Abbreviations of single letters; words with their apostrophes; a character of a dense script; up to three of one sign. */
const piece = new RegExp(
  `(?:${letter}\\.){2,}|${letter}+(?:['’]${letter}+)*|${denseCharacter}|${joiner}|(.)\\1{0,2}`,
  'gsu',
);

/** One word between white space in its tokens. */
function splitWord(text: string): Split {
  const pieces = (text.match(piece) ?? []).flatMap(atApostrophes);
  const kinds = pieces.map(kindOf);
  const tokens: string[] = [];
  for (const [i, content] of pieces.entries()) {
    const closeBefore = i > 0 && !standsClose(kinds[i - 1], kinds[i]);
    const closeAfter = i + 1 < pieces.length && !standsClose(kinds[i], kinds[i + 1]);
    const left = closeBefore && joinsItself(content, kinds[i], 'left');
    // Between two, the second joins where it can.
    const right =
      closeAfter &&
      !joinsItself(pieces[i + 1], kinds[i + 1], 'left') &&
      joinsItself(content, kinds[i], 'right');
    // Two words side by side: the second says so.
    const forced = closeBefore && !left && !joinsItself(pieces[i - 1], kinds[i - 1], 'right');
    const { mark, plain } = kinds[i] === 'word' ? withoutCase(content) : { mark: undefined, plain: content };
    if (mark) tokens.push(mark);
    tokens.push(
      `${left || forced ? joiner : ''}${plain === joiner ? joinerItself : plain}${right ? joiner : ''}`,
    );
  }
  return { tokens, first: kinds[0], last: kinds[kinds.length - 1] };
}

/** A joiner in the text. */
const joinerItself = '<joiner>';

/** Which tokens carry the sign of joining: punctuation; endings with an apostrophe in front, elided words with one behind. */
function joinsItself(content: string, kind: Kind, side: 'left' | 'right'): boolean {
  if (kind === 'mark') return true;
  if (kind === 'dense' || content.length < 2) return false;
  return (side === 'left' ? /^['’]/ : /['’]$/).test(content);
}

/** `dog's` as dog and 's, `l'homme` as l' and homme. */
function atApostrophes(word: string): string[] {
  if (word.length < 3 || !/['’]/.test(word)) return [word];
  const parts = word.split(/(?<=['’])/);
  const last = parts[parts.length - 1];
  if (!/^(?:s|t|d|m|ll|re|ve)$/i.test(last) || parts.length < 2) return parts;
  const stem = parts[parts.length - 2];
  return [...parts.slice(0, -2), stem.slice(0, -1), stem.slice(-1) + last];
}

/** Two of these have no space between them unless a mark says so. */
function standsClose(a: Kind, b: Kind): boolean {
  return (a === 'dense' && b !== 'mark') || (b === 'dense' && a !== 'mark');
}

function kindOf(content: string): Kind {
  if (isDense.test(content)) return 'dense';
  return isWord.test(content) || /^<\w+>$/.test(content) ? 'word' : 'mark';
}

function withoutCase(word: string): { mark?: string; plain: string } {
  const plain = word.toLowerCase();
  if (plain === word) return { plain };
  for (const mark of Object.values(caseMarks)) if (inCase(plain, mark) === word) return { mark, plain };
  return { plain: word };
}

function inCase(word: string, mark: string): string {
  if (mark === caseMarks.upper) return word.toUpperCase();
  const [first = ''] = word;
  return first.toUpperCase() + word.slice(first.length);
}

function parse(token: string): { content: string; left: boolean; right: boolean } {
  const left = token.length > 1 && token.startsWith(joiner);
  const inner = left ? token.slice(1) : token;
  const right = inner.length > 1 && inner.endsWith(joiner);
  const content = right ? inner.slice(0, -1) : inner;
  return { content: content === joinerItself ? joiner : content, left, right };
}
