/**
 * Whether a training went wrong: not one that overfits, whose training loss is low while its validation rises, but one
 * whose steps were too large.
 *
 *   useless   no epoch was better, in training or in validation, than a prediction that knows nothing of the data (every note a
 *             fair coin, every token equally likely): whoever has these weights is better off without
 *   diverged  in training and in validation the last epoch is worse than the first, or than that prediction; the weights of
 *             the best epoch are kept and are of use
 *
 * Both losses are asked: noise that grows by a schedule raises that of training alone, overfitting that of the validation
 * alone, and so does chance where a handful of examples is validated. Worse is more than a quarter: a run that stands still on few
 * examples wavers by less.
 */
import type { Divergence, EpochEvent } from '../runs/events.ts';

/**
 * Judges a history by the deciding metric.
 * @param uninformed what a prediction scores that knows nothing of the data
 */
export function divergenceOf(
  epochs: readonly EpochEvent[],
  choice: string,
  uninformed: number,
): Divergence | undefined {
  const validated = epochs.filter(({ valid }) => valid);
  if (validated.length === 0) return undefined;
  const best = validated.reduce((a, b) => (b.valid![choice] < a.valid![choice] ? b : a));
  const [first, last] = [validated[0], validated[validated.length - 1]];
  const advice = 'lower optimizer.stepRate or optimizer.clipNorm';
  const knows = ({ train, valid }: EpochEvent): boolean =>
    [train, valid].some(
      (split) => split?.[choice] !== undefined && !isClearlyWorse(choice, split[choice], uninformed),
    );
  if (!epochs.some(knows)) {
    return {
      useless: true,
      sentence: `training diverged: ${choice} of the best validation is ${figure(best.valid![choice])}, worse than the ${figure(uninformed)} of a guess that knows nothing of the data; ${advice}`,
    };
  }
  const isWorse = (split: 'train' | 'valid'): boolean =>
    isClearlyWorse(choice, last[split]![choice], Math.min(first[split]![choice], uninformed));
  if (!isWorse('train') || !isWorse('valid')) return undefined;
  return {
    useless: false,
    sentence: `training diverged after epoch ${best.epoch}: ${choice} of the validation went from ${figure(best.valid![choice])} to ${figure(last.valid![choice])}; the weights of epoch ${best.epoch} are kept; ${advice}`,
  };
}

// --- internal ---

/** By more than a quarter; of a negative log likelihood, which is about 0 for some densities, of a nat at least. */
const isClearlyWorse = (choice: string, value: number, other: number): boolean =>
  value - other > 0.25 * Math.max(Math.abs(other), choice.startsWith('nll') ? 1 : 0);

const figure = (value: number): string =>
  value < 1000
    ? String(Number(value.toPrecision(4)))
    : value < 1e9
      ? value.toFixed(0)
      : value.toExponential(2);
