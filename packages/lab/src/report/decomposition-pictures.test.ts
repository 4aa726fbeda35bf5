import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { decompositionPictures } from './decomposition-pictures.ts';
import { epochEvent, useMadeRuns } from './made-run.suite.ts';
import { readReport, reportHtml } from './report.ts';

const { make } = useMadeRuns();
const epochs = [0, 1, 2];
const observe = (epoch: number): object => ({
  ...{ event: 'observe', name: 'decomposition', epoch, step: 5 * epoch },
  values: {
    ...{ 'rnn.0.ratio': 0.1, 'rnn.0.lossPartNorm': 1, 'rnn.0.variancePartNorm': 0.1 },
    ...{ 'rnn.0.deltaPositive': 0.75, 'rnn.0.deltaNegative': 0.25, 'readout.ratio': 0.2 },
  },
});
const events = [...epochs.flatMap((epoch) => [observe(epoch), epochEvent(epoch + 1, 9, 9)])];
const units = (epoch: number): string =>
  `${JSON.stringify({ epoch, step: 5 * epoch, 'rnn.0.delta': [-4, 0, 1, 2, 8], 'rnn.0.eta': [1, 1, 1, 1, 1] })}\n`;
const pictures = (directory: string): Map<string, string> =>
  new Map(
    reportHtml(readReport([directory]))
      .split(/<figure[^>]*>/)
      .slice(1)
      .map((part) => [/aria-label="([^"]*)"/.exec(part)?.[1] ?? '', part]),
  );

function withUnits(name: string, text: string): string {
  const directory = make(name, { events });
  fs.mkdirSync(path.join(directory, 'observations'));
  fs.writeFileSync(path.join(directory, 'observations', 'decomposition.jsonl'), text);
  return directory;
}

test('the parts of the gradient are one picture a question, with every layer that answers it', () => {
  const shown = pictures(make('parts', { events }));
  const questions = [
    'Variance part of the gradient over its loss part',
    'Norms of the two parts of the gradient',
    'Share of units with δ above and below 0',
  ];
  expect([...shown.keys()].slice(-3)).toEqual(questions);
  const strokes = (title: string): string[] =>
    Array.from(shown.get(title)!.matchAll(/<path d="M[^"]*" fill="none" stroke="([^"]*)"/g), ([, c]) => c);
  expect(strokes(questions[0])).toEqual(['#0072b2', '#d55e00']); // two layers
  expect(strokes(questions[1])).toEqual(['#0072b2', '#0072b2']); // loss and variance of one
  expect(shown.get(questions[2])).toMatch(/stroke-dasharray="5 3"/);
});

test('the units of a layer are drawn as bands of quantiles around their median', () => {
  const directory = withUnits('units', epochs.map(units).join(''));
  const delta = pictures(directory).get('δ of the 5 units of rnn.0')!;
  const [outer, inner] = Array.from(delta.matchAll(/<path d="(M[^"]*)Z" fill=/g), ([, d]) =>
    d
      .slice(1)
      .split('L')
      .map((point) => Number(point.split(' ')[1])),
  );
  const median = Number(/<path d="M[\d.]+ ([\d.]+)[^"]*" fill="none"/.exec(delta)![1]);
  // quantiles .05, .25, .5, .75, .95 of -4, 0, 1, 2, 8 are -3.2, 0, 1, 2, 6.8; pixels count downwards
  const heights = [outer.at(-1)!, inner.at(-1)!, median, inner[0], outer[0]];
  const unit = heights[1] - heights[2];
  const found = heights.map((height) => 1 + (median - height) / unit);
  for (const [i, value] of [-3.2, 0, 1, 2, 6.8].entries()) expect(found[i]).toBeCloseTo(value, 1);
});

test('a unit whose number is none has no place among the others', () => {
  // JSON has null for what is no number: of 1, 2, 3 the median is 2, with a 0 for null it would be 1.5.
  const line = (delta: unknown[]): string =>
    `${JSON.stringify({ epoch: 0, step: 0, 'rnn.0.delta': delta, 'rnn.0.eta': [null] })}\n`;
  const observation = {
    ...{ name: 'decomposition', axis: 'epoch' as const, x: [0] },
    series: new Map([['rnn.0.ratio', [1]]]),
  };
  const directory = withUnits('no-number', line([1, null, 3, 2]));
  const asked = decompositionPictures(observation, directory);
  const medianOf = (about: string) =>
    asked.find((one) => one.about === about)!.marks.find((mark) => 'name' in mark && mark.name === 'median');
  expect(medianOf('delta')).toMatchObject({ y: [2] });
  expect(medianOf('eta')).toMatchObject({ y: [null] });
});

test('a torn last line is left out, a broken one is named', () => {
  expect(
    pictures(withUnits('torn', `${units(0)}${units(1)}{"epoch":2,"rnn`)).has('δ of the 5 units of rnn.0'),
  ).toBe(true);
  const broken = withUnits('broken', `${units(0)}{"epoch":\n${units(2)}`);
  const html = reportHtml(readReport([broken]));
  expect(html).toMatch(
    /What decomposition observed is not shown: [^<]*decomposition\.jsonl: line 2 is no JSON/,
  );
  expect(pictures(broken).has('NLL per time step')).toBe(true);
});
