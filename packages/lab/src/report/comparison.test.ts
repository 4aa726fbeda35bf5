import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { objections, textsOf } from '../pictures/svg/legible.suite.ts';
import { comparableSets } from './comparable.ts';
import { compareRuns } from './groups.ts';
import { doneEvent, epochEvent, useMadeRuns } from './made-run.suite.ts';
import { readReport, reportHtml, reportPictures } from './report.ts';

const { make } = useMadeRuns();
const events = (valid: number): object[] => [
  epochEvent(1, 9, valid + 1),
  epochEvent(2, 8, valid, { best: true }),
  doneEvent(2, valid, valid),
];
/** Changes a file of a run that holds JSON. */
function change(directory: string, file: string, edit: (tree: Record<string, never>) => object): string {
  const at = path.join(directory, file);
  fs.writeFileSync(at, JSON.stringify(edit(JSON.parse(fs.readFileSync(at, 'utf8')))));
  return directory;
}
const withContent = (directory: string, sha256: string): string =>
  change(directory, 'environment.json', (tree) => ({ ...tree, data: { ...(tree.data as object), sha256 } }));
const tableRows = (html: string): string[][] =>
  html
    .split('<h2>Comparison</h2>')[1]
    .split('</section>')[0]
    .split('<h3>')
    .slice(1)
    .map((part) => Array.from(part.matchAll(/<tr><td>([^<]*)/g), ([, name]) => name));

test('runs are ranked only among those on the same data, cut in the same way', () => {
  const runs = [
    make('jsb-a', { events: events(8) }),
    make('jsb-b', { events: events(7), set: ['model.hidden=9'] }),
    withContent(make('other-a', { events: events(3) }), 'def'),
    withContent(make('other-b', { events: events(2), set: ['model.hidden=9'] }), 'def'),
    make('folk-a', { events: events(1), set: ['dataset=folk'] }),
    make('folk-b', { events: events(0.5), set: ['dataset=folk', 'model.hidden=9'] }),
  ];
  const { runs: records } = readReport(runs);
  expect(comparableSets(records).map(({ data, runs }) => [data, runs.length])).toEqual([
    ['jsb-chorales, content abc', 2],
    ['jsb-chorales, content def', 2],
    ['folk', 2],
  ]);
  const html = reportHtml(readReport(runs));
  expect(tableRows(html)).toEqual([
    ['jsb-b', 'jsb-a'],
    ['other-b', 'other-a'],
    ['folk-b', 'folk-a'],
  ]);
  expect(html).toContain('<h3>folk: NLL per time step (nats), lower is better</h3>');
});

test('words and characters, and texts read in other streams, are not ranked together', () => {
  const text = (name: string, level: string, streams: number): string => {
    const metric = level === 'word' ? 'perplexity' : 'bits_per_character';
    const nll = level === 'word' ? 'nll_per_token' : 'nll_per_character';
    const metrics = { [nll]: 4, [metric]: 50 };
    const event = {
      event: 'epoch',
      epoch: 1,
      step: 1,
      seconds: 1,
      train: metrics,
      valid: metrics,
      best: true,
    };
    return change(make(name, { events: [event] }), 'config.json', (tree) => ({
      ...{ ...tree, task: 'text', text: { level }, evaluation: { testStreams: streams, conventions: [] } },
    }));
  };
  const { runs } = readReport([
    text('w1', 'word', 1),
    text('w2', 'word', 1),
    text('w3', 'word', 20),
    text('c', 'char', 1),
  ]);
  expect(comparableSets(runs).map(({ metric, data, runs }) => [metric, data, runs.length])).toEqual([
    ['perplexity', 'jsb-chorales, level word, testStreams 1', 2],
    ['perplexity', 'jsb-chorales, level word, testStreams 20', 1],
    ['bits_per_character', 'jsb-chorales, level char, testStreams 1', 1],
  ]);
});

test('figures of a part of a split are not ranked with those of all of it', () => {
  const part = (name: string, more: object): string => {
    const metrics = { nll_per_step: 8, ...more };
    const event = {
      ...{ event: 'epoch', epoch: 1, step: 1, seconds: 1, best: true },
      train: metrics,
      valid: metrics,
    };
    return make(name, { events: [event] });
  };
  const { runs } = readReport([
    part('p1', {}),
    part('p2', { evaluated_share: 0.1 }),
    part('p3', { evaluated_share: 0.1 }),
  ]);
  expect(comparableSets(runs).map(({ data, runs }) => [data, runs.length])).toEqual([
    ['jsb-chorales, 100 % evaluated', 1],
    ['jsb-chorales, 10 % evaluated', 2],
  ]);
});

const rates = 'input=0.5,recurrent=0.3,output=0.5,gates=untied';

test('the legend has the whole of every method, of single runs and of seeds', () => {
  const methods = [`variational:${rates}`, `variational:${rates}+weight-decay:lambda=1e-7`, 'none'];
  const runs = methods.flatMap((method, m) =>
    [1, 2].slice(0, m + 1).map((seed) =>
      make(`methods-${m}-${seed}`, {
        events: events(7 + m),
        set: [`model.dropout=${method}`, `seed=${seed}`],
      }),
    ),
  );
  const content = readReport(runs);
  expect(compareRuns(content.runs).groups.map(({ legend }) => legend)).toEqual([
    `methods-0-1: variational:${rates}`,
    `variational:${rates}+weight-decay:lambda=1e-7, 2 seeds`,
    'no dropout, 2 seeds',
  ]);
  const [valid] = reportPictures(content);
  const written = textsOf(valid.svg)
    .map(({ text }) => text)
    .join('')
    .replaceAll(' ', '');
  for (const method of methods.slice(0, 2)) expect(written).toContain(method);
  expect(objections(valid.svg)).toEqual([]);
});

test('a hundred runs are as many panels as eight colours, whole and dashed, tell apart; every run is named', () => {
  const runs = Array.from({ length: 100 }, (_, i) =>
    make(`run-${i}`, { events: events(7 + i / 100), set: [`model.hidden=${i + 1}`] }),
  );
  const pictures = reportPictures(readReport(runs)).filter(({ title }) => title.includes('validation'));
  expect(pictures).toHaveLength(7); // 100 / 16
  const names = pictures
    .flatMap(({ svg }) => textsOf(svg).map(({ text }) => text))
    .filter((text) => /^run-\d+:/.test(text));
  expect(names.sort()).toEqual(Array.from({ length: 100 }, (_, i) => `run-${i}: hidden ${i + 1}`).sort());
  expect(objections(pictures[0].svg)).toEqual([]);
}, 60_000);

test('a run that diverged does not hide the others, and is said to go on above', () => {
  const runs = [8, 8.1, 8.2, 13_555].map((valid, i) =>
    make(`diverged-${i}`, { events: events(valid), set: [`model.hidden=${i + 1}`] }),
  );
  const [{ svg, data }] = reportPictures(readReport(runs));
  expect(svg).toContain('some curves go on above');
  const ticks = textsOf(svg)
    .map(({ text }) => Number(text))
    .filter((value) => value > 3);
  expect(Math.max(...ticks)).toBeLessThan(20);
  expect(data.rows.some((row) => row[2] === 13_555)).toBe(true); // the numbers have it
});

test('a curve of one point is a point, one without numbers is said to have none', () => {
  const one = make('point', { events: [epochEvent(1, 9, 8)] });
  const bad = change(
    make('none', { events: [epochEvent(1, 9, 8)], set: ['model.hidden=9'] }),
    'config.json',
    (tree) => tree,
  );
  fs.writeFileSync(
    path.join(bad, 'metrics.jsonl'),
    '{"event":"epoch","epoch":1,"step":5,"seconds":1,"train":{"nll_per_step":null},"valid":{"nll_per_step":null}}\n',
  );
  const [valid] = reportPictures(readReport([one, bad]));
  expect(valid.svg).toContain('<circle');
  expect(
    textsOf(valid.svg)
      .map(({ text }) => text)
      .join(' '),
  ).toContain('(no finite value)');
  expect(objections(valid.svg)).toEqual([]);
});

test('settings that change no figure do not part the seeds of a configuration', () => {
  const runs = [['observe=[spectral-radius]'], ['threads=2'], []].map((set, i) =>
    make(`same-${i}`, { events: events(8), set: [...set, `seed=${i + 1}`] }),
  );
  expect(compareRuns(readReport(runs).runs).groups).toHaveLength(1);
});

test('the data beside curves say whose each number is', () => {
  const seeds = [1, 2].map((seed) =>
    make(`whose-${seed}`, { set: [`seed=${seed}`], events: events(7 + seed / 10) }),
  );
  const other = make('whose-other', { set: ['model.hidden=9'], events: events(9) });
  const [{ data }] = reportPictures(readReport([...seeds, other]));
  const names = new Set(data.rows.map(([name]) => String(name)));
  const group = [...names].find((name) => name.includes('2 seeds'));
  expect(names).toEqual(new Set([group, 'whose-1', 'whose-2', 'whose-other: hidden 9']));
  // the ends of the band
  expect(data.rows.filter(([name, , , low]) => name === group && low !== null)).toHaveLength(2);
});
