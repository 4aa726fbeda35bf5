/** Step rate and momentum of the next step, and when averaging of the weights begins: functions of where the run stands. */
import { least } from '../common/extremes.ts';
import { averageBegins, averagesNow } from '../runs/averages.ts';
import type { Config } from '../runs/config.ts';
import { scheduleFactor, scheduleMomentum } from '../runs/schedules.ts';
import type { TrainingState } from '../runs/state.ts';

/** Where a run stands: epochs done, validations, and the share of the epoch in work that is done. */
export type Standing = Pick<TrainingState, 'epoch' | 'validations'> & { share?: number };

/** Factor of the step rate for the next step. */
export function rateFactor({ schedule, training }: Config, standing: Standing): number {
  return scheduleFactor(schedule, { share: 0, ...standing, epochs: training.epochs });
}

/** Momentum (beta1 of Adam) of the next step; undefined where the optimizer's own stays. */
export function momentumOf({ schedule, training }: Config, standing: Standing): number | undefined {
  return scheduleMomentum(schedule, { share: 0, ...standing, epochs: training.epochs });
}

/** Whether the weights after the next step count in the average of the run. */
export function averagesStep({ average, training }: Config, { epoch }: Standing): boolean {
  return averagesNow(average, { epoch, epochs: training.epochs });
}

/** Whether the average of the run begins with the next step, whatever it held before. */
export function beginsAverage({ average, training }: Config, { epoch, share = 0 }: Standing): boolean {
  return averageBegins(average, { epoch, share, epochs: training.epochs });
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
