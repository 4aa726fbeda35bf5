/** Conformal intervals for streams whose distribution drifts: the level follows what was missed (Gibbs and Candès 2021, eq. 2). */
import { checkNumber, checkOptionNames } from '../options.ts';
import { quantileOfRank } from './conformal.ts';

/** The level of a stream, step by step. */
export interface AdaptiveConformal {
  /** alpha_t, the share that may be missed at the next step; outside 0 to 1 it asks for everything or nothing */
  readonly level: number;
  /** the score that the next one should not exceed: Infinity before there are enough, -Infinity where too much was held */
  radius(): number;
  /** Takes the score of the step in, and tells whether it was missed. Before `warmUp` scores the level stays. */
  observe(score: number): boolean;
}

/**
 * alpha_{t+1} = alpha_t + gamma (alpha - miss_t), miss_t = score_t > conformal quantile of all earlier scores at alpha_t.
 * Over a long time the share of misses goes to alpha, whatever the data do.
 * @param options.alpha the share that may be missed. @defaultValue .1
 * @param options.gamma how fast the level follows. @defaultValue .05
 * @param options.warmUp scores before the level moves. @defaultValue 20
 * @throws ConfigError for numbers out of range
 */
export function adaptiveConformal(
  options: { alpha?: number; gamma?: number; warmUp?: number } = {},
): AdaptiveConformal {
  checkOptionNames('adaptiveConformal', options, ['alpha', 'gamma', 'warmUp']);
  const { alpha = 0.1, gamma = 0.05, warmUp = 20 } = options;
  checkNumber('adaptiveConformal', 'alpha', alpha, { above: 0, below: 1 });
  checkNumber('adaptiveConformal', 'gamma', gamma, { from: 0 });
  checkNumber('adaptiveConformal', 'warmUp', warmUp, { from: 0 });
  let level = alpha;
  const sorted: number[] = [];
  return {
    get level() {
      return level;
    },
    radius: () => quantileOfRank(sorted, level),
    observe(score) {
      checkNumber('observe', 'score', score);
      const miss = score > quantileOfRank(sorted, level);
      if (sorted.length >= warmUp) level += gamma * (alpha - (miss ? 1 : 0));
      insert(sorted, score);
      return miss;
    },
  };
}

// --- internal ---

function insert(sorted: number[], score: number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= score) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, score);
}
