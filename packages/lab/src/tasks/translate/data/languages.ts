/** What languages are called, which way is translated, and what a text looks like. */
import { DataError } from 'lethe';
import { printable } from 'lethe/internal';

/** What is said of the direction; what is null is found. */
export interface SaidDirection {
  from: string | null;
  to: string | null;
}

/**
 * The direction among languages that files have.
 * @throws DataError where one that is said is not there, or more than two are and nothing is said
 */
export function directionOf(
  languages: readonly string[],
  said: SaidDirection,
  where: string,
  notes: string[],
): { from: string; to: string } {
  const known = (language: string, option: string): string => {
    const found = languages.find((one) => one.toLowerCase() === language.toLowerCase());
    if (found !== undefined) return found;
    throw new DataError(
      `${where}: expected files of '${printable(language, 20)}' (${option}), found ${languages.slice(0, 8).join(', ')}`,
    );
  };
  let from = said.from === null ? undefined : known(said.from, '--source-lang');
  let to = said.to === null ? undefined : known(said.to, '--target-lang');
  if (from !== undefined && from === to) {
    throw new DataError(
      `${where}: expected two languages, found '${from}' as --source-lang and --target-lang`,
    );
  }
  const rest = languages.filter((language) => language !== from && language !== to);
  const missing = Number(from === undefined) + Number(to === undefined);
  if (missing === 0) return { from: from!, to: to! };
  if (rest.length !== missing) {
    throw new DataError(
      `${where}: expected files of two languages, found ${languages.slice(0, 8).join(', ')}; say which with --source-lang and --target-lang`,
    );
  }
  if (missing === 1) {
    from ??= rest[0];
    to ??= rest[0];
    return { from, to };
  }
  const named = new RegExp(
    `(?:^|[^a-z])(${rest.join('|')})(?:-|_|\\.|to|2|-to-|_to_)(${rest.join('|')})(?![a-z])`,
    'i',
  );
  const inName = named.exec(where.replace(/.*[/\\](?=[^/\\]+[/\\]?$)/, ''));
  const by =
    inName && inName[1].toLowerCase() !== inName[2].toLowerCase() ? 'the name of the folder' : undefined;
  const [first, second] = by ? [known(inName![1], ''), known(inName![2], '')] : rest;
  notes.push(
    `from ${first} to ${second}, by ${by ?? 'the order of their names'} (--source-lang, --target-lang)`,
  );
  return { from: first, to: second };
}

/** Whether a word is the code of a language (ISO 639), such as `de` or `pt-BR`. */
export function isLanguage(word: string): boolean {
  if (!/^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})?$/i.test(word)) return false;
  try {
    return languageNames().of(word.replace('_', '-')) !== undefined;
  } catch {
    return false;
  }
}

/** The script that most letters of a text are in; undefined without letters. */
export function scriptOf(text: string): string | undefined {
  let best: { name: string; count: number } | undefined;
  for (const [name, letters] of scripts) {
    const count = text.match(letters)?.length ?? 0;
    if (count > 0 && (!best || count > best.count)) best = { name, count };
  }
  return best?.name;
}

/** The letters of texts, in lower case. */
export function lettersOf(texts: Iterable<string>): Set<string> {
  const letters = new Set<string>();
  for (const text of texts) for (const letter of text.toLowerCase()) letters.add(letter);
  for (const letter of letters) if (!/\p{L}/u.test(letter)) letters.delete(letter);
  return letters;
}

/** The share of the letters of a text that are among those known; 1 of a text without letters. */
export function knownShare(text: string, known: ReadonlySet<string>): number {
  let [letters, seen] = [0, 0];
  for (const letter of text.toLowerCase()) {
    if (!/\p{L}/u.test(letter)) continue;
    letters++;
    if (known.has(letter)) seen++;
  }
  return letters === 0 ? 1 : seen / letters;
}

/** The share of words that are among those known. */
export function coverage(texts: readonly string[], known: ReadonlySet<string>): number {
  let [all, seen] = [0, 0];
  for (const text of texts) {
    for (const word of wordsOf(text)) {
      all++;
      if (known.has(word)) seen++;
    }
  }
  return all === 0 ? 0 : seen / all;
}

/** Words of letters, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/**
 * The language that lines read like, by their most frequent small words: only where they are clear, of the languages that have a list here.
 */
export function readsLike(texts: readonly string[]): string | undefined {
  const shares = Object.entries(smallWords)
    .map(([language, words]) => ({ language, share: coverage(texts, new Set(words.split(' '))) }))
    .sort((a, b) => b.share - a.share);
  const [first, second] = shares;
  return first.share > 0.1 && first.share > 2 * second.share ? first.language : undefined;
}

// --- internal ---

/** Made at the first use: it takes 15 ms, which every start of the command would pay. */
function languageNames(): Intl.DisplayNames {
  names ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  return names;
}
let names: Intl.DisplayNames | undefined;

const scripts: readonly [string, RegExp][] = [
  ...[
    'Latin',
    'Cyrillic',
    'Greek',
    'Arabic',
    'Hebrew',
    'Devanagari',
    'Bengali',
    'Tamil',
    'Telugu',
    'Thai',
    'Lao',
  ],
  ...['Khmer', 'Myanmar', 'Han', 'Hiragana', 'Katakana', 'Hangul', 'Armenian', 'Georgian', 'Ethiopic'],
].map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'gu')]);

/** Words that every text of a language has, and the others of this list have not, or seldom. */
const smallWords: Readonly<Record<string, string>> = {
  en: 'the of and to a is that for it with as was on are this from by at his her',
  de: 'der die und das ein eine einen einem einer ist mit auf den dem von sich nicht im für zu',
  fr: 'le les des et une dans est du pour qui sur pas avec au aux ce cette deux',
  es: 'el los las y en que una por con su para está del al se lo hombre',
  it: 'il di che è per una con gli della non sono nel alla dei un delle',
  nl: 'het van een en op met zijn voor niet aan er ook bij naar deze wordt',
  pt: 'os em um uma não para com por mais como dos ao das nos na do',
  pl: 'w i na się nie z do jest że o jak po od przy',
  cs: 'se na je že v a s o po k do za jsou',
  sv: 'och att det som en är på för med av till den har inte ett',
};
