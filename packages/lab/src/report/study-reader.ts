/** The study of a search as reports see it. */
import path from 'node:path';
import { largest, least } from '../common/extremes.ts';
import { comparisonOf } from '../studies/comparison.ts';
import type { Distribution } from '../studies/space.ts';
import { readStudy } from '../studies/study-record.ts';
import { sweepOf } from '../studies/sweep.ts';
import { configText } from './run-record.ts';
import type { ReportedStudy } from './study.ts';

/** Reads a study, also while it is being written. Throws ConfigError when the directory is none, DataError when its journal is broken. */
export function studyRecord(directory: string): ReportedStudy {
  const record = readStudy(directory);
  const { about, trials } = record;
  const { plan, config } = about;
  const methods = plan?.kind === 'sweep' && plan.axes.find(({ key }) => key === 'model.dropout')?.values;
  const shown = about.shown.metric;
  return {
    name: `${about.title} (${path.basename(path.resolve(directory))})`,
    directory,
    metric: shown,
    deciding: about.metric,
    method: methods ? methods.join('+') : config.model.dropout,
    ...(plan?.kind === 'compare' && { comparison: comparisonOf(record) }),
    ...(plan?.kind === 'sweep' && { sweep: sweepOf(record) }),
    logarithmic: Object.keys(about.space).filter((name) => isLogarithmic(about.space[name])),
    trials: trials.map(({ number, state, parameters, best, reports, directory, seconds, repeats }) => ({
      number,
      state,
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([name, value]) => [
          name,
          typeof value === 'number' ? value : configText(value),
        ]),
      ),
      best: best ?? undefined,
      curve: { x: reports.map(({ epoch }) => epoch), y: reports.map(({ valid }) => valid[shown]) },
      directory,
      seconds: seconds ?? undefined,
      repeats: repeats ?? undefined,
    })),
  };
}

// --- internal ---

/** Drawn so, or a choice of positive numbers that spans more than a factor of ten. */
function isLogarithmic(distribution: Distribution): boolean {
  if ('logUniform' in distribution) return true;
  if (!('choice' in distribution)) return false;
  const { choice } = distribution;
  if (!choice.every((value) => typeof value === 'number' && value > 0)) return false;
  const numbers = choice as number[];
  return largest(numbers) > 10 * least(numbers);
}
