/** The part of a report on a comparison of methods: the table with its differences, seeds as dots, intervals, curves, the searches. */
import { counted } from '../common/counted.ts';
import { meanAndDeviation } from '../common/spread.ts';
import { curveMark, helpfulScale, picture, pictureHeight, pictureWidth } from '../pictures/curves.ts';
import { type DataTable, tableOf } from '../pictures/data-table.ts';
import { dataOf, type Picture } from '../pictures/picture.ts';
import type { Axis } from '../pictures/svg/axis.ts';
import { ink, muted, seriesColour } from '../pictures/svg/colour.ts';
import { escaped } from '../pictures/svg/element.ts';
import { figure } from '../pictures/svg/figure.ts';
import type { Mark } from '../pictures/svg/mark.ts';
import { panel } from '../pictures/svg/panel.ts';
import { type ComparedResult, type ComparisonResult, settingText } from '../studies/comparison.ts';
import { differenceText, measuredSplits, spreadText } from '../studies/figures.ts';
import type { Trial } from '../studies/study-record.ts';
import type { ShownTable } from '../tasks/kind.ts';
import { decidingWords, metricHeading, metricLabel, metricWords } from '../tasks/metric-words.ts';
import { gallery, htmlTable, paragraph, saved } from './html.ts';
import { duration } from './run-record.ts';
import { metricText } from './run-section.ts';
import type { ReportedStudy } from './study.ts';

/** A study that compares methods. */
export type ReportedComparison = ReportedStudy & { comparison: ComparisonResult };

/** A comparison as HTML. */
export function methodsSection(study: ReportedComparison): string {
  const { name, comparison, trials } = study;
  const { methods, seeds, searches } = comparison;
  const ended = trials.filter(({ state }) => state !== 'running').length;
  const parts = [
    `<section><h2>${escaped(name)}</h2>`,
    paragraph(
      `${counted(methods.length, 'method')}, ${counted(searches / methods.length, 'trial')} in the search of each, then its best setting with ${counted(seeds.length, 'seed')} that no search has seen; ${counted(ended, 'training')} ended.`,
    ),
  ];
  if (!methods.some(({ chosen }) => chosen)) parts.push(paragraph('No trial has a validation yet.'));
  else parts.push(tableHtml(study), gallery(methodsPictures(study)));
  return [...parts, '</section>'].join('\n');
}

/** The pictures of a comparison; none before a trial has a figure. */
export function methodsPictures({ comparison, metric }: ReportedComparison): Picture[] {
  const { methods, seeds } = comparison;
  if (!methods.some(({ chosen }) => chosen)) return [];
  const searched = searchPicture(methods, metric);
  if (!methods.some(({ test }) => test)) return [searched];
  const seedsSaid = counted(seeds.length, 'seed');
  const differences = (['toNone', 'toBest'] as const).flatMap((to) => {
    const having = methods.filter((one) => one[to] !== undefined);
    // To the best is to none where that is the best.
    const isSaid = to === 'toBest' && methods[0].name === 'none';
    return having.length === 0 || isSaid ? [] : [differencePicture(methods, to, metric)];
  });
  return [
    dotPicture(methods, metric, seedsSaid),
    ...differences,
    ...curvePictures(methods, metric),
    searched,
  ];
}

/** A row a method, for other programs. */
export function methodsTable({ methods }: ComparisonResult): DataTable {
  return tableOf(
    methods.map(({ name, chosen, finals, toBest, toNone, seconds, ...spreads }, i) => ({
      rank: i + 1,
      method: name,
      trial: chosen?.number,
      setting: settingText(chosen?.parameters),
      seeds: finals.length,
      ...Object.fromEntries(
        (['train', 'valid', 'test'] as const).flatMap((split) => [
          [`${split}.mean`, spreads[split]?.mean],
          [`${split}.deviation`, spreads[split]?.deviation],
          [`${split}.count`, spreads[split]?.count],
        ]),
      ),
      ...Object.fromEntries(
        Object.entries({ to_best: toBest, to_none: toNone }).flatMap(([to, difference]) => [
          [to, difference?.mean],
          [`${to}.low`, difference?.low],
          [`${to}.high`, difference?.high],
          [`${to}.pairs`, difference?.count],
        ]),
      ),
      seconds,
    })),
  );
}

/** The table that people read, and how it is to be read. */
export function shownMethods({ comparison, deciding, metric }: ReportedComparison): {
  note: string;
  table: ShownTable;
} {
  const { methods, seeds } = comparison;
  const hasNone = methods.some(({ toNone }) => toNone !== undefined);
  const splits = measuredSplits(methods);
  const rows = methods.map((one, i) => [
    String(i + 1),
    one.name,
    ...splits.map((split) => spreadText(one[split])),
    `${one.finals.filter(({ best }) => best !== null).length} of ${seeds.length}`,
    differenceText(one.toBest),
    ...(hasNone ? [differenceText(one.toNone)] : []),
    duration(one.seconds),
    settingText(one.chosen?.parameters) || 'no setting has a result',
  ]);
  const header = [
    '',
    'method',
    ...splits,
    'seeds',
    'to the best',
    ...(hasNone ? ['to none'] : []),
    'work',
    'best setting',
  ];
  const interval =
    seeds.length > 1
      ? `Differences are of test, this method minus the other, in pairs by seed, with 95 % intervals: mean ± t s/√n, t of Student's distribution with n − 1 degrees of freedom.`
      : 'One seed has no spread: differences without an interval say little.';
  return {
    note: `${metricHeading(metric)}; mean ± deviation over seeds. In the order of validation${decidingWords(deciding ?? metric, metric)}; weights are chosen by it, test is measured once with them. ${interval}`,
    table: { header, rows, align: `rl${'r'.repeat(splits.length + (hasNone ? 4 : 3))}l` },
  };
}

// --- internal ---

function tableHtml(study: ReportedComparison): string {
  const { note, table } = shownMethods(study);
  return [
    paragraph(note, 'note'),
    htmlTable(table.header, table.rows, table.align),
    saved(`${study.name} methods`, methodsTable(study.comparison)),
  ].join('');
}

const methodAxis = (methods: readonly ComparedResult[]): Axis => ({
  label: 'method',
  domain: [-0.6, methods.length - 0.4],
  ticks: methods.map(({ name }, value) => ({ value, label: name })),
});

function plot(title: string, x: Axis, y: Axis, marks: Mark[], column: string): Picture {
  const drawing = panel({ width: pictureWidth, height: pictureHeight, title, x, y, marks });
  const data = dataOf(
    marks,
    'method',
    column,
    (x.ticks ?? []).map(({ label }) => label),
  );
  return { title, svg: figure([drawing], { label: title }), drawing, data };
}

/** A dot a seed, validation to the left and test to the right of each method, and their means. */
function dotPicture(methods: readonly ComparedResult[], metric: string, counted: string): Picture {
  const series = (['valid', 'test'] as const).flatMap((split, s): Mark[] => {
    const offset = 0.32 * (s - 0.5);
    const dots = methods.flatMap(({ name, finals }, i) =>
      finals.flatMap(({ best, parameters, number }) => {
        const value = best?.[split][metric];
        const title = `${name}, seed ${parameters.seed}, trial ${number}: ${metricText(value)}`;
        return value === undefined ? [] : [{ x: i + offset, y: value, title }];
      }),
    );
    return [
      {
        ...{ kind: 'points', colour: seriesColour(s), shape: s === 0 ? 'ring' : 'disc', size: 4 },
        name: split === 'valid' ? 'validation, a seed each' : 'test, a seed each',
        x: dots.map(({ x }) => x),
        y: dots.map(({ y }) => y),
        titles: dots.map(({ title }) => title),
      },
      ...methods.flatMap((one, i): Mark[] => {
        const mean = one[split]?.mean;
        if (mean === undefined) return [];
        const x = [i + offset - 0.14, i + offset + 0.14];
        const series = `${split === 'valid' ? 'validation' : 'test'}, mean`;
        return [{ kind: 'line', series, x, y: [mean, mean], colour: seriesColour(s), width: 2.5 }];
      }),
    ];
  });
  const title = `Methods over ${counted}, with their means`;
  return plot(title, methodAxis(methods), { label: metricLabel(metric) }, series, metric);
}

/** Mean differences of test with their intervals. */
function differencePicture(
  methods: readonly ComparedResult[],
  to: 'toNone' | 'toBest',
  metric: string,
): Picture {
  const other = to === 'toNone' ? 'none' : methods[0].name;
  const having = methods.flatMap((one) => (one[to] ? [{ name: one.name, difference: one[to] }] : []));
  const bars = having.flatMap(({ difference: { low, high } }, i): Mark[] =>
    low === undefined || high === undefined
      ? []
      : [{ kind: 'line', x: [i, i], y: [low, high], colour: seriesColour(0), width: 2.5 }],
  );
  const marks: Mark[] = [
    { kind: 'rule', y: 0, colour: ink },
    ...bars,
    {
      ...{ kind: 'points', colour: seriesColour(0), size: 4.5 },
      name: bars.length > 0 ? 'mean difference and its 95 % interval' : 'difference (one seed, no interval)',
      x: having.map((_, i) => i),
      y: having.map(({ difference }) => difference.mean),
      titles: having.map(({ name, difference }) => `${name}: ${differenceText(difference)}`),
    },
  ];
  const axis: Axis = {
    label: 'method',
    domain: [-0.6, having.length - 0.4],
    ticks: having.map(({ name }, value) => ({ value, label: name })),
  };
  const label = `${metricLabel(metric)}, test, minus that of ${other}`;
  const picture = plot(`Difference to ${other}`, axis, { label }, marks, 'difference');
  const rows = having.map(({ name, difference: { mean, low, high } }) => [name, mean, low, high]);
  return { ...picture, data: { header: ['method', 'difference', 'low', 'high'], rows } };
}

/** The mean validation of each method while training, a band of one deviation around it. */
function curvePictures(methods: readonly ComparedResult[], metric: string): Picture[] {
  const marks = methods.flatMap(({ name, finals }, i): Mark[] => {
    const { x, mean, low, high } = meanOf(finals, metric);
    const look = { name, colour: seriesColour(i), dash: i < 8 ? undefined : '6 3', x, y: mean };
    const line = curveMark(look, i);
    if (x.length === 0) return [];
    return [
      ...(finals.length > 1
        ? [{ kind: 'band', series: name, x, low, high, colour: look.colour } as const]
        : []),
      line.kind === 'line' ? { ...line, width: 2 } : line,
    ];
  });
  if (!marks.some((mark) => mark.kind === 'line')) return [];
  const { better } = metricWords(metric);
  const label = `${metricLabel(metric)}, validation`;
  const words = { axis: 'epoch', label, better, column: `valid_${metric}` };
  return [
    picture(
      { title: 'Validation while training, mean ± deviation over seeds', ...words, mayDiverge: true },
      marks,
    ),
  ];
}

/** Over the epochs that all trainings validated after. */
function meanOf(finals: readonly Trial[], metric: string) {
  const out = { x: [] as number[], mean: [] as number[], low: [] as number[], high: [] as number[] };
  for (const { epoch } of finals[0]?.reports ?? []) {
    const values = finals.map(
      ({ reports }) => reports.find((report) => report.epoch === epoch)?.valid[metric],
    );
    const spread = meanAndDeviation(values);
    if (!spread || spread.count < finals.length) continue;
    out.x.push(epoch);
    out.mean.push(spread.mean);
    out.low.push(spread.mean - (spread.deviation ?? 0));
    out.high.push(spread.mean + (spread.deviation ?? 0));
  }
  return out;
}

/** What every setting reached that a search tried. */
function searchPicture(methods: readonly ComparedResult[], metric: string): Picture {
  const of = (isChosen: boolean) =>
    methods.flatMap(({ name, searched, chosen }, i) =>
      searched.flatMap((trial) => {
        const y = trial.best?.valid[metric];
        if (y === undefined || (trial === chosen) !== isChosen) return [];
        return [
          {
            x: i,
            y,
            title: `${name}, trial ${trial.number}: ${metricText(y)} (${settingText(trial.parameters)})`,
          },
        ];
      }),
    );
  const points = (dots: ReturnType<typeof of>) => ({
    x: dots.map(({ x }) => x),
    y: dots.map(({ y }) => y),
    titles: dots.map(({ title }) => title),
  });
  const [others, best] = [of(false), of(true)];
  const marks: Mark[] = [
    { kind: 'points', name: 'a setting of the search', colour: muted, shape: 'ring', ...points(others) },
    { kind: 'points', name: 'the best, trained again', colour: seriesColour(1), size: 4.5, ...points(best) },
  ];
  const y: Axis = {
    label: `${metricLabel(metric)}, validation`,
    scale: helpfulScale([[...others, ...best].map(({ y }) => y)], metricWords(metric).better),
  };
  return plot('What each search found', methodAxis(methods), y, marks, `valid_${metric}`);
}
