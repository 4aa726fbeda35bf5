/** Which mode a forward run takes: the caller's, or the regularizer's for training (with noise) or test (without). */
import { ConfigError } from '../errors.ts';
import type { NoiseStream } from '../random/stream.ts';
import type { RunMode } from './noise.ts';
import { checkMode, type Plan, place } from './plan.ts';

/**
 * The mode of one run.
 * @throws ConfigError if it cannot run, or needs a noise stream that is not there
 */
export function resolveMode(plan: Plan, noise: NoiseStream | undefined, mode: RunMode | undefined): RunMode {
  const { modes } = plan.regularizer;
  const resolved = mode ?? (noise ? modes.train : modes.test);
  if (mode) checkMode(plan, mode);
  if (!noise && (resolved === 'sample' || resolved === 'gaussian') && needsStream(plan, resolved)) {
    throw new ConfigError(
      `${place(plan.target)}: expected a noise stream in the ${resolved} mode, got none; pass one to forward`,
    );
  }
  return resolved;
}

// --- internal ---

/** The sampled network of a plan without noise is the plain one. The gaussian mode always draws. */
function needsStream(plan: Plan, mode: RunMode): boolean {
  return mode === 'gaussian' || plan.entries.length > 0 || plan.regularizer.weightNoise !== undefined;
}
