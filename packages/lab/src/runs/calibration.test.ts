import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bestChecksum, calibratedWay, readCalibration, writeCalibration } from './calibration.ts';
import { runPaths } from './run-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-calibration-'));
  mkdirSync(join(folder, 'checkpoints'));
  writeFileSync(join(folder, 'checkpoints', 'best.safetensors'), 'weights');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const way = { mc: null, examples: 30, promises: ['as sure as right'], content: { temperature: 1.5 } };

describe('the calibration of a run', () => {
  it('is read as it was written, for the number of draws that it was made for', () => {
    const run = runPaths(folder);
    expect(readCalibration(run)).toEqual({});
    writeCalibration(run, { ways: [way, { ...way, mc: 50 }] });
    const { calibration, note } = readCalibration(run);
    expect(note).toBeUndefined();
    expect(calibratedWay(calibration)).toEqual(way);
    expect(calibratedWay(calibration, 50)?.mc).toBe(50);
    expect(calibratedWay(calibration, 20)).toBeUndefined();
  });

  it('does not hold for other weights, and says so', () => {
    const run = runPaths(folder);
    writeCalibration(run, { ways: [way] });
    writeFileSync(run.best, 'others');
    expect(readCalibration(run)).toEqual({
      note: `${run.calibration} was made for other weights and is not used; \`lethe calibrate ${folder}\` makes it anew`,
    });
  });

  it('is not written for weights that a run in training has replaced meanwhile', () => {
    const run = runPaths(folder);
    const before = bestChecksum(run);
    writeFileSync(run.best, 'better ones');
    expect(() => writeCalibration(run, { ways: [way] }, before)).toThrow(
      `${folder} has better weights since calibration began, and nothing was written; calibrate it once its training has ended`,
    );
    expect(readCalibration(run)).toEqual({});
  });

  it('is refused where the file is broken', () => {
    const run = runPaths(folder);
    writeFileSync(run.calibration, '{"format":1}');
    expect(() => readCalibration(run)).toThrow(
      /calibration\.json holds no calibration of format 1: weights: .*; remove it, or calibrate anew$/,
    );
  });
});
