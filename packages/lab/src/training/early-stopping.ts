/** When a run ends by itself. */
import type { Config } from '../runs/config.ts';
import type { FinishReason } from '../runs/events.ts';
import type { TrainingState } from '../runs/state.ts';

/** Whether `candidate` is a better validation than the best so far; lower is better, a tie is not. */
export function isBetter(candidate: number, best: TrainingState['best'], metric: string): boolean {
  return best === null || candidate < best.valid[metric];
}

/**
 * Why the run ends before its next epoch, or undefined when it goes on. Patience counts epochs since the
 * best validation; time ends a run only when there is a validated epoch to show for it.
 */
export function finishReason(
  state: Pick<TrainingState, 'epoch' | 'position' | 'best'>,
  { epochs, patience, minutes }: Pick<Config['training'], 'epochs' | 'patience' | 'minutes'>,
  seconds: number,
): FinishReason | undefined {
  if (state.position > 0 || state.best === null) return undefined;
  if (state.epoch >= epochs) return 'epochs';
  if (patience !== null && state.epoch - state.best.epoch >= patience) return 'patience';
  if (minutes !== null && seconds >= 60 * minutes) return 'minutes';
  return undefined;
}
