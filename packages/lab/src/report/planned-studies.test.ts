import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { comparisonPlan } from '../experiments/compare/comparison-plan.ts';
import type { TrialPlan } from '../experiments/search/trial-plan.ts';
import { sweepPlan } from '../experiments/sweep/sweep-plan.ts';
import { readVaried } from '../experiments/sweep/vary.ts';
import { objections, textsOf } from '../pictures/svg/legible.suite.ts';
import type { Best, JournalEvent } from '../studies/journal.ts';
import type { Parameters } from '../studies/space.ts';
import { journalFile, readStudy } from '../studies/study-record.ts';
import { mainPictures, readReport, reportHtml, reportPictures } from './report.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-planned-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const base = (settings: Record<string, unknown> = {}) => ({ target: 'music/folk', settings, set: [] });
let studies = 0;

/** A study whose trials reach what `of` says after two validations; undefined has failed. */
function study(
  plan: TrialPlan,
  count: number,
  of: (parameters: Parameters) => number | undefined,
  { hasTraining = true } = {},
): string {
  const directory = path.join(folder, `study-${++studies}`);
  fs.mkdirSync(directory);
  const write = (event: JournalEvent): void =>
    fs.appendFileSync(journalFile(directory), `${JSON.stringify(event)}\n`);
  write(plan.about);
  const { metric, shown } = plan.about;
  for (let number = 1; number <= count; number++) {
    const parameters = plan.parametersOf(number, readStudy(directory).trials);
    if (!parameters) continue;
    write({ event: 'trial', number, parameters });
    const nll = of(parameters);
    // Where people are shown another metric, a higher one is better.
    const at = (value: number) => ({ [shown.metric]: 1 - value / 100, [metric]: value });
    for (const epoch of nll === undefined ? [] : [1, 2]) {
      const valid = at(nll! + 2 - epoch);
      const train = hasTraining ? valid : {};
      write({ event: 'report', number, epoch, train, valid, seconds: epoch });
    }
    const train = nll === undefined || !hasTraining ? {} : at(nll - 1);
    const best: Best | null =
      nll === undefined ? null : { epoch: 2, train, valid: at(nll), test: at(nll + 0.5) };
    write({
      ...{ event: 'end', number, best, seconds: 60 },
      ...(best ? { state: 'complete', reason: 'all epochs' } : { state: 'failed', reason: 'diverged' }),
    });
  }
  return directory;
}

/** Figures that differ by setting and by seed. */
const bowl = (parameters: Parameters): number => {
  const seed = (parameters.seed as number | undefined) ?? 0;
  const numbers = Object.values(parameters).filter((value) => typeof value === 'number');
  return (
    8 + numbers.reduce((sum, value, i) => sum + (value - 0.3) ** 2 / (i + 1), 0) / 100 + 0.01 * Math.sin(seed)
  );
};

const legible = (directory: string): string[] => {
  const pictures = reportPictures(readReport([directory]));
  return pictures.flatMap(({ title, svg }) => objections(svg).map((objection) => `${title}: ${objection}`));
};
const rows = (html: string): string[][] =>
  Array.from(html.matchAll(/<tr>(.*?)<\/tr>/gs), ([, row]) =>
    Array.from(row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs), ([, cell]) => cell),
  );

describe('the report on a comparison', () => {
  const names = ['none', 'fast:form=gauss-hermite,points=7', 'variational', 'zoneout', 'awd', 'naive'];
  const space = { 'optimizer.stepRate': { logUniform: [0.001, 0.01] as [number, number] } };
  const methods = names.map((name) => ({ name, space, first: null }));
  const plan = comparisonPlan({ title: 'Methods on folk', base: base(), methods, trials: 3, seed: 1 });
  const worth = (parameters: Parameters) =>
    bowl({ ...parameters, k: names.indexOf(String(parameters.method)) });
  const whole = study(plan, 6 * 6, worth);

  test('ranks methods with their differences and settings', () => {
    const html = reportHtml(readReport([whole]));
    const [header, first, second] = rows(html);
    expect(header.slice(1, 9)).toEqual([
      'method',
      'train',
      'valid',
      'test',
      'seeds',
      'to the best',
      'to none',
      'work',
    ]);
    expect(first.slice(0, 2)).toEqual(['1', 'none']);
    expect(first[6]).toBe('–');
    expect(first[8]).toBe('6 min 0 s');
    expect(second[6]).toMatch(/^\+\d\.\d+ \[[+−][\d.]+, [+−][\d.]+\]$/);
    expect(html).toContain('n − 1 degrees of freedom');
  });

  test('draws seeds, differences, curves and searches, all legible', () => {
    const pictures = reportPictures(readReport([whole]));
    expect(pictures.map(({ title }) => title.replace(/^.*?: /, ''))).toEqual([
      'Methods over 3 seeds, with their means',
      'Difference to none',
      'Validation while training, mean ± deviation over seeds',
      'What each search found',
    ]);
    expect(legible(whole)).toEqual([]);
    expect(pictures[1].data.header).toEqual(['method', 'difference', 'low', 'high']);
    for (const { data } of [pictures[0], pictures[3]]) {
      expect(new Set(data.rows.map((row) => row[1]))).toEqual(new Set(names));
    }
    // Three seeds of the first, and their mean on both sides of its line.
    const { rows } = pictures[0].data;
    const of = (series: string) => rows.filter((row) => row[0] === series && row[1] === 'none');
    expect(of('test, a seed each')).toHaveLength(3);
    expect(of('test, mean')[0][2]).toBeCloseTo(
      of('test, a seed each').reduce((s, r) => s + Number(r[2]) / 3, 0),
    );
    expect(new Set(pictures[2].data.rows.map(([name]) => name))).toEqual(new Set(names));
    expect(mainPictures(readReport([whole]))).toHaveLength(1);
  });

  test('is legible while searches go on, with one seed, with failures, and before anything', () => {
    const early = study(plan, 7, worth);
    expect(rows(reportHtml(readReport([early])))[1][3]).toBe('–');
    const one = study(plan, 6 * 4, worth);
    expect(reportHtml(readReport([one]))).toContain('One seed has no spread');
    const failing = study(plan, 6 * 6, (parameters) =>
      parameters.method === 'awd' ? undefined : worth(parameters),
    );
    expect(
      rows(reportHtml(readReport([failing])))
        .find(([, name]) => name === 'awd')!
        .at(-1),
    ).toBe('no setting has a result');
    const nothing = study(plan, 6 * 3, () => undefined);
    expect(reportHtml(readReport([nothing]))).toContain('No trial has a validation yet.');
    for (const directory of [early, one, failing, nothing]) expect(legible(directory)).toEqual([]);
  });

  test('has no column for none where that is not compared', () => {
    const two = methods.slice(2, 4);
    const without = comparisonPlan({ title: 't', base: base(), methods: two, trials: 1, seed: 1 });
    const html = reportHtml(readReport([study(without, 6, worth)]));
    expect(rows(html)[0]).not.toContain('to none');
    expect(new Set(rows(html).map(({ length }) => length))).toEqual(new Set([rows(html)[0].length]));
    expect(rows(html)[2][6]).toMatch(/^\+/);
  });

  test('names the best where it is not none', () => {
    const worse = study(
      plan,
      6 * 6,
      (parameters) => worth(parameters) + (parameters.method === 'none' ? 5 : 0),
    );
    const titles = reportPictures(readReport([worse])).map(({ title }) => title);
    expect(titles.filter((title) => /Difference to /.test(title))).toHaveLength(2);
    expect(legible(worse)).toEqual([]);
  });
});

describe('the report on a sweep', () => {
  const planOf = (vary: string[], alone = false, dropout = 'variational') =>
    sweepPlan({
      ...{ title: 'Sweep on folk', alone },
      base: base({ 'model.dropout': dropout }),
      varied: vary.map(readVaried),
    });
  const shown = (vary: string[], { alone = false, seeds = 2, dropout = 'variational' } = {}) => {
    const plan = planOf(vary, alone, dropout);
    const directory = study(plan, plan.points * seeds, bowl);
    const pictures = reportPictures(readReport([directory]));
    return { directory, titles: pictures.map(({ title }) => title.replace(/^.*?: /, '')), pictures };
  };

  test('of one setting draws training, validation and test along it, with bands over seeds', () => {
    const { directory, titles, pictures } = shown(['dropout.recurrent=0:.8:.1']);
    expect(titles).toEqual(['dropout.recurrent']);
    const texts = textsOf(pictures[0].svg).map(({ text }) => text);
    for (const text of ['training', 'validation', 'test', 'dropout.recurrent (probability of dropping)']) {
      expect(texts).toContain(text);
    }
    // Mean and ends of the band: two seeds, s the deviation.
    const at = pictures[0].data.rows.filter(([name, x]) => name === 'validation' && x === 0.5);
    const seeds = [1, 2].map((seed) => bowl({ 'dropout.recurrent': 0.5, seed }));
    const [mean, s] = [(seeds[0] + seeds[1]) / 2, Math.abs(seeds[0] - seeds[1]) / Math.SQRT2];
    expect(at).toEqual([
      ['validation', 0.5, null, expect.closeTo(mean - s, 12), expect.closeTo(mean + s, 12)],
      ['validation', 0.5, expect.closeTo(mean, 12), null, null],
    ]);
    expect(legible(directory)).toEqual([]);
  });

  test('of two draws surfaces and families of lines', () => {
    const { directory, titles } = shown(['dropout.recurrent=0:.8:.1', 'dropout.input=0:.6:.2']);
    expect(titles).toEqual([
      'Validation over dropout.recurrent and dropout.input',
      'Test over dropout.recurrent and dropout.input',
      'Validation along dropout.recurrent, by dropout.input',
      'Validation along dropout.input, by dropout.recurrent',
    ]);
    expect(legible(directory)).toEqual([]);
  });

  test('has in the data beside its pictures words and all digits, and says of each number whose it is', () => {
    const vary = ['model.cell=rnn,lstm', 'optimizer.stepRate=.00001,.0123456'];
    const { pictures } = shown(vary);
    const [surface, , byCell, byRate] = pictures.map(({ data }) => data.rows);
    expect(surface.slice(0, 2).map(([cell, rate]) => [cell, rate])).toEqual([
      ['rnn', 0.00001],
      ['lstm', 0.00001],
    ]);
    expect(new Set(byCell.map((row) => row[1]))).toEqual(new Set(['rnn', 'lstm']));
    expect(new Set(byCell.map(([name]) => name))).toEqual(
      new Set(
        ['10⁻⁵', '0.01235'].flatMap((rate) =>
          [rate, `${rate} ± deviation`].map((s) => `optimizer.stepRate=${s}`),
        ),
      ),
    );
    // A band and a line for each cell.
    expect(byRate.map(([name, rate]) => [name, rate])).toEqual(
      ['rnn', 'lstm'].flatMap((cell) =>
        [0.00001, 0.0123456, 0.00001, 0.0123456].map((rate) => [`model.cell=${cell}`, rate]),
      ),
    );
  });

  test('of three draws the surface of every two and a line for each, through the best point', () => {
    const vary = ['dropout.recurrent=0:.6:.2', 'dropout.input=0,.3,.6', 'model.hidden=10,20'];
    const { directory, titles } = shown(vary, { seeds: 1 });
    expect(titles).toHaveLength(3 * 2 + 3);
    expect(titles[0]).toMatch(/^Validation over dropout.recurrent and dropout.input \(model.hidden=\d+\)$/);
    expect(legible(directory)).toEqual([]);
  });

  test('of each alone draws all rates in one panel, then each', () => {
    const vary = [
      'dropout.weight=0:.8:.2',
      'dropout.input=0:.8:.4',
      'model.cell=rnn,lstm,gru',
      'optimizer.stepRate=.0001:.1:x10',
    ];
    const { directory, titles } = shown(vary, { alone: true, dropout: 'awd' });
    expect(titles[0]).toBe('Validation along each rate, the others as in the recipe');
    expect(titles).toHaveLength(5);
    expect(legible(directory)).toEqual([]);
  });

  test('of methods and their rates, and of words alone', () => {
    expect(
      legible(shown(['model.dropout=none,naive,fast:input=.1,recurrent=.2', 'model.hidden=10,20']).directory),
    ).toEqual([]);
    expect(legible(shown(['model.cell=rnn,lstm,gru', 'optimizer.name=sgd,adam']).directory)).toEqual([]);
    expect(legible(shown(['model.cell=rnn,lstm,gru']).directory)).toEqual([]);
  });

  test('shows what there is while it goes on, and what failed', () => {
    const plan = planOf(['dropout.recurrent=0:.8:.2', 'dropout.input=0:.6:.2']);
    const half = study(plan, 7, (parameters) =>
      parameters['dropout.input'] === 0 ? undefined : bowl(parameters),
    );
    expect(reportHtml(readReport([half]))).toContain('2 trainings failed');
    expect(legible(half)).toEqual([]);
    const none = study(plan, 0, bowl);
    expect(reportHtml(readReport([none]))).toContain('No training has a validation yet.');
  });

  test('names no training where the task measures none, in pictures and tables', () => {
    const plan = planOf(['dropout.recurrent=0:.8:.4', 'model.cell=rnn,lstm'], true);
    const directory = study(plan, plan.points, bowl, { hasTraining: false });
    const [rates, words] = reportPictures(readReport([directory])).map(({ svg }) =>
      textsOf(svg).map(({ text }) => text),
    );
    for (const texts of [rates, words]) {
      expect(texts).toEqual(expect.arrayContaining(['validation', 'test']));
      expect(texts).not.toContain('training');
    }
    expect(rows(reportHtml(readReport([directory])))[0]).toEqual([
      ...['dropout.recurrent', 'model.cell', 'seeds', 'valid', 'test'],
    ]);
  });

  test('has all values of a setting on its axis while it goes on, and of one rate alone all that rates may be', () => {
    const ticks = (vary: string[], count: number): number[] => {
      const [{ svg }] = reportPictures(readReport([study(planOf(vary), count, bowl)]));
      return textsOf(svg).map(({ text }) => Number(text.replace('−', '-')));
    };
    // The first of five values has ended: that is 0.
    expect(ticks(['dropout.recurrent=0:.8:.2'], 1)).toEqual(expect.arrayContaining([0, 0.2, 0.8]));
    const one = ticks(['dropout.recurrent=0'], 1);
    expect(one).toEqual(expect.arrayContaining([0, 1]));
    expect(one).not.toContain(-1);
  });

  test('names the metric that decides where people are shown another', () => {
    const plan = sweepPlan({
      ...{ title: 'Sweep', alone: false, base: { ...base(), target: 'classify/reviews' } },
      varied: ['model.hidden=10,20', 'optimizer.stepRate=.01,.1'].map(readVaried),
    });
    const directory = study(plan, plan.points, bowl);
    expect(reportHtml(readReport([directory]))).toContain('weights chosen by validation of NLL (nats)');
    const [surface] = reportPictures(readReport([directory]));
    expect(textsOf(surface.svg).map(({ text }) => text)).toContain('best mean validation of NLL (nats)');
    expect(surface.data.header.at(-1)).toBe('valid_accuracy');
    expect(legible(directory)).toEqual([]);
  });
});
