/** How long a run's weights have been trained: what rates that move are at. Reading needs no lock. */
import fs from 'node:fs';
import type { Regularizer } from 'lethe/dropout';
import { readMetrics } from '../runs/metrics.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { readSafetensors } from './checkpoint-file.ts';
import { parseState } from './state.ts';
import type { Which } from './weights.ts';

/**
 * The training steps behind weights of a run, or undefined for a method whose rates do not move, and where the run does not say.
 * Throws DataError when a file is broken.
 */
export function trainedSteps(run: RunPaths, which: Which, regularizer: Regularizer): number | undefined {
  if (!regularizer.schedule && regularizer.noise.every(({ schedule }) => schedule === undefined))
    return undefined;
  if (which === 'last') return stateOf(run.last)?.step;
  const best = bestEpoch(run);
  for (const event of readMetrics(run.metrics)) {
    if (event.event === 'epoch' && event.epoch === best) return event.step;
  }
  return undefined;
}

// --- internal ---

const stateOf = (file: string) =>
  fs.existsSync(file) ? parseState(readSafetensors(file).metadata.state, file) : undefined;

/** As the best weights say themselves: `last` may be ahead of them by a kill. */
function bestEpoch(run: RunPaths): number | undefined {
  const { best } = readSafetensors(run.best).metadata;
  try {
    return (JSON.parse(best ?? 'null') as { epoch?: number } | null)?.epoch;
  } catch {
    return undefined;
  }
}
