/** `predictions.json`: what the best weights of a run answered to its test, kept for its report. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DataError } from 'lethe';
import { z } from 'zod';
import type { Answers } from './predict.ts';
import type { Example } from './types.ts';

/** Its name in the run directory. */
export const predictionsFile = 'predictions.json';

/** The test of a run. */
export interface TestAnswers {
  answers: Answers;
  targets: number[];
}

/** The content of the file. */
export function writePredictions(examples: readonly Example[], answers: Answers): string {
  const rows =
    answers.kind === 'class'
      ? { logProbabilities: answers.logProbabilities.map((row) => Array.from(row)) }
      : {
          ...{ mean: Array.from(answers.mean), isDensity: answers.isDensity },
          ...(answers.variance && { variance: Array.from(answers.variance) }),
        };
  const targets = examples.map(({ target }) => target);
  return `${JSON.stringify({ format: 1, kind: answers.kind, targets, ...rows })}\n`;
}

/** Reads that of a run; undefined where it has none yet. Throws DataError for a file that is broken. */
export function readPredictions(directory: string): TestAnswers | undefined {
  const file = path.join(directory, predictionsFile);
  if (!existsSync(file)) return undefined;
  try {
    const found = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const { targets } = found;
    if (found.kind === 'class') {
      const logProbabilities = found.logProbabilities.map((row) => Float64Array.from(row));
      return { targets, answers: { kind: 'class', logProbabilities } };
    }
    const { mean, variance, isDensity } = found;
    return {
      targets,
      answers: {
        ...{ kind: 'rating', mean: Float64Array.from(mean), isDensity },
        ...(variance && { variance: Float64Array.from(variance) }),
      },
    };
  } catch (error) {
    throw new DataError(`${file} holds no predictions of format 1`, { cause: error });
  }
}

// --- internal ---

const format = z.literal(1);
const numbers = z.array(z.number());

const schema = z.discriminatedUnion('kind', [
  z.strictObject({ format, kind: z.literal('class'), targets: numbers, logProbabilities: z.array(numbers) }),
  z.strictObject({
    ...{ format, kind: z.literal('rating'), targets: numbers, mean: numbers },
    ...{ variance: numbers.optional(), isDensity: z.boolean() },
  }),
]);
