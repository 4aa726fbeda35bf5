/** What `sweep` shows: the trainings as they end, then the best points. */
import { counted } from '../common/counted.ts';
import { spreadText } from '../studies/figures.ts';
import { type SweepPoint, type SweepResult, sweepOf } from '../studies/sweep.ts';
import { decidingWords } from '../tasks/metric-words.ts';
import { clock } from './progress.ts';
import { countStates, SearchReport } from './search-report.ts';
import { writeStudyReport } from './study-report.ts';

/** Points in the table at the end. */
const shownPoints = 10;

/** Points of which every seed has failed are in no table. */
const allOf = ({ ranked, points }: SweepResult): string =>
  ranked.length < points.length
    ? `the ${ranked.length} of ${points.length} points with a result`
    : 'all points';

/** Follows a sweep and prints it. */
export class SweepReport extends SearchReport {
  /** The table of the best points, and the report. */
  async conclude(seconds: number): Promise<void> {
    const { directory, about, trials } = this.study;
    const sweep = sweepOf({ about, trials });
    const { axes, points, seeds } = sweep;
    const report = await writeStudyReport(directory);
    const out = this.output;
    const states = countStates(trials);
    const eventOf = ({ at, trials, train, valid, test }: SweepPoint) => ({
      parameters: Object.fromEntries(axes.map(({ key }, i) => [key, at[i]])),
      trials: trials.map(({ number }) => number),
      train: train ?? null,
      valid: valid ?? null,
      test: test ?? null,
    });
    out.event({
      ...{ event: 'done', study: directory, states, metric: about.shown.metric, seeds },
      points: points.map(eventOf),
      best: sweep.best ? eventOf(sweep.best) : null,
      ...{ report, seconds },
    });
    const done = sweep.ranked;
    const best = done.slice(0, shownPoints);
    out.say();
    out.table(
      best.map(({ at, valid, test, train }) => [
        ...at.map((value) => String(value ?? 'none')),
        String(valid?.count ?? 0),
        ...[train, valid, test].map(spreadText),
      ]),
      {
        header: [...axes.map(({ key }) => key), 'seeds', 'train', 'valid', 'test'],
        align: `${'r'.repeat(axes.length)}rrrr`,
      },
    );
    const which =
      done.length > shownPoints ? `the best ${shownPoints} of ${done.length} points` : allOf(sweep);
    const lacking = done.some(({ valid }) => valid!.count < seeds.length)
      ? ', those of fewer behind the others'
      : '';
    const spread =
      seeds.length > 1 ? `; mean ± deviation over ${seeds.length} seeds${lacking}` : '; one seed';
    out.say(
      `(${about.shown.unit}; ${which} by validation${decidingWords(about.metric, about.shown.metric)}${spread}; train as trained, with noise)`,
    );
    const failed = states.failed > 0 ? `, ${states.failed} failed` : '';
    out.say(`${counted(states.complete, 'training')}${failed}, ${clock(seconds)}; report in ${report}`);
  }
}
