/**
 * How large the models of `lethe start` are: as in the paper where the machine is quick enough, smaller where
 * two minutes would not do. The time of a step is measured, not guessed from the engine's name.
 */

import type { Config } from '../runs/config.ts';
import { withEngine } from '../runs/engine.ts';
import type { QuickStart, TaskData } from '../tasks/kind.ts';
import { openSession } from '../training/session.ts';
import { trainStep } from '../training/step.ts';

/** What was chosen. */
export interface StartSize {
  hidden: number;
  /** epochs that are likely to fit for each model */
  epochs: number;
}

/** Epochs that a model must be able to do; below, a smaller one learns more in the time. */
const enoughEpochs = 40;
/** An epoch guessed to take longer than this, in seconds, is not tried out only to be told so. */
const tooLong = 10;

/**
 * Chooses the largest size that does enough epochs in `seconds`. `configs(hidden)` gives the models that
 * train side by side; `measure` gives the seconds of one epoch of all of them together.
 */
export function chooseSize(
  { sizes, work }: Pick<QuickStart<TaskData>, 'sizes' | 'work'>,
  configs: (hidden: number) => readonly Config[],
  data: TaskData,
  seconds: number,
  measure: typeof measureEpoch = measureEpoch,
): StartSize {
  const small = sizes[Math.min(2, sizes.length - 1)];
  const inSmall = measure(configs(small), data);
  const epochs = (hidden: number): number => {
    const guess = (inSmall * work(hidden)) / work(small);
    const epoch = hidden === small || guess > tooLong ? guess : measure(configs(hidden), data);
    // A fifth more for the validations.
    return Math.floor(seconds / (1.2 * epoch));
  };
  for (const hidden of sizes) {
    const fitting = epochs(hidden);
    if (fitting >= enoughEpochs || hidden === sizes.at(-1)) return { hidden, epochs: Math.max(1, fitting) };
  }
  throw new RangeError('start: expected at least one size');
}

/** Seconds of one epoch of all models together, from the quickest of several steps after a first, which warms up. */
export function measureEpoch(configs: readonly Config[], data: TaskData): number {
  let sum = 0;
  for (const config of configs) {
    const session = openSession(config, data);
    let best = Number.POSITIVE_INFINITY;
    const end = performance.now() + 2000;
    for (let i = 0; i < 2 || (i < 6 && performance.now() < end); i++) {
      session.state.position = 0;
      const begin = performance.now();
      withEngine(config, () => trainStep(session));
      if (i > 0) best = Math.min(best, (performance.now() - begin) / 1000);
    }
    sum += best * session.task.stepsIn(0);
  }
  return sum;
}
