/** How the step rate moves over a run, and when averaging of the weights begins: functions of where the run stands. */

import { least } from '../common/extremes.ts';
import type { Config, StepRateSchedule } from '../runs/config.ts';
import type { TrainingState } from '../runs/state.ts';

/** Factor of the step rate for the steps of the epoch in work. */
export function rateFactor(config: Config, state: Pick<TrainingState, 'epoch' | 'validations'>): number {
  return factorOf(config.schedule, state);
}

/**
 * Whether averaging begins after a validation of `latest` (NT-ASGD; Merity, Keskar, Socher 2017, algorithm 1): it is worse
 * than the best of all but the last `patience` of those before it.
 */
export function averagesFrom({ optimizer }: Config, before: readonly number[], latest: number): boolean {
  if (optimizer.name !== 'nt-asgd' || before.length <= optimizer.patience) return false;
  const earlier = before.slice(0, before.length - optimizer.patience);
  return latest > least(earlier);
}

// --- internal ---

function factorOf(
  schedule: StepRateSchedule,
  { epoch, validations }: Pick<TrainingState, 'epoch' | 'validations'>,
): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'after':
      return schedule.divide ** -Math.max(0, epoch - schedule.epochs + 1);
    case 'at':
      return schedule.divide ** -schedule.epochs.filter((at) => epoch >= at).length;
    case 'worse':
      return schedule.divide ** -worsened(validations, schedule.patience);
  }
}

/** How often a validation was no better than the best before it for more than `patience` times in a row. */
function worsened(validations: readonly number[], patience: number): number {
  let best = Number.POSITIVE_INFINITY;
  let waited = 0;
  let times = 0;
  for (const value of validations) {
    if (value < best) {
      best = value;
      waited = 0;
    } else if (++waited > patience) {
      times++;
      waited = 0;
    }
  }
  return times;
}
