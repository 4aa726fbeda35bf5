/** What `lethe predict` says of the calibration that its answers have, or lack. */
import { letheCommand } from '../../common/shell.ts';
import { type CalibratedWay, calibratedWay } from '../../runs/calibration.ts';
import type { PredictionContext, TrainedRun } from '../kind.ts';

/**
 * The calibration of such answers, its promises said; where there is none, that is said.
 * @param own what is the model's own then, and what `lethe calibrate` makes of it
 */
export function saidCalibration(
  { run, calibration }: Pick<TrainedRun, 'run' | 'calibration'>,
  { mc, log }: Pick<PredictionContext, 'mc' | 'log'>,
  own: { what: string; made: string },
): CalibratedWay | undefined {
  const way = calibratedWay(calibration, mc);
  const command = letheCommand('calibrate', run.directory) + (mc === undefined ? '' : ` --mc ${mc}`);
  if (way) for (const promise of way.promises) log(promise);
  else if (calibration) {
    log(
      `the calibration of the run is for other predictions than ${mc === undefined ? 'the test-time rule' : `those of ${mc} draws`} and is not used; \`${command}\` makes one`,
    );
  } else log(`not calibrated: ${own.what} are the model's own; \`${command}\` makes them ${own.made}`);
  return way;
}
