import { expect, test } from 'vitest';
import { runPaths } from '../../runs/run-directory.ts';
import { saidCalibration } from './said-calibration.ts';

const own = { what: 'intervals', made: 'hold what they promise' };
const way = { mc: null, examples: 200, promises: ['it holds'], content: {} };

function said(calibration: { ways: (typeof way)[] } | undefined, mc?: number) {
  const lines: string[] = [];
  const found = saidCalibration(
    { run: runPaths('r'), calibration },
    { mc, log: (line) => lines.push(line) },
    own,
  );
  return { found, lines };
}

test('predictions say what their calibration promises, that it is for others, or that there is none', () => {
  expect(said({ ways: [way] })).toEqual({ found: way, lines: ['it holds'] });
  expect(said({ ways: [way] }, 5)).toEqual({
    found: undefined,
    lines: [
      'the calibration of the run is for other predictions than those of 5 draws and is not used; `lethe calibrate r --mc 5` makes one',
    ],
  });
  expect(said(undefined)).toEqual({
    found: undefined,
    lines: [
      "not calibrated: intervals are the model's own; `lethe calibrate r` makes them hold what they promise",
    ],
  });
});
