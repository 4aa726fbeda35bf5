/**
 * How large the models of `lethe start` are: as in the paper where the machine is quick enough, smaller where
 * two minutes would not do. The time of a step is measured, not guessed from the engine's name.
 */
import type { MusicData } from '../data/music/dataset.ts';
import type { Config } from '../training/config.ts';
import { openSession } from '../training/session.ts';
import { trainStep } from '../training/step.ts';

/** What was chosen. */
export interface StartSize {
  hidden: number;
  /** epochs that are likely to fit for each model */
  epochs: number;
  /** seconds of one step of both models together */
  stepSeconds: number;
}

/** Hidden units of the models of the paper, and what is tried below. */
export const sizes = [400, 200, 100, 50] as const;
/** Epochs that the larger model must be able to do; below, a smaller one learns more in the time. */
const enoughEpochs = 60;

/**
 * Chooses the largest size that does enough epochs in `seconds`. `configs(hidden)` gives the models that
 * train side by side.
 */
export function chooseSize(
  configs: (hidden: number) => readonly Config[],
  data: MusicData,
  seconds: number,
  measure: typeof measureSteps = measureSteps,
): StartSize {
  const small = sizes[2];
  const measured = new Map([[small as number, measure(configs(small), data)]]);
  const stepSeconds = (hidden: number): number => {
    const known = measured.get(hidden);
    if (known !== undefined) return known;
    const guess = (measured.get(small)! * work(hidden)) / work(small);
    // A step that takes long is not tried out only to be told so.
    if (guess < 1) measured.set(hidden, measure(configs(hidden), data));
    return measured.get(hidden) ?? guess;
  };
  const { stepsPerEpoch } = openSession(configs(sizes.at(-1)!)[0], data);
  // A quarter more for the validations.
  const epochs = (hidden: number): number =>
    Math.floor(seconds / (1.25 * stepsPerEpoch * stepSeconds(hidden)));
  const hidden = sizes.find((size) => epochs(size) >= enoughEpochs) ?? sizes.at(-1)!;
  return { hidden, epochs: Math.max(1, epochs(hidden)), stepSeconds: stepSeconds(hidden) };
}

/** Seconds of one step of all models together: the quickest of several after a first, which warms up. */
export function measureSteps(configs: readonly Config[], data: MusicData): number {
  let sum = 0;
  for (const config of configs) {
    const session = openSession(config, data);
    let best = Number.POSITIVE_INFINITY;
    const end = performance.now() + 2000;
    for (let i = 0; i < 2 || (i < 6 && performance.now() < end); i++) {
      session.state.position = 0;
      const begin = performance.now();
      trainStep(session);
      if (i > 0) best = Math.min(best, (performance.now() - begin) / 1000);
    }
    sum += best;
  }
  return sum;
}

// --- internal ---

/** Multiplications of a step grow as this: recurrent, input and output products. */
function work(hidden: number): number {
  return hidden * (hidden + 2 * 88);
}
