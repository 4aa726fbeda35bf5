/** The figures of answers whose truth is known. */
import {
  accuracy,
  brierScore,
  expectedCalibrationError,
  gaussianLogScore,
  macroF1,
  mae,
  riskCoverage,
  rmse,
} from 'lethe';
import type { Metrics } from '../../runs/task.ts';
import { UncertaintySum } from '../shared/uncertainty-sum.ts';
import { type Answers, type ClassAnswers, entropiesOf, type RatingAnswers } from './predict.ts';

/**
 * Figures of all answers that have a target; nothing of none.
 * @param targets classes by number, or ratings; NaN where there is none
 * @param all whether those are among them that one looks at once, entropies included, and not after every epoch
 */
export function scoresOf(answers: Answers, targets: ArrayLike<number>, all = false): Metrics {
  const known = Array.from(targets, (_, i) => i).filter((i) => !Number.isNaN(targets[i]));
  if (known.length === 0) return {};
  const truth = known.map((i) => targets[i]);
  return answers.kind === 'class'
    ? classScores(answers, known, truth, all)
    : ratingScores(answers, known, truth);
}

// --- internal ---

function classScores(
  answers: ClassAnswers,
  known: readonly number[],
  truth: readonly number[],
  all: boolean,
): Metrics {
  const rows = known.map((i) => answers.logProbabilities[i].map(Math.exp));
  const risk = riskCoverage(rows, truth);
  const right = accuracy(rows, truth);
  const nll = known.reduce((sum, i, n) => sum - answers.logProbabilities[i][truth[n]], 0) / known.length;
  const seen = new UncertaintySum();
  if (all) {
    const entropies = entropiesOf(answers);
    for (const i of known) {
      const predictive = entropies[i];
      const information = answers.information?.[i];
      const expected = answers.isTempered ? undefined : predictive - (information ?? 0);
      seen.add({ predictive, ...(information !== undefined && { information, expected }) });
    }
  }
  return {
    accuracy: right,
    macro_f1: macroF1(rows, truth),
    nll,
    brier: brierScore(rows, truth),
    ece: expectedCalibrationError(rows, truth),
    aurc: risk.aurc,
    ...(all && {
      ece_equal_width: expectedCalibrationError(rows, truth, { binning: 'equal-width' }),
      aurc_oracle: risk.oracle,
      error_at_50: risk.risk[Math.ceil(rows.length / 2) - 1],
    }),
    ...seen.metrics(),
  };
}

function ratingScores(
  { mean, variance, isDensity }: RatingAnswers,
  known: readonly number[],
  truth: readonly number[],
): Metrics {
  const forecast = known.map((i) => mean[i]);
  const scores: Metrics = { rmse: rmse(truth, forecast), mae: mae(truth, forecast) };
  if (variance && isDensity) {
    scores.nll =
      known.reduce((sum, i, n) => sum + gaussianLogScore(truth[n], mean[i], Math.sqrt(variance[i])), 0) /
      known.length;
  }
  return scores;
}
