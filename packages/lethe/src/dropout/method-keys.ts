/** What the settings of a method are, as data: the parser reads values by it, and whoever lists methods shows it. */

/** One setting of a method. */
export interface MethodKey {
  /** `rate`: a probability of dropping; `sites`: places of noise with slashes between */
  kind: 'rate' | 'number' | 'word' | 'flag' | 'sites';
  /** what it sets, in a clause */
  about: string;
  /** of a word: all that it may be */
  words?: readonly string[];
  /** what leaving it out means; absent where that depends on other settings. A rate that is left out is 0, unless none is given. */
  default?: number | string | boolean;
  /** where a search draws it from; absent: a rate by what is usual for rates, anything else not at all */
  search?: SearchRange;
}

/** A range that a search draws from, evenly in the logarithm: the size of such a setting is what one does not know. */
export interface SearchRange {
  /** above 0 */
  from: number;
  to: number;
}

/** A setting that is one of a few words. */
export type WordKey = MethodKey & { words: readonly string[] };

/** The settings of a method by their names. */
export type MethodKeys = Readonly<Record<string, MethodKey>>;

/** A rate that is 0 unless it is given; where a method is given none, it has its usual ones. */
export const rateKey = (about: string): MethodKey => ({ kind: 'rate', about, default: 0 });

/** How often masks are drawn. */
export const intervalKey = (usual: 'step' | 'sequence'): WordKey => ({
  kind: 'word',
  about: 'a mask for every step, or one for the sequence',
  words: ['step', 'sequence'],
  default: usual,
});

/** How kept values are scaled. */
export const scalingKey = (usual: 'inverted' | 'paper'): WordKey => ({
  kind: 'word',
  about: 'kept values are divided by 1 - rate in training, or the test-time network is scaled by it',
  words: ['inverted', 'paper'],
  default: usual,
});
