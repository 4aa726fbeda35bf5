/**
 * `calibration.json`: what `lethe calibrate` found for the best weights of a run. It names these weights by their checksum, because
 * for others nothing of it holds.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { DataError } from 'lethe';
import { z } from 'zod';
import { letheCommand } from '../common/shell.ts';
import { atomicWrite } from '../files/atomic-write.ts';
import { keptJson } from './kept-json.ts';
import type { RunPaths } from './run-directory.ts';

/** What was found for predictions of one kind. */
export interface CalibratedWay {
  /** draws of MC dropout; null: the test-time rule */
  mc: number | null;
  /** examples that it was found on */
  examples: number;
  /** what is promised, in sentences */
  promises: string[];
  /** what the task makes of it */
  content: Record<string, unknown>;
}

/** All that was found for the weights of a run. */
export interface Calibration {
  ways: CalibratedWay[];
}

/** What the best weights of a run are known by; undefined where it has none. */
export const bestChecksum = (run: RunPaths): string | undefined =>
  fs.existsSync(run.best) ? checksum(run.best) : undefined;

/**
 * Writes it, in place of what was there.
 * @param weights the checksum that the best weights had when calibration began
 * @throws DataError where a run in training has others by now, LetheError `E_IO`
 */
export function writeCalibration(run: RunPaths, { ways }: Calibration, weights = bestChecksum(run)): void {
  if (weights === undefined || weights !== bestChecksum(run)) {
    throw new DataError(
      `${run.directory} has better weights since calibration began, and nothing was written; calibrate it once its training has ended`,
    );
  }
  atomicWrite(run.calibration, kept.text({ weights, ways }));
}

/**
 * Reads it: nothing where there is none, and a sentence where it belongs to other weights than the run has now.
 * Throws DataError for a file that is broken.
 */
export function readCalibration(run: RunPaths): { calibration?: Calibration; note?: string } {
  const found = kept.read(run.directory);
  if (found === undefined) return {};
  const { weights, ways } = found;
  if (fs.existsSync(run.best) && weights === checksum(run.best)) return { calibration: { ways } };
  return {
    note: `${run.calibration} was made for other weights and is not used; \`${letheCommand('calibrate', run.directory)}\` makes it anew`,
  };
}

/** What was found for so many draws; undefined where nothing was. */
export function calibratedWay(calibration: Calibration | undefined, mc?: number): CalibratedWay | undefined {
  return calibration?.ways.find((way) => way.mc === (mc ?? null));
}

// --- internal ---

const schema = z.strictObject({
  weights: z.string(),
  ways: z.array(
    z.strictObject({
      mc: z.number().nullable(),
      examples: z.number(),
      promises: z.array(z.string()),
      content: z.record(z.string(), z.unknown()),
    }),
  ),
});

const kept = keptJson('calibration.json', 'calibration', schema, 'remove it, or calibrate anew');

const checksum = (file: string): string => createHash('sha256').update(fs.readFileSync(file)).digest('hex');
