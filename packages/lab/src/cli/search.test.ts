import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { readStudy } from '../studies/study-record.ts';
import { main } from './main.ts';
import { captured, lethe } from './testing.suite.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-search-cli-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const head = `title: tiny
base: music/folk
`;
function file(name: string, text: string): string {
  const target = path.join(folder, `${name}.yaml`);
  fs.writeFileSync(target, head + text);
  return target;
}
const small = 'model.hidden: 8, model.maxIncoming: none, training.checkpointEvery: 0';
const study = (name: string): string => path.join(folder, name);
const search = (target: string, name: string, ...args: string[]) =>
  lethe('search', target, '--out', study(name), '--workers', '2', ...args);

test('prints a line for every trial, the best of them, and a recipe that train takes', async () => {
  const rates = file(
    'rates',
    `set: { ${small}, training.epochs: 1, model.dropout: 'fast:input={input}' }
space: { input: { choice: [0, .1] }, optimizer.stepRate: { logUniform: [.0001, .01] } }
`,
  );
  const { code, out } = await search(rates, 'lines', '--trials', '3');
  expect(code).toBe(0);
  expect(
    out.match(/^\d +complete +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d{3} +input=0(\.1)? stepRate=/gm),
  ).toHaveLength(3);
  const { trials } = readStudy(study('lines'));
  const [best] = trials.toSorted((a, b) => a.best!.valid.nll_per_step - b.best!.valid.nll_per_step);
  const table = out.slice(out.indexOf('best epoch'));
  expect(table).toMatch(new RegExp(`^ +${best.number}  complete`, 'm'));
  const recipe = path.join(study('lines'), 'best.yaml');
  expect(out).toContain(`lethe train ${recipe} --seed 2`);
  // The same seed gives the same run: what the table shows can be had again.
  const again = await lethe('train', recipe, '--out', study('again'), '--json');
  const done = JSON.parse(again.out.trim().split('\n').at(-1)!);
  expect(done).toMatchObject({ event: 'done', best: best.best });

  const nothing = await search(rates, 'lines', '--trials', '3', '--json');
  const events = nothing.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event)).toEqual(['study', 'done']);
  expect(events[1]).toMatchObject({
    states: { complete: 3, pruned: 0, failed: 0 },
    best: { number: best.number },
    recipe,
  });
});

test('a trial that diverges has failed, and the search goes on', async () => {
  const diverging = file(
    'diverging',
    `set: { ${small}, training.epochs: 1, optimizer.name: sgd, optimizer.clipNorm: none }
space: { optimizer.stepRate: { choice: [.01, 1.0e+38] } }
`,
  );
  const { code, out } = await search(diverging, 'diverging', '--trials', '4');
  expect(code).toBe(0);
  const { trials } = readStudy(study('diverging'));
  for (const { state, parameters, reason } of trials) {
    const wild = parameters['optimizer.stepRate'] === 1e38;
    expect(state).toBe(wild ? 'failed' : 'complete');
    if (wild) expect(reason).toMatch(/not finite|lower optimizer.stepRate/);
  }
  expect(new Set(trials.map(({ state }) => state)).size).toBe(2);
  expect(out).toMatch(/^\d +failed +- +- /m);
});

test('when no trial has a result the search has failed', async () => {
  const hopeless = file(
    'hopeless',
    `set: { ${small}, training.epochs: 1, optimizer.name: sgd, optimizer.clipNorm: none }
space: { optimizer.stepRate: { choice: [1.0e+38] } }
`,
  );
  const { code, err } = await search(hopeless, 'hopeless', '--trials', '1');
  expect(code).toBe(1);
  expect(err).toMatch(/^lethe search: no trial of .*hopeless has a result: trial 1 failed/m);
});

test('--minutes ends the search: running trials are pruned with what they reached, no new one begins', async () => {
  const long = file(
    'long',
    `set: { ${small}, training.epochs: 100000, training.patience: none }
space: { optimizer.stepRate: { logUniform: [.0001, .01] } }
`,
  );
  // The clock is the test's: the minutes are over when both trials have validated, however busy the machine is.
  const minutes = 17;
  const later = globalThis.setTimeout;
  let isOver: (() => void) | undefined;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((run: () => void, wait: number, ...rest: []) => {
    if (wait !== 60_000 * minutes) return later(run, wait, ...rest);
    isOver = run;
    return later(() => {}, 0);
  }) as typeof setTimeout);
  const ended = search(long, 'long', '--trials', '9', '--minutes', `${minutes}`);
  const reporting = () => readStudy(study('long')).trials.filter(({ reports }) => reports.length > 0).length;
  await expect.poll(() => isOver && reporting(), { timeout: 100_000 }).toBe(2);
  isOver!();
  vi.restoreAllMocks();
  const { code, out } = await ended;
  expect(code).toBe(0);
  const { trials } = readStudy(study('long'));
  expect(trials.map(({ state, reason }) => [state, reason])).toEqual([
    ['pruned', 'minutes'],
    ['pruned', 'minutes'],
  ]);
  for (const { best, reports } of trials) {
    const values = reports.map(({ valid }) => valid.nll_per_step);
    expect(best?.valid.nll_per_step).toBe(Math.min(...values));
    expect(best?.test.nll_per_step).toBeGreaterThan(0);
  }
  expect(out).toMatch(/pruned .*\(minutes\)/);
}, 120_000);

test('--prune stops trials that are worse than the others', async () => {
  const mixed = file(
    'mixed',
    `set: { ${small}, training.epochs: 9, training.patience: none, optimizer.momentum: 0 }
space: { optimizer.stepRate: { choice: [.003, 1.0e-9] }, seed: { int: [1, 1000000] } }
`,
  );
  const { code } = await search(mixed, 'mixed', '--trials', '6', '--prune', 'halving', '--workers', '1');
  expect(code).toBe(0);
  const { trials } = readStudy(study('mixed'));
  const first = trials.findIndex(({ parameters }) => parameters['optimizer.stepRate'] === 0.003);
  for (const { parameters, state, reason, reports } of trials.slice(first + 1)) {
    if (parameters['optimizer.stepRate'] === 0.003) continue;
    expect([state, reason]).toEqual(['pruned', 'halving']);
    expect(reports.length).toBeLessThan(27);
  }
  expect(trials.some(({ state }) => state === 'pruned')).toBe(true);
  expect(trials[first].state).toBe('complete');
}, 60_000);

test('a configuration that is drawn again is not trained again', async () => {
  const two = file('two', `set: { ${small}, training.epochs: 1 }\nspace: { seed: { choice: [1, 2] } }\n`);
  const { code, out } = await search(two, 'two', '--trials', '6');
  expect(code).toBe(0);
  const { trials } = readStudy(study('two'));
  expect(trials.map(({ state }) => state)).toEqual(Array(6).fill('complete'));
  expect(fs.readdirSync(path.join(study('two'), 'trials'))).toHaveLength(2);
  expect(out.match(/\(repeats trial \d\)$/gm)).toHaveLength(4);
  expect(out).toContain('6 complete (4 drew what another had, and were not trained again)');
  // Of every configuration there is one line in the table of the best.
  expect(out.slice(out.indexOf('best epoch')).match(/^ +\d+ {2}complete/gm)).toHaveLength(2);
  const page = path.join(folder, 'two.html');
  expect(await lethe('report', study('two'), '--out', page)).toMatchObject({ code: 0 });
}, 60_000);

describe('wrong use', () => {
  const rates = (): string => path.join(folder, 'rates.yaml');

  test.each([
    [
      ['search', 'nothing'],
      2,
      /there is no search 'nothing'; there are bayer2013\/search, bayer2013\/search-plain, bayer2013\/search-plain-wide, bayer2013\/search-wide, .*, or name a YAML file/,
    ],
    [['search', 'bayer2013/search', '--prune', 'medain'], 2, /did you mean 'median'/],
    [['search', 'bayer2013/search', '--set', 'dataset=nottinghamm', '--no-fetch'], 2, /nottingham/],
    [['train', 'bayer2013/search'], 2, /there is no recipe 'bayer2013\/search'/],
    [['worker', 'localhost'], 2, /expected an address such as redis:\/\/localhost:6379, found 'localhost'/],
    [
      ['worker', 'redis://user:secret@127.0.0.1:1'],
      1,
      /no Redis answers at redis:\/\/127.0.0.1:1: ECONNREFUSED; start one/,
    ],
  ])('%j', async (argv, code, message) => {
    const out = argv[0] === 'search' ? ['--out', study('wrong')] : [];
    const result = await lethe(...argv, ...out);
    expect(result.err).toMatch(message);
    expect(result.code).toBe(code);
  });

  test('another space in the same study is refused', async () => {
    const { code, err } = await search(rates(), 'lines', '--set', 'training.epochs=2');
    expect(code).toBe(2);
    expect(err).toContain('config.training.epochs is 1 there and 2 here');
  });

  test('threads and workers belong to the workers of a queue', async () => {
    const { code, err } = await search(rates(), 'wrong', '--queue', 'redis://127.0.0.1:1');
    expect(code).toBe(2);
    expect(err).toContain('with --queue give --threads and --data to lethe worker');
  });
});

test('Ctrl-C before the first trial leaves a study that can go on', async () => {
  const { io, err, interrupt } = captured();
  const target = study('stopped');
  const ended = main(['search', path.join(folder, 'rates.yaml'), '--trials', '2', '--out', target], {
    ...io,
    onInterrupt(handler) {
      const release = io.onInterrupt(handler);
      interrupt();
      return release;
    },
  });
  expect(await ended).toBe(130);
  expect(err()).toContain(`the same command goes on with ${target}`);
  expect(readStudy(target).trials).toEqual([]);
});
