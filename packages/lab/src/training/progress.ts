/** How far a run is and how long it will take. */

import type { Progress } from '../runs/events.ts';
import type { Clock } from './clock.ts';
import type { Session } from './session.ts';

/** What a progress display shows now. */
export function progressOf(
  { state, config, task }: Session,
  clock: Clock,
  phase: Progress['phase'],
  evaluation?: Progress['evaluation'],
): Progress {
  const { epochs, minutes } = config.training;
  const stepsPerEpoch = task.stepsIn(state.epoch);
  const stepsPerSecond = clock.stepsPerSecond();
  const stepsLeft = Math.max(0, (epochs - state.epoch) * stepsPerEpoch - state.position);
  const timeLeft = minutes === null ? Number.POSITIVE_INFINITY : Math.max(0, 60 * minutes - clock.seconds());
  return {
    epoch: Math.min(state.epoch + 1, epochs),
    epochs,
    position: state.position,
    stepsPerEpoch,
    step: state.step,
    train: task.trainMetrics(state.sums.nll / state.sums.terms),
    stepsPerSecond,
    secondsLeft: Math.min(
      timeLeft,
      stepsPerSecond > 0 ? stepsLeft / stepsPerSecond : Number.POSITIVE_INFINITY,
    ),
    phase,
    ...(evaluation && { evaluation }),
  };
}
