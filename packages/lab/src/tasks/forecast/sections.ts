/** What a report shows of a forecasting run: fan charts, coverage by horizon, figures beside naive forecasts. */
import { LetheError } from 'lethe';
import { sentence } from '../../common/sentence.ts';
import { pictureHeight, pictureWidth } from '../../pictures/curves.ts';
import { dataOf, type Picture } from '../../pictures/picture.ts';
import { ink, muted, seriesColour } from '../../pictures/svg/colour.ts';
import { figure } from '../../pictures/svg/figure.ts';
import type { Mark } from '../../pictures/svg/mark.ts';
import { panel } from '../../pictures/svg/panel.ts';
import { domainOf } from '../../pictures/svg/scale.ts';
import { calibratedWay, readCalibration } from '../../runs/calibration.ts';
import { runPaths } from '../../runs/run-directory.ts';
import type { ReportPart, ReportSection, ShownRun } from '../kind.ts';
import { type ForecastCalibration, readContent, stretched } from './calibration.ts';
import { coverageByStep, type Interval, intervalFigures } from './scores.ts';
import { keptTested, type Tested } from './tested.ts';

/** Sections of a run whose test has been measured; one whose files are broken says so. */
export function forecastSections({ directory }: ShownRun): ReportSection[] {
  try {
    const tested = keptTested.read(directory);
    if (!tested) return [];
    const { calibration, note } = readCalibration(runPaths(directory));
    const way = calibratedWay(calibration);
    const content = way && readContent(way.content, tested.horizon);
    const said = [...(note ? [`${note}.`] : []), ...(way?.promises ?? []).map(sentence)].map(
      (one): ReportPart => ({ kind: 'note', note: one }),
    );
    return [
      { title: 'Beside naive forecasts', parts: [besideNaive(tested), ...verdict(tested)] },
      {
        title: 'Forecasts of the test, from the best to the worst',
        parts: tested.fans.map((fan) => ({ kind: 'picture', picture: fanPicture(tested, fan, content) })),
      },
      {
        title: 'Intervals of 90 %',
        parts: [coverageTable(tested, content), coveragePicture(tested, content), ...said],
      },
    ];
  } catch (error) {
    if (!(error instanceof LetheError)) throw error;
    return [{ title: 'Forecasts', parts: [{ kind: 'note', note: error.message }] }];
  }
}

// --- internal ---

const shownFigures = {
  mase: 'MASE',
  smape: 'sMAPE (%)',
  rmsse: 'RMSSE',
  wql: 'weighted quantile loss',
} as const;
type Figure = keyof typeof shownFigures;

function besideNaive({ model, baselines }: Tested): ReportPart {
  const names = (Object.keys(shownFigures) as Figure[]).filter((name) => model[name] !== undefined);
  const row = (title: string, metrics: Tested['model']): string[] => [
    title,
    ...names.map((name) => metrics[name]?.toFixed(4) ?? '–'),
  ];
  return {
    kind: 'table',
    table: {
      header: ['test', ...names.map((name) => shownFigures[name])],
      rows: [row('this model', model), ...baselines.map(({ name, metrics }) => row(name, metrics))],
      align: `l${'r'.repeat(names.length)}`,
    },
  };
}

function verdict({ model, baselines }: Tested): ReportPart[] {
  const own = model.mase;
  const better = baselines
    .filter(({ metrics: { mase } }) => own !== null && mase !== null && mase <= own)
    .map(({ name }) => name);
  if (better.length === 0) return [];
  return [
    {
      kind: 'note',
      note: `The model is no better than ${better.join(' and ')}: train longer, or take that.`,
    },
  ];
}

function fanPicture(
  tested: Tested,
  fan: Tested['fans'][number],
  content: ForecastCalibration | undefined,
): Picture {
  const window = tested.windows[fan.window];
  const past = fan.history.map((_, i) => i - fan.history.length + 1);
  const ahead = window.target.map((_, h) => h + 1);
  const at = (level: number): (number | null)[] => fan.levels.find((one) => one.level === level)!.values;
  const colour = seriesColour(0);
  const last = fan.history.at(-1) ?? null;
  const marks: Mark[] = [
    { kind: 'band', x: ahead, low: at(0.05), high: at(0.95), colour: seriesColour(5), name: '90 %' },
    { kind: 'band', x: ahead, low: at(0.25), high: at(0.75), colour, name: '50 %' },
  ];
  if (content) {
    const { lower, upper } = stretched(intervalOf(window), content);
    const dashed = { kind: 'line', x: ahead, colour: seriesColour(1), width: 1, dash: '4 3' } as const;
    const name = '90 %, calibrated';
    marks.push(
      { ...dashed, y: [...lower], name, series: `${name}, lower end` },
      { ...dashed, y: [...upper], series: `${name}, upper end` },
    );
  }
  marks.push(
    { kind: 'line', x: ahead, y: at(0.5), colour, name: 'median' },
    {
      kind: 'line',
      x: [...past, ...ahead],
      y: [...fan.history, ...window.target],
      colour: ink,
      width: 1.2,
      name: 'what came',
    },
    { kind: 'rule', x: 0.5, colour: muted, dash: '2 3' },
  );
  const values = marks.flatMap((mark) =>
    mark.kind === 'band' ? [mark.low, mark.high] : mark.kind === 'line' ? [mark.y] : [],
  );
  const drawing = panel({
    width: pictureWidth,
    height: pictureHeight,
    title: fan.title,
    x: { label: `steps from the origin, ${tested.frequency}`, domain: domainOf('linear', past, ahead) },
    y: { label: 'value', scale: 'linear', domain: domainOf('linear', ...values, [last]) },
    marks,
  });
  return {
    title: fan.title,
    svg: figure([drawing], { label: fan.title }),
    drawing,
    data: dataOf(marks, 'step', 'value'),
  };
}

const intervalOf = ({ lower, upper }: Tested['windows'][number]): Interval => ({
  lower: Float64Array.from(lower, (value) => value ?? Number.NaN),
  upper: Float64Array.from(upper, (value) => value ?? Number.NaN),
});

const targetOf = ({ target }: Tested['windows'][number]): Float64Array =>
  Float64Array.from(target, (value) => value ?? Number.NaN);

function coverageTable({ windows, horizon }: Tested, content: ForecastCalibration | undefined): ReportPart {
  const target = windows.map(targetOf);
  const own = windows.map(intervalOf);
  const row = (title: string, intervals: readonly Interval[]): string[] => {
    const { coverage_90, width_90, joint_coverage_90 } = intervalFigures(target, intervals, horizon);
    return [title, percent(coverage_90), percent(joint_coverage_90), String(Number(width_90.toPrecision(4)))];
  };
  return {
    kind: 'table',
    table: {
      header: ['intervals', 'values inside', 'whole windows inside', 'mean width'],
      rows: [
        row('of the model', own),
        ...(content
          ? [
              row(
                'calibrated for each step',
                own.map((one) => stretched(one, content)),
              ),
              row(
                'calibrated for whole windows',
                own.map((one) => stretched(one, content, true)),
              ),
            ]
          : []),
      ],
      align: 'lrrr',
    },
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function coveragePicture({ windows, horizon }: Tested, content: ForecastCalibration | undefined): ReportPart {
  const target = windows.map(targetOf);
  const own = windows.map(intervalOf);
  const x = Array.from({ length: horizon }, (_, h) => h + 1);
  const curve = (name: string, intervals: readonly Interval[], i: number): Mark => ({
    kind: horizon === 1 ? 'points' : 'line',
    ...{ name, x, colour: seriesColour(i) },
    y: coverageByStep(target, intervals).map((share) => (Number.isFinite(share) ? 100 * share : null)),
  });
  const marks: Mark[] = [
    { kind: 'rule', y: 90, colour: muted, dash: '4 3', name: '90 %' },
    curve('before calibration', own, 0),
    ...(content
      ? [
          curve(
            'after calibration',
            own.map((one) => stretched(one, content)),
            1,
          ),
        ]
      : []),
  ];
  const values = marks.flatMap((mark) => (mark.kind === 'line' || mark.kind === 'points' ? [mark.y] : []));
  const title = 'coverage of 90 % intervals by horizon';
  const [low] = domainOf('linear', ...values);
  const drawing = panel({
    width: pictureWidth,
    height: pictureHeight,
    title,
    x: { label: 'steps ahead', whole: true },
    y: {
      label: 'values inside (%)',
      scale: 'linear',
      domain: [Math.max(0, Math.min(80, Math.floor(low))), 100],
    },
    marks,
  });
  return {
    kind: 'picture',
    picture: {
      title,
      svg: figure([drawing], { label: title }),
      drawing,
      data: dataOf(marks, 'step', 'coverage'),
    },
  };
}
