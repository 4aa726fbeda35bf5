/** Selective prediction: which answers are not given. */
import { UsageError } from '../../common/usage.ts';
import { type Answers, entropiesOf } from './predict.ts';

/**
 * Marks a share of the answers, those with the highest entropy, or of ratings with the largest deviation; of equally unsure ones the later.
 * Throws UsageError for ratings that say no deviation.
 */
export function abstained(answers: Answers, share: number): Uint8Array {
  const unsure = answers.kind === 'class' ? entropiesOf(answers) : answers.variance;
  if (!unsure) {
    throw new UsageError(
      '--abstain: expected a model that says how sure it is, found one of squared errors; train with model.head gaussian, or predict with --mc',
    );
  }
  const order = Array.from(unsure, (_, i) => i).sort((a, b) => unsure[b] - unsure[a] || b - a);
  const marks = new Uint8Array(unsure.length);
  for (const i of order.slice(0, Math.round(share * unsure.length))) marks[i] = 1;
  return marks;
}
