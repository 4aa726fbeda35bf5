/**
 * Figures that differ from the perplexity of exactly the predicted tokens, because the code behind a published figure
 * computes them so. They stand beside the right ones and carry the convention in their name.
 *
 *   over-length    the summed NLL divided by all tokens, the first included, which is not predicted (Merity et al. 2017)
 *   mean-of-exp    the mean over segments of exp(mean NLL), which is never below exp of the mean (Semeniuta et al. 2016)
 */
import { logMeanExp } from 'lethe';
import type { Level } from '../../data/words/types.ts';
import type { Metrics } from '../../runs/task.ts';
import type { Convention } from './config.ts';
import { figuresOf } from './evaluate.ts';

/** What a convention is computed from. */
export interface Scored {
  /** mean over the predicted tokens */
  nll: number;
  /** all tokens of the split */
  tokens: number;
  /** mean NLL of each segment */
  windows: readonly number[];
}

/** `perplexity_over_length`, `bits_per_character_mean_of_exp`, … */
export function conventionMetrics(level: Level, chosen: readonly Convention[], scored: Scored): Metrics {
  const shown = level === 'word' ? 'perplexity' : 'bits_per_character';
  return Object.fromEntries(
    chosen.map((convention) => [
      `${shown}_${convention.replaceAll('-', '_')}`,
      figuresOf(level, nllBy(convention, scored))[shown],
    ]),
  );
}

// --- internal ---

function nllBy(convention: Convention, { nll, tokens, windows }: Scored): number {
  if (convention === 'over-length') return (nll * (tokens - 1)) / tokens;
  return logMeanExp(windows);
}
