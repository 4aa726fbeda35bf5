import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { writeMidi } from '../data/formats/midi-writer.ts';
import { readSearch } from '../experiments/search/search-file.ts';
import { Study } from '../experiments/search/study.ts';
import { searchPlan } from '../experiments/search/trial-plan.ts';
import { doneEvent, epochEvent, useMadeRuns } from './made-run.suite.ts';
import { readReport, reportHtml } from './report.ts';
import { runPictures } from './run-section.ts';

const { make } = useMadeRuns();
const reportOf = (...directories: string[]): string => reportHtml(readReport(directories));
/** The page without tags: what is to be read. */
const textOf = (html: string): string => html.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
const rowsOf = (html: string): string[] =>
  Array.from(html.matchAll(/<tr>(.*?)<\/tr>/gs), ([, row]) =>
    textOf(row.replaceAll('</td><td', '</td>|<td')).trim(),
  );

test('a finished run shows its figures beside the published one, its environment and its curves', () => {
  const directory = make('finished', {
    recipe: {
      name: 'jsb-fast',
      title: 'JSB & fast',
      published: { value: 8.01, metric: 'test nll_per_step', source: 'Bayer et al. 2013, Table 1' },
    },
    events: [
      { event: 'start', run: 'r', seed: 1, epoch: 1, step: 0, resumed: false },
      epochEvent(1, 12, 11, { best: true, penalties: { activation: 0.25 } }),
      epochEvent(2, 9, 8.5, { best: true, penalties: { activation: 0.125 } }),
      epochEvent(3, 7, 9, { best: false, penalties: { activation: 0.1 } }),
      doneEvent(2, 8.5, 8.6),
    ],
  });
  const html = reportOf(directory);
  const text = textOf(html);
  expect(rowsOf(html)[1]).toBe(
    'NLL per time step (nats) | 7.0000 | 8.5000 | 8.6000 | 8.01 | NLL per time step, natural log; lower is better',
  );
  expect(text).toContain('Published: test NLL per time step (nats) 8.01 (Bayer et al. 2013, Table 1)');
  expect(text).toContain('finished after 3 epochs, 1 h 2 min (patience)');
  expect(text).toContain('A processor &lt;x&gt;');
  expect(text).toContain('Recipe: JSB &amp; fast');
  expect(text).toContain('penalties in the loss');
  expect(text).toContain('model.dropout');
});

test('the page needs nothing from outside: its script only saves what is in it', () => {
  const html = reportOf(make('alone', { events: [epochEvent(1, 12, 11, { best: true })] }));
  expect(html.match(/https?:[^"]*/g)?.every((url) => url === 'http://www.w3.org/2000/svg')).toBe(true);
  expect(html).not.toMatch(/<script[^>]|<link|<img|@import|url\(http|fetch\(|XMLHttp|import\(/);
  expect(html.match(/<script>/g)).toHaveLength(1);
});

test('names with markup in them are text', () => {
  const html = reportOf(make('<b>"&', { set: ['model.dropout=none'], events: [] }));
  expect(html).toContain('<h2>&lt;b&gt;&quot;&amp;</h2>');
  expect(html).not.toContain('<b>');
});

test('an unfinished run shows what there is', () => {
  const torn = make('torn', { events: [epochEvent(1, 12, 11, { best: true }), epochEvent(2, 10, 11.5)] });
  const text = textOf(reportOf(torn));
  expect(text).toContain('unfinished: 2 epochs, 4 s so far');
  expect(text).toContain('Epoch 1, the best by validation');
  expect(text).toContain('The test set is measured when a run is finished.');
  const stopped = make('stopped', {
    events: [
      epochEvent(1, 12, 11),
      { event: 'interrupted', run: 'r', epoch: 2, step: 7, resume: '', seconds: 3 },
    ],
  });
  expect(textOf(reportOf(stopped))).toContain('interrupted after 1 epoch, 2 s');
});

test('a run before its first epoch, and one without environment, are no failure', () => {
  const text = textOf(reportOf(make('young', { events: [], environment: false })));
  expect(text).toContain('No epoch has ended yet');
  expect(text).toContain('The environment was not recorded.');
});

test('a report says in which precision a run computes, of earlier runs too, whose environment has the number type alone', () => {
  const events = [epochEvent(1, 12, 11)];
  expect(textOf(reportOf(make('full', { events })))).toContain('2 threads, f32; Node');
  expect(textOf(reportOf(make('half', { set: ['dtype=bf16'], events })))).toContain('2 threads, bf16; Node');
});

test('a run without validation shows its last epoch and says so', () => {
  const html = reportOf(make('blind', { events: [epochEvent(1, 12), epochEvent(2, 10)] }));
  expect(textOf(html)).toContain('No validation was measured: epoch 2, the last one.');
  expect(rowsOf(html)[1]).toBe(
    'NLL per time step (nats) | 10.0000 | – | – | NLL per time step, natural log; lower is better',
  );
});

test('a validation every second epoch is one line', () => {
  const events = [1, 2, 3, 4, 5].map((e) => epochEvent(e, 12 - e, e % 2 ? 12 - e / 2 : undefined));
  const html = reportOf(make('sparse', { events }));
  const lines = Array.from(html.matchAll(/<path d="(M[^"]*)" fill="none" stroke="#d55e00"/g), ([, d]) => d);
  // one panel each of nll_per_step and nll_per_sequence_mean; three points joined
  expect(lines.map((d) => d.replace(/[^ML]/g, ''))).toEqual(['MLL', 'MLL']);
});

test('observations of any name are drawn, a line for every number in them', () => {
  const observe = (epoch: number): object => ({
    ...{ event: 'observe', epoch, step: 5 * epoch, name: 'spectral-radius' },
    values: { forward: 1 + epoch, note: 'no number', ...(epoch > 1 ? { backward: 2 } : {}) },
  });
  const events = [
    epochEvent(1, 9, 9),
    observe(1),
    epochEvent(2, 8, 8),
    observe(2),
    epochEvent(3, 8, 8),
    observe(3),
  ];
  const text = textOf(reportOf(make('observed', { events })));
  expect(text).toContain('spectral-radius');
  expect(text).toMatch(/forward\s+backward/);
  expect(text).not.toContain('no number');
});

test('samples are shown: pieces as piano rolls, texts as text, a broken file by its reason', () => {
  const midi = writeMidi([[60, 64], [60], [67]], { stepsPerQuarter: 1, title: 't' });
  const samples = {
    'seed-1.mid': midi,
    'seed-2.txt': 'once <upon>',
    'seed-3.mid': 'no midi',
    'other.bin': 'x',
  };
  const html = reportOf(make('sampled', { events: [], samples }));
  expect(html).toContain('seed-1.mid: 3 time steps');
  expect(html).toContain('<pre>once &lt;upon&gt;</pre>');
  expect(textOf(html)).toContain('seed-3.mid cannot be shown: seed-3.mid: expected a MIDI file');
  expect(html).not.toContain('other.bin');
});

test('seeds of one configuration are one row with mean and deviation, best first', () => {
  const seeds = [1, 2, 3].map((seed, i) =>
    make(`fast-${seed}`, {
      set: [`seed=${seed}`, `threads=${seed}`, 'model.dropout=fast:input=.1'],
      events: [epochEvent(1, 9, [8.1, 8.2, 8.3][i], { best: true }), doneEvent(1, [8.1, 8.2, 8.3][i], 8.5)],
    }),
  );
  const plain = make('plain-1', {
    set: ['model.dropout=none'],
    events: [epochEvent(1, 9, 9, { best: true }), doneEvent(1, 9, 9.25)],
  });
  const rows = rowsOf(reportOf(plain, ...seeds));
  expect(rows[0]).toMatch(/^runs.*published.*model\.dropout$/);
  // deviation of 8.1, 8.2, 8.3 with n - 1: 0.1; training of doneEvent: 7
  expect(rows.slice(1, 3)).toEqual([
    'fast:input=.1 | 3 | 7.0000 ± 0.0000 | 8.2000 ± 0.1000 | 8.5000 ± 0.0000 | – | fast:input=.1',
    'plain-1 | 1 | 7.0000 | 9.0000 | 9.2500 | – | none',
  ]);
});

test('runs of the same name in different folders are named by their directories', () => {
  const runs = ['x/same', 'y/same', 'x/other'].map((name) => make(name, { events: [] }));
  expect(readReport(runs).runs.map(({ name }) => name)).toEqual([runs[0], runs[1], 'other']);
});

test('a study is read from its journal: words, numbers and what is drawn on a logarithmic scale', () => {
  const parent = path.dirname(make('beside', { events: [] }));
  const file = path.join(parent, 'small.yaml');
  fs.writeFileSync(
    file,
    'title: small\nbase: music/folk\nspace: { optimizer.stepRate: { choice: [.1, .001] }, model.hidden: { choice: [9, 12] }, model.maxIncoming: { choice: [none, 5] } }\n',
  );
  const directory = path.join(parent, 'small');
  const study = new Study(directory, searchPlan(readSearch(file), 1));
  const { number, parameters } = study.ask(1)!;
  study.started(number, parameters);
  const metrics = { nll_per_step: 8, nll_per_sequence_mean: 9 };
  const best = { epoch: 2, train: metrics, valid: metrics, test: metrics };
  study.tell(number, { state: 'complete', best, seconds: 3, reason: 'epochs' });
  study.close();
  const { runs, studies } = readReport([directory]);
  expect(runs).toEqual([]);
  expect(studies).toMatchObject([
    {
      ...{ name: 'small (small)', metric: 'nll_per_step', logarithmic: ['optimizer.stepRate'] },
      trials: [{ number: 1, state: 'complete', best, seconds: 3 }],
    },
  ]);
  expect(Object.keys(studies[0].trials[0].parameters)).toEqual([
    'optimizer.stepRate',
    'model.hidden',
    'model.maxIncoming',
  ]);
  expect(reportHtml(readReport([directory]))).toContain('Report on small (small)');
});

test('the best trial of a study is shown as a run, and compared with those of other studies', () => {
  const parent = path.dirname(make('near', { events: [] }));
  const file = path.join(parent, 'two.yaml');
  fs.writeFileSync(
    file,
    'title: two\nbase: music/folk\nspace: { optimizer.stepRate: { logUniform: [.001, .1] } }\n',
  );
  const made = (name: string, ...values: number[]): string => {
    const study = new Study(path.join(parent, name), searchPlan(readSearch(file), 1));
    for (const value of values) {
      const { number, parameters } = study.ask(values.length)!;
      study.started(number, parameters);
      const metrics = { nll_per_step: value, nll_per_sequence_mean: value };
      const best = { epoch: 1, train: metrics, valid: metrics, test: metrics };
      study.tell(number, { state: 'complete', best, seconds: 3, reason: 'epochs' });
      const trial = path.join(name, 'trials', String(number).padStart(4, '0'));
      make(trial, { events: [epochEvent(1, 9, value, { best: true }), doneEvent(1, value, value)] });
    }
    study.close();
    return path.join(parent, name);
  };
  const [first, second] = [made('first', 8, 7), made('second', 6)];
  const names = (...directories: string[]) => readReport(directories).bestTrials.map(({ name }) => name);
  expect(names(first)).toEqual(['trial 2 of first']);
  expect(names(first, second)).toEqual(['trial 2 of first', 'trial 1 of second']);
  expect(names(first, path.join(first, 'trials/0002'))).toEqual([]); // asked for by itself
  fs.mkdirSync(path.join(parent, 'elsewhere'));
  const namesake = made('elsewhere/first', 6);
  expect(names(first, namesake)).toEqual([`trial 2 of ${first}`, `trial 1 of ${namesake}`]);
  const html = reportHtml(readReport([first, second]));
  expect(html).toContain('<h2>Comparison</h2>');
  expect(html).toContain('<h2>trial 2 of first</h2>');
  // a trial that a worker trained elsewhere left a configuration here and no epochs
  make('first/trials/0002', { events: [] });
  expect(names(first)).toEqual([]);
});

test('a directory given twice is one run', () => {
  const directory = make('twice', { events: [epochEvent(1, 12, 11)] });
  expect(readReport([directory, `${directory}/`]).runs).toHaveLength(1);
});

test('what cannot be read is left out with its reason, and the rest is shown', () => {
  const good = make('good', { events: [epochEvent(1, 12, 11)] });
  const parent = path.dirname(good);
  const future = make('future', { events: [] });
  fs.writeFileSync(path.join(future, 'config.json'), '{"format":2,"task":"music"}');
  const missing = path.join(parent, 'missing <x>');
  const content = readReport([missing, future, good]);
  expect(content.runs.map(({ name }) => name)).toEqual(['good']);
  expect(content.leftOut.map(({ directory }) => directory)).toEqual([missing, future]);
  const text = textOf(reportHtml(content));
  expect(text).toContain('missing &lt;x&gt;: is not a run directory: it does not exist');
  expect(text).toContain('expected format 1, found 2; read it with the version of lethe that made it');
  expect(() => readReport([future])).toThrow(/expected format 1, found 2/);
});

test('a broken line of a history is named, and those behind it are shown', () => {
  const directory = make('broken-line', { events: [epochEvent(1, 12, 11), epochEvent(2, 11, 10)] });
  const file = path.join(directory, 'metrics.jsonl');
  const [first, second] = fs.readFileSync(file, 'utf8').trim().split('\n');
  const wrong = '{"event":"epoch","epoch":"two","train":{}}';
  fs.writeFileSync(
    file,
    [first, '{"event":"ep\u0000', wrong, '[]', second, '{"event":"epoch","epo'].join('\n'),
  );
  const { runs } = readReport([directory]);
  expect(runs[0].epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  // the last line has no end: it is being written
  expect(runs[0].notes).toEqual([
    'metrics.jsonl: 3 lines (2, 3, 4) are no event of a training and left out.',
  ]);
  expect(textOf(reportHtml(readReport([directory])))).toContain('3 lines (2, 3, 4)');
});

test('a run in training, and one whose environment is of another format, say so', () => {
  const directory = make('training', { events: [epochEvent(1, 12, 11)] });
  fs.writeFileSync(path.join(directory, 'lock'), '{}');
  fs.writeFileSync(path.join(directory, 'environment.json'), '{"format":7,"data":{}}');
  const text = textOf(reportHtml(readReport([directory])));
  expect(text).toContain('Its lock is there: it is still in training, or was killed');
  expect(text).toContain('The environment is not shown: environment.json: format 7.');
});

test('a directory of runs stands for these', () => {
  const run = make('many/a', { events: [epochEvent(1, 12, 11)] });
  make('many/b', { events: [] });
  expect(readReport([path.dirname(run)]).runs.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('a run that went on after its end is what it is now, and finished again by its last end', () => {
  const first = [epochEvent(1, 12, 11, { best: true }), doneEvent(1, 11, 11.5)];
  const start = { event: 'start', run: 'r', seed: 1, epoch: 2, step: 5, resumed: true };
  const more = [start, epochEvent(2, 9, 8, { best: true })];
  const stateOf = (name: string, events: object[]) => {
    const { state, chosen } = readReport([make(name, { events })]).runs[0];
    return [state.split(' ')[0], chosen?.epoch, chosen?.valid?.nll_per_step];
  };
  expect(stateOf('extended', [...first, ...more])).toEqual(['unfinished:', 2, 8]);
  const stop = { event: 'interrupted', run: 'r', epoch: 3, step: 12, resume: '', seconds: 5 };
  expect(stateOf('extended-stopped', [...first, ...more, stop])).toEqual(['interrupted', 2, 8]);
  expect(stateOf('extended-done', [...first, ...more, doneEvent(2, 8, 8.5)])).toEqual(['finished', 2, 8]);
});

test('a training that diverged is said to have', () => {
  const sentence = 'training diverged after epoch 1: lower optimizer.stepRate';
  const done = { ...doneEvent(1, 11, 11.5), diverged: { useless: false, sentence } };
  const html = reportOf(make('diverged', { events: [epochEvent(1, 12, 11, { best: true }), done] }));
  expect(textOf(html)).toContain('Training diverged after epoch 1: lower optimizer.stepRate.');
});

test('a curve has the words of its own task', () => {
  const valid = { coverage_90: 0.8 };
  const event = { event: 'epoch', epoch: 1, step: 1, seconds: 1, train: {}, valid };
  const [run] = readReport([make('covered', { events: [event] })]).runs;
  const titles = ['classify', 'forecast'].map((task) => {
    const [{ title }] = runPictures({ ...run, config: new Map([...run.config, ['task', task]]) });
    return title;
  });
  expect(titles).toEqual(['covered: coverage at 90 %', 'covered: coverage of 90 % intervals']);
});
