/**
 * Runs every reference case of a folder on the engine in use: what `lethe doctor --verify DIR` prints. An
 * operation that is not implemented is skipped by name; a case that cannot be read fails with its reason.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DataError } from 'lethe';
import { runAttention } from './attention.ts';
import { type GoldenCase, parseCase } from './case-file.ts';
import { type Computed, compareCase, type Deviation } from './compare.ts';
import { runNegativeBinomial, runPinball, runStudentT } from './distributions.ts';
import { runFastLstm, runFastRnn, runMoments } from './fast-dropout.ts';
import {
  runActivationRegularization,
  runBernoulli,
  runFraternal,
  runGaussian,
  runLinearSoftmax,
  runSoftmax,
} from './losses.ts';
import { runNade } from './nade.ts';
import { runOptimizer } from './optimizer.ts';
import { runGru, runLstm, runRnn } from './recurrent.ts';
import {
  runAdaptiveConformal,
  runBleu,
  runClassification,
  runConformal,
  runGaussianForecast,
  runPointForecast,
  runProbabilisticForecast,
  runTemperature,
} from './scores.ts';
import { runWeightNoise } from './weight-noise.ts';

/** A case that failed: the reason, or the array that is too far off. */
export interface FailedCase {
  name: string;
  op: string;
  reason: string;
}

/** The array that came nearest to (or went farthest beyond) its tolerance. */
export interface WorstArray extends Deviation {
  name: string;
}

/** What {@link verifyFolder} found. */
export interface VerifyResult {
  passed: number;
  failed: number;
  /** `name: op` of every case whose operation is not implemented */
  skipped: string[];
  failures: FailedCase[];
  /** absent when nothing was compared */
  worst?: WorstArray;
}

/** Options of {@link verifyFolder}. */
export interface VerifyOptions {
  /** only cases whose operation begins with one of these */
  ops?: readonly string[];
  /** told the name of each case as it ends */
  onCase?: (name: string, outcome: 'passed' | 'failed' | 'skipped', reason?: string) => void;
}

/**
 * Compares every `.json` case of a folder: outputs within 1e-5 and gradients within 1e-4 of the largest
 * expected magnitude of their array.
 * @throws DataError if the folder is missing or holds no case
 */
export async function verifyFolder(directory: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const result: VerifyResult = { passed: 0, failed: 0, skipped: [], failures: [] };
  for (const file of await caseFiles(directory)) {
    const name = basename(file, '.json');
    let op = 'unknown';
    try {
      const golden = parseCase(await readFile(join(directory, file), 'utf8'));
      op = golden.op;
      if (options.ops && !options.ops.some((wanted) => op.startsWith(wanted))) continue;
      const deviations = runCase(golden, name);
      if (deviations === undefined) {
        result.skipped.push(`${name}: ${op}`);
        options.onCase?.(name, 'skipped', op);
        continue;
      }
      const worst = deviations.reduce((a, b) => (b.error / b.tolerance > a.error / a.tolerance ? b : a));
      if (!result.worst || worst.error / worst.tolerance > result.worst.error / result.worst.tolerance) {
        result.worst = { name, ...worst };
      }
      if (!(worst.error <= worst.tolerance)) {
        throw new DataError(
          `${worst.array} is off by ${worst.error.toExponential(1)} of its largest value, allowed ${worst.tolerance}`,
        );
      }
      result.passed++;
      options.onCase?.(name, 'passed');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      result.failed++;
      result.failures.push({ name, op, reason });
      options.onCase?.(name, 'failed', reason);
    }
  }
  return result;
}

// --- internal ---

const OPERATIONS: Record<string, (golden: GoldenCase) => Computed> = {
  rnn: runRnn,
  lstm: runLstm,
  gru: runGru,
  'attention.additive': runAttention,
  'attention.general': runAttention,
  'attention.dot': runAttention,
  'fast-dropout.moments': runMoments,
  'fast-dropout.rnn': runFastRnn,
  'fast-dropout.lstm': runFastLstm,
  'loss.bernoulli': runBernoulli,
  'loss.gaussian': runGaussian,
  'loss.softmax': runSoftmax,
  'loss.linear_softmax': runLinearSoftmax,
  'loss.activation_regularization': runActivationRegularization,
  'loss.fraternal': runFraternal,
  'loss.student-t-nll': runStudentT,
  'loss.negative-binomial-nll': runNegativeBinomial,
  'loss.pinball': runPinball,
  'readout.nade': runNade,
  'metric.bleu': runBleu,
  'metric.classification': runClassification,
  'metric.point-forecast': runPointForecast,
  'metric.probabilistic-forecast': runProbabilisticForecast,
  'metric.gaussian': runGaussianForecast,
  'metric.temperature': runTemperature,
  'metric.conformal': runConformal,
  'metric.adaptive-conformal': runAdaptiveConformal,
  'weight-noise.closed-form': runWeightNoise,
};

/** The deviations of a case, or undefined where its operation is not implemented. */
function runCase(golden: GoldenCase, name: string): Deviation[] | undefined {
  if (golden.op === 'optimizer') return runOptimizer(golden, name);
  if (!Object.hasOwn(OPERATIONS, golden.op)) return undefined;
  return compareCase(golden, OPERATIONS[golden.op](golden));
}

async function caseFiles(directory: string): Promise<string[]> {
  const found = await stat(directory).catch((cause) => {
    throw new DataError(
      `no folder of reference cases at ${directory}; give the folder that holds their .json files`,
      {
        cause,
      },
    );
  });
  if (!found.isDirectory())
    throw new DataError(`${directory} is no folder; give the folder of the case files`);
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort();
  if (files.length === 0)
    throw new DataError(`${directory} holds no .json case; give the folder of the case files`);
  return files;
}
