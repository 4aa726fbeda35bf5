/** The reference operations `metric.*`: scores and calibration, in float64 arithmetic on every engine. */
import {
  accuracy,
  adaptiveConformal,
  type BleuTokenizer,
  brierScore,
  categoricalNll,
  conformalQuantile,
  corpusBleu,
  crpsOfGaussian,
  crpsOfSamples,
  DataError,
  deciles,
  expectedCalibrationError,
  fitTemperature,
  gaussianLogScore,
  intervalScores,
  macroF1,
  mae,
  mase,
  meanOverObserved,
  riskCoverage,
  rmse,
  rmsse,
  rowsOf,
  sampleQuantiles,
  scaledByTemperature,
  smape,
  weightedQuantileLoss,
} from 'lethe';
import { configNumber, type GoldenCase, input } from './case-file.ts';
import type { Computed } from './compare.ts';

/** What two programs in float64 may differ by; a minimum that was searched, by more. */
const exact = { output: 1e-9, gradient: 1e-9 };
const searched = { output: 1e-4, gradient: 1e-4 };

/** Accuracy, F1, NLL, Brier, calibration errors and the area under the risk-coverage curve. */
export function runClassification(golden: GoldenCase): Computed {
  const probabilities = rows(golden, 'probabilities');
  const target = input(golden, 'target').data;
  const bins = number(golden, 'bins');
  return scalars({
    accuracy: accuracy(probabilities, target),
    macroF1: macroF1(probabilities, target),
    nll: categoricalNll(probabilities, target),
    brier: brierScore(probabilities, target),
    eceEqualWidth: expectedCalibrationError(probabilities, target, { binning: 'equal-width', bins }),
    eceEqualMass: expectedCalibrationError(probabilities, target, { binning: 'equal-mass', bins }),
    aurc: riskCoverage(probabilities, target).aurc,
  });
}

/** Scaled and percentage errors of point forecasts. */
export function runPointForecast(golden: GoldenCase): Computed {
  const [target, forecast, history] = ['target', 'forecast', 'history'].map((name) => rows(golden, name));
  const seasonality = number(golden, 'seasonality');
  return scalars({
    mase: mase(target, forecast, history, { seasonality }),
    smape: smape(target, forecast),
    rmsse: rmsse(target, forecast, history, { seasonality }),
  });
}

/** Forecasts by samples: quantile loss, CRPS, the central interval. */
export function runProbabilisticForecast(golden: GoldenCase): Computed {
  const { data: target, shape } = input(golden, 'target');
  const draws = rows(golden, 'samples');
  const level = number(golden, 'level');
  const quantiles = (golden.config.quantiles as number[] | undefined) ?? deciles;
  const ends = draws.map((row) => sampleQuantiles(row, [(1 - level) / 2, (1 + level) / 2]));
  const { coverage, jointCoverage, width } = intervalScores(
    target,
    { lower: ends.map(([lower]) => lower), upper: ends.map(([, upper]) => upper) },
    { horizon: shape[1] },
  );
  const forecasts = draws.map((row) => sampleQuantiles(row, quantiles));
  return scalars({
    wql: weightedQuantileLoss(target, forecasts, quantiles),
    crps: meanOverObserved(target, (y, n) => crpsOfSamples(y, draws[n])),
    coverage,
    jointCoverage,
    width,
  });
}

/** Gaussian forecasts in closed form. */
export function runGaussianForecast(golden: GoldenCase): Computed {
  const [target, mean, deviation] = ['target', 'mean', 'deviation'].map((name) => input(golden, name).data);
  return scalars({
    crps: meanOverObserved(target, (y, n) => crpsOfGaussian(y, mean[n], deviation[n])),
    nll: meanOverObserved(target, (y, n) => gaussianLogScore(y, mean[n], deviation[n])),
    rmse: rmse(target, mean),
    mae: mae(target, mean),
  });
}

/** The temperature that minimises the NLL, and that NLL. */
export function runTemperature(golden: GoldenCase): Computed {
  const logits = rows(golden, 'logits');
  const target = input(golden, 'target').data;
  const temperature = fitTemperature(logits, target);
  const nll = categoricalNll(scaledByTemperature(logits, temperature), target);
  return { ...scalars({ temperature, nll }), tolerance: searched };
}

/** The conformal quantile of scores. */
export function runConformal(golden: GoldenCase): Computed {
  return scalars({
    quantile: conformalQuantile(input(golden, 'scores').data, number(golden, 'alpha')),
  });
}

/** Levels and misses of the adaptive level, from the step after warming up. */
export function runAdaptiveConformal(golden: GoldenCase): Computed {
  const warmUp = number(golden, 'warmUp');
  const stream = adaptiveConformal({
    alpha: number(golden, 'alpha'),
    gamma: number(golden, 'gamma'),
    warmUp,
  });
  const [levels, misses]: [number[], number[]] = [[], []];
  for (const [t, score] of input(golden, 'scores').data.entries()) {
    if (t >= warmUp) levels.push(stream.level);
    const missed = stream.observe(score);
    if (t >= warmUp) misses.push(missed ? 1 : 0);
  }
  return { outputs: { levels, misses }, grads: {}, tolerance: exact };
}

/** BLEU of a corpus whose texts stand in the case's config. */
export function runBleu(golden: GoldenCase): Computed {
  const { hypotheses, references, tokenize, lowercase } = golden.config;
  const { score, precisions, brevityPenalty } = corpusBleu(hypotheses as string[], references as string[], {
    tokenize: tokenize as BleuTokenizer,
    lowercase: lowercase as boolean,
  });
  return {
    outputs: { bleu: [score], precisions, brevityPenalty: [brevityPenalty] },
    grads: {},
    tolerance: exact,
  };
}

// --- internal ---

function scalars(values: Record<string, number>): Computed {
  const outputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
  return { outputs, grads: {}, tolerance: exact };
}

/** Everything but the last axis as rows. */
function rows(golden: GoldenCase, name: string): ArrayLike<number>[] {
  const { shape, data } = input(golden, name);
  const width = shape.at(-1) ?? 0;
  if (width < 1) throw new DataError(`input "${name}" should have rows, found shape [${shape}]`);
  return rowsOf(data, width);
}

function number(golden: GoldenCase, name: string): number {
  const value = configNumber(golden, name);
  if (value === undefined) throw new DataError(`config "${name}" is missing`);
  return value;
}
