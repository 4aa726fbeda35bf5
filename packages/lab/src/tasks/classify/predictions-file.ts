/** `predictions.json`: what the best weights of a run answered to its test, kept for its report. */
import { z } from 'zod';
import { keptJson } from '../../runs/kept-json.ts';
import type { Answers } from './predict.ts';
import type { Example } from './types.ts';

/** The test of a run. */
export interface TestAnswers {
  answers: Answers;
  targets: number[];
}

const numbers = z.array(z.number());
const [logProbabilities, mean, variance] = [z.array(numbers), numbers, numbers.optional()];

const schema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('class'), targets: numbers, logProbabilities }),
    z.strictObject({ kind: z.literal('rating'), targets: numbers, mean, isDensity: z.boolean(), variance }),
  ])
  .transform((found): TestAnswers => {
    const { targets } = found;
    if (found.kind === 'class') {
      const rows = found.logProbabilities.map((row) => Float64Array.from(row));
      return { targets, answers: { kind: 'class', logProbabilities: rows } };
    }
    const { isDensity } = found;
    return {
      targets,
      answers: {
        ...{ kind: 'rating', mean: Float64Array.from(found.mean), isDensity },
        ...(found.variance && { variance: Float64Array.from(found.variance) }),
      },
    };
  });

/** The file; runs that are in training have none yet. */
export const keptPredictions = keptJson('predictions.json', 'predictions', schema);

/** What is kept of the answers to examples. */
export function predictionsOf(examples: readonly Example[], answers: Answers): z.input<typeof schema> {
  const { kind } = answers;
  const targets = examples.map(({ target }) => target);
  if (kind === 'class') {
    return { kind, targets, logProbabilities: answers.logProbabilities.map((row) => Array.from(row)) };
  }
  return {
    ...{ kind, targets, mean: Array.from(answers.mean), isDensity: answers.isDensity },
    ...(answers.variance && { variance: Array.from(answers.variance) }),
  };
}
