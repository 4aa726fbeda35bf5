import { expect, test } from 'vitest';
import { bestTrial, type ReportedStudy, type ReportedTrial } from './study.ts';
import { studyPictures, studySection } from './study-section.ts';

const trial = (
  number: number,
  rate: number,
  valid?: number,
  more: Partial<ReportedTrial> = {},
): ReportedTrial => ({
  number,
  state: 'complete',
  parameters: { 'optimizer.stepRate': rate, 'model.cell': number % 2 ? 'lstm' : 'gru' },
  ...(valid === undefined ? {} : { best: { epoch: 3, valid: { nll: valid } } }),
  seconds: 61,
  ...more,
});
const study = (...trials: ReportedTrial[]): ReportedStudy => ({
  ...{
    name: 'a <study>',
    directory: 'd',
    metric: 'nll',
    method: 'none',
    logarithmic: ['optimizer.stepRate'],
  },
  trials,
});
const rows = (html: string): string[] =>
  Array.from(html.matchAll(/<tr>(.*?)<\/tr>/gs), ([, row]) =>
    row
      .replace(/<\/t[dh]>/g, ' ')
      .replace(/<[^>]*>/g, '')
      .trim(),
  );

test('the best ten trials are listed, best first', () => {
  const html = studySection(study(...Array.from({ length: 12 }, (_, i) => trial(i, 0.01, 12 - i))));
  const table = rows(html);
  expect(table).toHaveLength(11);
  expect(table[1]).toBe('11 1.0000 – 0.01 lstm complete 3 1 min 1 s');
  expect(html).toContain('<h2>a &lt;study&gt;</h2>');
});

test('every hyper-parameter has a picture, logarithmic where it was drawn so, words side by side', () => {
  const html = studySection(study(trial(0, 1e-4, 3), trial(1, 1e-2, 2), trial(2, 1, 1)));
  expect(html.match(/<figure /g)).toHaveLength(3);
  // on a logarithmic axis the three rates are equally far from each other
  const picture = html.split(/<figure[^>]*>/).find((part) => part.includes('optimizer.stepRate: trials'))!;
  const places = Array.from(picture.matchAll(/<circle cx="([\d.]+)"[^>]*><title>/g), ([, cx]) => Number(cx));
  expect(places[1] - places[0]).toBeCloseTo(places[2] - places[1], 1);
  expect(html).toContain('>gru</text>');
});

test('the history falls like a staircase and leaves out what has no figure', () => {
  const trials = [
    trial(0, 1, 3),
    trial(1, 1, 4),
    trial(2, 1, undefined, { state: 'failed' }),
    trial(3, 1, 2),
  ];
  const html = studySection(study(...trials));
  const stairs = /<path d="([^"]*)" fill="none" stroke="#d55e00"/.exec(html)![1];
  const heights = stairs
    .split(/[ML]/)
    .slice(1)
    .map((point) => Number(point.split(' ')[1]));
  // trials 0, 1, 3: 3, then 3 again, then down to 2
  expect(heights).toHaveLength(5);
  expect(new Set(heights.slice(0, 4)).size).toBe(1);
  expect(heights[4]).toBeGreaterThan(heights[0]); // pixels count downwards
  expect(html).toContain('4 trials: 3 complete, 1 failed.');
});

test('the validations of all trials are one picture, the best of them in front', () => {
  const falling = (...y: number[]) => ({ curve: { x: y.map((_, i) => i + 1), y } });
  const html = studySection(
    study(
      trial(1, 0.1, 4, falling(5, 4)),
      trial(2, 0.1, 3, falling(6, 3)),
      trial(3, 0.1, 9, falling(9)), // one validation makes no line
      trial(4, 0.1, undefined, { state: 'running', ...falling(7, 6, 5) }),
    ),
  );
  const picture = html.split(/<figure[^>]*>/).find((part) => part.includes('Validation while training'))!;
  const lines = Array.from(picture.matchAll(/<path d="M[^"]*" fill="none" stroke="([^"]*)"/g), ([, c]) => c);
  expect(lines).toEqual(['#5a5a5a', '#5a5a5a', '#d55e00']);
  expect(picture).toContain('trial 2, the best');
  expect(picture.match(/other trials/g)).toHaveLength(1);
});

test('a study without a figure yet, and one without trials, are no failure', () => {
  expect(studySection(study(trial(0, 1, undefined, { state: 'running' })))).toContain(
    'No trial has a validation yet.',
  );
  expect(studySection(study())).toContain('0 trials: none.');
});

test('where a higher figure is better, or another decides, trials are ranked by the one that decides', () => {
  // 100 less BLEU decides: the best BLEU is the best trial; trial 4 repeats the second.
  const bleu = (number: number, value: number, more: Partial<ReportedTrial> = {}) =>
    trial(number, 0.1, undefined, {
      best: { epoch: 1, valid: { bleu: value, bleu_missing: 100 - value } },
      ...more,
    });
  const translations: ReportedStudy = {
    ...study(bleu(1, 20), bleu(2, 30), bleu(3, 10), bleu(4, 30, { repeats: 2 })),
    ...{ metric: 'bleu', deciding: 'bleu_missing' },
  };
  expect(bestTrial(translations)?.number).toBe(2);
  const html = studySection(translations);
  expect(
    rows(html)
      .slice(1)
      .map((row) => Number(row.split(' ')[0])),
  ).toEqual([2, 1, 3]);
  expect(html).toContain('higher is better; best first by validation.');
  const stairsOf = (one: ReportedStudy) => {
    const { data } = studyPictures(one).find(({ title }) => title.endsWith('History'))!;
    return data.rows.filter(([name]) => String(name).startsWith('best so far'));
  };
  expect(stairsOf(translations).map(([, x, y]) => [x, y])).toEqual([
    [1, 20],
    [2, 20],
    [2, 30],
    [3, 30],
    [3, 30],
    [4, 30],
    [4, 30],
  ]);

  // The NLL decides, accuracy is shown: the surest trial is not the most accurate one.
  const classes: ReportedStudy = {
    ...study(
      trial(1, 0.1, undefined, { best: { epoch: 1, valid: { accuracy: 0.9, nll: 0.7 } } }),
      trial(2, 0.1, undefined, { best: { epoch: 1, valid: { accuracy: 0.8, nll: 0.4 } } }),
    ),
    ...{ metric: 'accuracy', deciding: 'nll' },
  };
  expect(bestTrial(classes)?.number).toBe(2);
  expect(studySection(classes)).toContain('best first by validation of NLL (nats).');
  expect(stairsOf(classes).at(-1)).toEqual(['best so far by validation of NLL (nats)', 2, 0.8, null, null]);
});

test('the numbers of a picture over words have the words, and every curve its trial', () => {
  const curve = { x: [1, 2], y: [4, 3] };
  const pictures = studyPictures(study(trial(1, 0.1, 3, { curve }), trial(2, 0.2, 4, { curve })));
  const rowsOf = (title: string) => pictures.find((one) => one.title.endsWith(title))!.data.rows;
  expect(rowsOf(': model.cell').map(([, cell, value]) => [cell, value])).toEqual([
    ['lstm', 3],
    ['gru', 4],
  ]);
  expect(rowsOf('Validation while training').map(([name]) => name)).toEqual([
    ...['trial 2', 'trial 2', 'trial 1, the best', 'trial 1, the best'],
  ]);
});

test('half a character in a table is no failure', () => {
  const cut = study(trial(1, 0.1, 3, { parameters: { word: '\ud83d' } }));
  expect(studySection(cut)).toContain('%EF%BF%BD'); // U+FFFD in UTF-8
});
