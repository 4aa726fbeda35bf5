/**
 * Rates that move over training, as pure functions of the training step t (t = 0 for the first update), so that
 * a resumed run goes on where it was. Morerio, Cavazza, Volpi, Vidal, Murino 2017, "Curriculum dropout", in
 * which keep(t) = (1 - keep) e^(-gamma t) + keep.
 */
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkNumber } from '../options.ts';
import { checkEntryKind } from './check-regularizer.ts';
import type { NoiseEntry, RateSchedule, Regularizer } from './noise.ts';

/**
 * The rate of an entry at a training step:
 * curriculum rate (1 - e^(-gamma t)), anneal rate e^(-gamma t), switch 0 before step `at` and then rate.
 * @param step absent: the rate that training ends with, in the limit
 * @throws ConfigError for what is no entry or step
 */
export function rateAt(entry: NoiseEntry, step = Number.POSITIVE_INFINITY): number {
  checkEntryKind('rateAt', entry);
  if (typeof step !== 'number' || !(step >= 0)) {
    throw new ConfigError(`rateAt: expected step to be a number of at least 0, got ${found(step)}`);
  }
  const { rate, schedule } = entry;
  switch (schedule?.kind) {
    case undefined:
      return rate;
    case 'curriculum':
      return -rate * Math.expm1(-schedule.gamma * step);
    case 'anneal':
      return rate * Math.exp(-schedule.gamma * step);
    case 'switch':
      return step < schedule.at ? 0 : rate;
  }
}

/** The regularizer with its schedule written into the entries that have none. */
export function foldSchedule(regularizer: Regularizer): Regularizer {
  const { schedule, ...rest } = regularizer;
  if (!schedule || rest.noise.length === 0) return regularizer;
  return { ...rest, noise: rest.noise.map((entry) => ({ ...entry, schedule: entry.schedule ?? schedule })) };
}

/**
 * Checks the numbers of a schedule.
 * @throws ConfigError if gamma is not above 0, or `at` is below 0
 */
export function checkSchedule(where: string, schedule: RateSchedule): void {
  if (schedule.kind === 'switch') checkNumber(where, 'at', schedule.at, { from: 0 });
  else checkNumber(where, 'gamma', schedule.gamma, { above: 0 });
}

/** A schedule in words, as {@link describe} prints it. */
export function scheduleText(schedule: RateSchedule): string {
  if (schedule.kind === 'switch') return `switch at step ${schedule.at}`;
  return `${schedule.kind}, gamma ${schedule.gamma}`;
}
