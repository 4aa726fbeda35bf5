/**
 * Checks of option objects at the public boundary: unknown names are refused with the nearest known one,
 * numbers outside their range with the range. Not a schema language: each function states its own options.
 */
import { ConfigError } from './errors.ts';

/** The member of `known` with the smallest edit distance to `word`, or nothing when none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
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
 * Refuses names in `options` that are not in `known`.
 * @param where the function that was called, as the error names it
 * @throws ConfigError naming the unknown option and the nearest known one
 */
export function checkOptionNames(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestWord(name, known);
    const advice = nearest === undefined ? `known: ${known.join(', ')}` : `did you mean '${nearest}'?`;
    throw new ConfigError(`${where}: unknown option '${name}'; ${advice}`);
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
export function checkNumber(where: string, name: string, value: number, range: Range = {}): void {
  const { above = -Infinity, from = -Infinity, below = Infinity } = range;
  if (Number.isFinite(value) && value > above && value >= from && value < below) return;
  const bounds = [
    above > -Infinity ? `above ${above}` : '',
    from > -Infinity ? `at least ${from}` : '',
    below < Infinity ? `below ${below}` : '',
  ].filter((text) => text !== '');
  const wanted = ['a finite number', ...bounds].join(', ');
  throw new ConfigError(`${where}: expected ${name} to be ${wanted}, got ${value}`);
}

// --- internal ---

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
