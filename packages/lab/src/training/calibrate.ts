/** Calibration of a trained run: on the split that is kept for it, written into its directory. */

import { NoiseStream } from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { bestChecksum, type CalibratedWay, writeCalibration } from '../runs/calibration.ts';
import { runPaths } from '../runs/run-directory.ts';
import type { Draws } from '../runs/task.ts';
import type { DataPlaces, FittedCalibration, OptionValues } from '../tasks/kind.ts';
import { checkDraws } from '../tasks/shared/draws.ts';
import { inSlices, type SliceOptions } from './slices.ts';
import { notFor, openTrained, sayOtherData } from './trained.ts';

/** What `calibrateRun` needs besides the run. */
export interface CalibrateRunOptions extends DataPlaces, Pick<SliceOptions, 'signal' | 'onProgress'> {
  /** also for MC dropout with so many draws */
  mc?: number;
  /** of those draws. @defaultValue 1 */
  seed?: number;
  /** options of the task's own */
  given?: OptionValues;
}

/** What was found for the test-time rule (`mc` null), or for draws. */
export interface FoundWay {
  mc: number | null;
  found: FittedCalibration;
}

/**
 * Calibrates the best weights of a run and writes what was found, in place of what was found before; undefined when `signal` stopped it.
 * Throws as `openTrained` does, ConfigError for a task without calibration or draws of a method without noise, DataError for data
 * without a calibration split.
 */
export async function calibrateRun(
  directory: string,
  options: CalibrateRunOptions = {},
): Promise<FoundWay[] | undefined> {
  const { mc, seed = 1, given = {}, signal, onProgress } = options;
  // Before the weights are read: a run in training may have others by then, which is found when it is written.
  const weights = bestChecksum(runPaths(directory));
  const { kind, ...trained } = openTrained(directory);
  const { calibration } = kind;
  if (!calibration) throw notFor(directory, kind, 'calibration');
  const { run, config } = trained;
  const regularizer = parseDropout(config.model.dropout);
  const drawn: Draws | undefined =
    mc === undefined
      ? undefined
      : { samples: mc, seed, mode: checkDraws(regularizer), trained: trained.trained(regularizer) };
  const data = await kind.data.load(config, options);
  kind.requireSameMeaning?.(run, data);
  sayOtherData(trained, kind.open(config, data, new NoiseStream(config.seed)).data, options.log);
  const ways: FoundWay[] = [];
  for (const draws of drawn ? [undefined, drawn] : [undefined]) {
    const work = calibration.fit(trained, data, given, draws);
    const found = await inSlices(work, { engine: config, signal, onProgress });
    if (!found) return undefined;
    ways.push({ mc: draws?.samples ?? null, found });
  }
  writeCalibration(run, { ways: ways.map(stored) }, weights);
  return ways;
}

// --- internal ---

function stored({ mc, found: { content, examples, promises } }: FoundWay): CalibratedWay {
  return { mc, examples, promises: [...promises], content: { ...content } };
}
