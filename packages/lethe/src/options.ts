/**
 * Checks of option objects at the public boundary: unknown names are refused with the nearest known one,
 * numbers outside their range with the range. Not a schema language: each function states its own options.
 */
import { ConfigError } from './errors.ts';
import { found, shown } from './found.ts';

/** The member of `known` with the smallest edit distance to `word`, or nothing when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  if (word.length > longestWord) return undefined;
  // Farther than half the word away is a different word, not a slip.
  let bestDistance = Math.max(1, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Refuses names in `options` that are not in `known`, and what is no object of options.
 * @param where the function that was called, as the error names it
 * @throws ConfigError naming the unknown option and the nearest known one
 */
export function checkOptionNames(
  where: string,
  options: unknown,
  known: readonly string[],
): asserts options is object {
  const isOptions = typeof options === 'object' && options !== null;
  if (!isOptions || Array.isArray(options) || ArrayBuffer.isView(options)) {
    const example =
      known.length > 0 ? ` { ${known.slice(0, 3).join(', ')}${known.length > 3 ? ', …' : ''} }` : '';
    throw new ConfigError(`${where}: expected an object of options${example}, got ${found(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestWord(name, known);
    const advice = nearest === undefined ? `known: ${known.join(', ')}` : `did you mean '${nearest}'?`;
    throw new ConfigError(`${where}: unknown option '${shown(name)}'; ${advice}`);
  }
}

/** Where a number may lie; an absent bound is none. */
export interface Range {
  /** value > above */
  above?: number;
  /** value >= from */
  from?: number;
  /** value < below */
  below?: number;
}

/**
 * Refuses a number that is not finite or not in its range.
 * @throws ConfigError with the range and what was found
 */
export function checkNumber(
  where: string,
  name: string,
  value: unknown,
  range: Range = {},
): asserts value is number {
  const { above = -Infinity, from = -Infinity, below = Infinity } = range;
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  if (isNumber && value > above && value >= from && value < below) return;
  const bounds = [
    above > -Infinity ? `above ${above}` : '',
    from > -Infinity ? `at least ${from}` : '',
    below < Infinity ? `below ${below}` : '',
  ].filter((text) => text !== '');
  const wanted = ['a finite number', ...bounds].join(', ');
  throw new ConfigError(`${where}: expected ${name} to be ${wanted}, got ${found(value)}`);
}

/** Throws ConfigError unless `value` is an array, or typed array, of numbers. */
export function checkNumbers(
  where: string,
  name: string,
  value: unknown,
): asserts value is ArrayLike<number> {
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    throw new ConfigError(`${where}: expected ${name} to be an array of numbers, got ${found(value)}`);
  }
  const numbers = value as ArrayLike<unknown>;
  // Of a typed array the first tells of all.
  const looked = Array.isArray(value) ? numbers.length : Math.min(1, numbers.length);
  for (let i = 0; i < looked; i++) {
    if (typeof numbers[i] === 'number') continue;
    throw new ConfigError(
      `${where}: expected ${name} to be an array of numbers, got ${found(numbers[i])} at element ${i}`,
    );
  }
}

/**
 * Refuses a word that is none of the known ones.
 * @param what the word is, such as 'activation'
 * @throws ConfigError with the nearest known one
 */
export function checkWord<W extends string>(
  where: string,
  what: string,
  value: unknown,
  known: readonly W[],
): asserts value is W {
  if ((known as readonly unknown[]).includes(value)) return;
  if (typeof value !== 'string') {
    throw new ConfigError(`${where}: expected ${what} to be one of ${known.join(', ')}, got ${found(value)}`);
  }
  const guess = nearestWord(value, known);
  throw new ConfigError(
    `${where}: unknown ${what} "${shown(value)}"; ${guess ? `did you mean "${guess}"? ` : ''}known: ${known.join(', ')}`,
  );
}

// --- internal ---

/** Nobody means an option by a longer one. */
const longestWord = 100;

/** Levenshtein distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
