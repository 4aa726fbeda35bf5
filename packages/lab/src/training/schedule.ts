/** How the step rate moves over a run, and when averaging of the weights begins: functions of where the run stands. */

import { warmupCosine } from 'lethe';
import { least } from '../common/extremes.ts';
import type { Config } from '../runs/config.ts';
import type { TrainingState } from '../runs/state.ts';

/** Where a run stands: epochs done, validations, and the share of the epoch in work that is done. */
export type Standing = Pick<TrainingState, 'epoch' | 'validations'> & { share?: number };

/** Factor of the step rate for the next step. */
export function rateFactor(config: Config, standing: Standing): number {
  return factorOf(config, standing);
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

function factorOf({ schedule, training }: Config, { epoch, validations, share = 0 }: Standing): number {
  switch (schedule.kind) {
    case 'constant':
      return 1;
    case 'after':
      return schedule.divide ** -Math.max(0, epoch - schedule.epochs + 1);
    case 'at':
      return schedule.divide ** -schedule.epochs.filter((at) => epoch >= at).length;
    case 'worse':
      return schedule.divide ** -worsened(validations, schedule.patience);
    case 'cosine': {
      const { warmup, last } = schedule;
      return warmupCosine({ warmup, last })(Math.min(1, (epoch + share) / training.epochs));
    }
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
