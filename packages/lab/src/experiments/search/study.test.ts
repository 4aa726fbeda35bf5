import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Report, Result } from '../../studies/journal.ts';
import { ranking, readStudy } from '../../studies/study-record.ts';
import type { Executor, Outcome, TrialTask } from './protocol.ts';
import { runSearch } from './run-search.ts';
import { readSearch, type Search } from './search-file.ts';
import { Study } from './study.ts';
import { studyId } from './study-identity.ts';
import { searchPlan } from './trial-plan.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-study-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const file = path.join(folder, 'search.yaml');
fs.writeFileSync(
  file,
  `title: t
base: music/folk
set: { model.dropout: 'fast:input={input}' }
space:
  input: { choice: [0, .1, .2] }
  model.hidden: { int: [20, 80] }
`,
);
const search = readSearch(file);

let directory: string;
let studies = 0;
beforeEach(() => {
  directory = path.join(folder, `study-${++studies}`);
});

/** Opens the study, does something with it and closes it as a process that ends does. */
function open<T>(
  work: (study: Study) => T,
  { seed = 1, by = search }: { seed?: number; by?: Search } = {},
): T {
  const study = new Study(directory, searchPlan(by, seed));
  try {
    return work(study);
  } finally {
    study.close();
  }
}

const report = (epoch: number, nll: number): Report => ({
  epoch,
  train: { nll_per_step: nll },
  valid: { nll_per_step: nll },
  seconds: epoch,
});
const complete = (nll: number): Result => ({
  state: 'complete',
  best: { ...report(1, nll), test: { nll_per_step: nll + 1 } },
  seconds: 2,
  reason: 'all epochs',
});
const journal = () => path.join(directory, 'journal.jsonl');

describe('a study', () => {
  test('is what its journal says, whoever reads it', () => {
    open((study) => {
      const one = study.ask(3)!;
      const two = study.ask(3)!;
      study.started(one.number, one.parameters);
      study.started(two.number, two.parameters, 'attic');
      study.report(1, report(1, 5));
      study.report(1, report(2, 4));
      study.tell(1, complete(4));
      const { about, trials } = readStudy(directory);
      expect(about).toEqual(study.about);
      expect(about).toMatchObject({ seed: 1, metric: 'nll_per_step', base: 'music/folk' });
      expect(trials).toEqual(study.trials);
      expect(trials[0]).toMatchObject({
        number: 1,
        state: 'complete',
        parameters: one.parameters,
        seconds: 2,
      });
      expect(trials[0].reports.map(({ epoch }) => epoch)).toEqual([1, 2]);
      expect(trials[0].directory).toBe(path.join(directory, 'trials', '0001'));
      expect(trials[1]).toMatchObject({ number: 2, state: 'running', best: null, worker: 'attic' });
    });
  });

  test('asked again after an interruption gives what has no result, with the same parameters', () => {
    const first = open((study) => {
      const asked = [study.ask(3)!, study.ask(3)!, study.ask(3)!];
      expect(study.ask(3)).toBeUndefined();
      for (const { number, parameters } of asked.slice(0, 2)) study.started(number, parameters);
      study.tell(1, complete(1));
      return asked;
    });
    open((study) => {
      expect([study.ask(3), study.ask(3), study.ask(3)]).toEqual([first[1], first[2], undefined]);
    });
  });

  test('tells of a trial that goes on, and writes its beginning once', () => {
    open((study) => study.started(1, study.ask(1)!.parameters));
    open((study) => {
      const told: unknown[] = [];
      study.onEvent = (event) => told.push(event);
      const { parameters } = study.ask(1)!;
      study.started(1, parameters);
      expect(told).toEqual([{ event: 'trial', number: 1, parameters }]);
    });
    expect(fs.readFileSync(journal(), 'utf8').trim().split('\n')).toHaveLength(2); // study, trial
  });

  test('takes the first of several results, and every validation once', () => {
    open((study) => {
      study.started(1, study.ask(1)!.parameters);
      expect(study.report(1, report(1, 5))).toBe(true);
      expect(study.report(1, report(1, 5))).toBe(false);
      study.tell(1, complete(4));
      study.tell(1, complete(3));
      expect(study.report(1, report(2, 3))).toBe(false);
      expect(study.trials[0].best?.valid.nll_per_step).toBe(4);
    });
    expect(fs.readFileSync(journal(), 'utf8').trim().split('\n')).toHaveLength(4); // study, trial, report, end
  });

  test('goes on after a line that was torn off at any place', () => {
    open((study) => study.started(1, study.ask(1)!.parameters));
    const whole = fs.readFileSync(journal());
    const begin = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let length = begin; length < whole.length; length++) {
      fs.writeFileSync(journal(), whole.subarray(0, length));
      expect(readStudy(directory).trials).toEqual([]);
      open((study) => study.started(1, study.ask(1)!.parameters));
      expect(fs.readFileSync(journal()).equals(whole)).toBe(true);
    }
  });

  test('whose first line was torn off begins anew', () => {
    fs.mkdirSync(directory);
    fs.writeFileSync(journal(), '{"event":"stu');
    open((study) => expect(study.trials).toEqual([]));
    expect(readStudy(directory).about.seed).toBe(1);
  });

  test('with a broken line before others is refused', () => {
    open((study) => study.started(1, study.ask(1)!.parameters));
    fs.writeFileSync(journal(), fs.readFileSync(journal(), 'utf8').replace('"trial"', '"trial'));
    expect(() => readStudy(directory)).toThrow(/journal.jsonl: line 2 is broken/);
  });

  test('has one coordinator at a time', () => {
    open(() =>
      expect(() => new Study(directory, searchPlan(search, 1))).toThrow(/is being written by process/),
    );
    open(() => {});
  });
});

describe('another study in the same directory is refused with what differs', () => {
  test.each([
    ['another seed', { seed: 2 }, 'seed is 1 there and 2 here'],
    [
      'other choices',
      { by: readSearch(file, ['input=.3']) },
      'space.input.choice is [0,0.1,0.2] there and [0.3] here',
    ],
    [
      'another setting',
      { by: readSearch(file, ['optimizer.stepRate=.5']) },
      'config.optimizer.stepRate is 0.001 there and 0.5 here',
    ],
    [
      'another data set',
      { by: readSearch(file, ['dataset=nottingham']) },
      'config.dataset is "folk" there and "nottingham" here',
    ],
  ])('%s', (_, options, message) => {
    open(() => {});
    expect(() => open(() => {}, options)).toThrow(message);
  });

  test('another order of parameters', () => {
    open(() => {});
    const space = Object.fromEntries(Object.entries(search.space).reverse());
    expect(() => open(() => {}, { by: { ...search, space } })).toThrow(
      'order is "input, model.hidden" there',
    );
  });

  test('a directory that is something else', () => {
    fs.mkdirSync(directory);
    fs.writeFileSync(path.join(directory, 'config.json'), '{}');
    expect(() => open(() => {})).toThrow('exists already and is no study: it has config.json');
    expect(() => readStudy(directory)).toThrow('is no study: it has no journal.jsonl');
  });

  test('that has no whole line yet is said to be none yet', () => {
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(journal(), '{"event":"stu');
    expect(() => readStudy(directory)).toThrow('is no study yet: no whole line is in its journal.jsonl');
  });

  test('a new title makes no other study: it goes on under the title that it began with', () => {
    const asked = open((study) => {
      study.started(1, study.ask(2)!.parameters);
      study.tell(1, complete(4));
      return study.ask(2);
    });
    const renamed = { ...search, title: 'other', recipe: { ...search.recipe, title: 'other' } };
    open(
      (study) => {
        expect(study.about.title).toBe('t');
        expect(study.trials.map(({ state }) => state)).toEqual(['complete']);
        expect(study.ask(2)).toEqual(asked);
      },
      { by: renamed },
    );
    expect(readStudy(directory).about.title).toBe('t');
  });
});

test('the short name of a study is its own', () => {
  const id = open((study) => studyId(study.about));
  expect(id).toMatch(/^[0-9a-f]{16}$/);
  expect(open((study) => studyId(study.about))).toBe(id);
  directory += '-other';
  expect(open((study) => studyId(study.about), { seed: 2 })).not.toBe(id);
});

test('trials are ranked by their validation; those without one are not', () => {
  open((study) => {
    for (const nll of [3, 1, 2]) {
      const { number, parameters } = study.ask(4)!;
      study.started(number, parameters);
      study.tell(number, complete(nll));
    }
    study.started(4, study.ask(4)!.parameters);
    study.tell(4, { state: 'failed', best: null, seconds: 0, reason: 'it diverged' });
    expect(ranking(study).map(({ number }) => number)).toEqual([2, 3, 1]);
  });
});

/** Two cells, one of them said twice, and a name that a text refers to: two configurations in twelve draws. */
const few = path.join(folder, 'few.yaml');
fs.writeFileSync(
  few,
  `title: few
base: music/folk
set: { training.epochs: 2, model.dropout: 'fast:input={rate}' }
space:
  model.cell: { choice: [lstm, '"lstm"', gru] }
  rate: { choice: ['.1', '0.1'] }
`,
);
const discrete = readSearch(few);

/** Runs what it is given and remembers it: the result is a function of the cell. */
function remembering(slots: number): { executor: Executor; trained: TrialTask[] } {
  const trained: TrialTask[] = [];
  const executor: Executor = {
    slots,
    run(task, listener) {
      trained.push(task);
      listener.started();
      const nll = task.config.model.cell === 'lstm' ? 5 : 6;
      const { best, seconds } = complete(nll);
      const outcome: Outcome = { state: 'complete', best: best!, seconds, reason: 'all epochs' };
      const later = new Promise<Outcome>((resolve) => setTimeout(() => resolve(outcome), 5));
      return { outcome: later, settled: async () => {}, stop: () => {} };
    },
    close: async () => {},
  };
  return { executor, trained };
}

describe.each([1, 3, Number.POSITIVE_INFINITY])('a search with %d trials at a time', (slots) => {
  test('trains a configuration once, and every trial that draws it has the result', async () => {
    const { executor, trained } = remembering(slots);
    const study = new Study(directory, searchPlan(discrete, 1));
    await runSearch(study, executor, { trials: 12, prune: 'none' });
    study.close();
    // A dropout of .1 and one of 0.1 are two texts, and one rate.
    const cells = new Set(trained.map(({ config }) => `${config.model.cell} ${config.model.dropout}`));
    expect(trained.length).toBe(cells.size);
    const { trials } = readStudy(directory);
    expect(trials.map(({ state }) => state)).toEqual(Array(12).fill('complete'));
    const repeats = trials.filter(({ repeats }) => repeats !== null);
    expect(repeats.length).toBe(12 - trained.length);
    for (const { repeats: first, best, directory: run, reason, seconds } of repeats) {
      const original = trials[first! - 1];
      expect(original.repeats).toBeNull();
      expect({ best, run, reason, seconds }).toEqual({
        best: original.best,
        run: original.directory,
        reason: 'all epochs',
        seconds: 0,
      });
    }
    expect(ranking({ about: study.about, trials }).length).toBe(trained.length);
  });
});

test('a repeated trial waits for the one that it repeats, over any interruption', () => {
  const draw = (study: Study) => {
    const asked: number[] = [];
    for (let next = study.ask(12); next; next = study.ask(12)) {
      asked.push(next.number);
      study.started(next.number, next.parameters);
    }
    return asked;
  };
  const first = open(draw, { by: discrete });
  const waiting = readStudy(directory).trials;
  expect(waiting.map(({ state }) => state)).toEqual(Array(12).fill('running'));
  const lines = fs.readFileSync(journal(), 'utf8').split('\n').length;
  open(
    (study) => {
      expect(draw(study)).toEqual(first);
      // What the journal has is not written again.
      expect(fs.readFileSync(journal(), 'utf8').split('\n').length).toBe(lines);
      study.tell(first[0], complete(5));
    },
    { by: discrete },
  );
  const shared = readStudy(directory).trials.filter(({ repeats }) => repeats === first[0]);
  expect(shared.length).toBeGreaterThan(0);
  expect(shared.every(({ state }) => state === 'complete')).toBe(true);
  // A kill between the end of a trial and that of what repeats it.
  const text = fs.readFileSync(journal(), 'utf8');
  const last = `{"event":"end","number":${shared.at(-1)!.number},`;
  fs.writeFileSync(journal(), text.slice(0, text.indexOf(last)));
  open(draw, { by: discrete });
  expect(readStudy(directory).trials[shared.at(-1)!.number - 1]).toMatchObject({
    state: 'complete',
    seconds: 0,
  });
});

test('a study that trained the same trial twice, as it once was, keeps both', () => {
  const [one, two] = open((study) => [study.ask(12)!, study.ask(12)!], { by: discrete });
  const number = open(
    (study) => {
      while (study.ask(12));
      return study.trials.find(({ repeats }) => repeats !== null)!.number;
    },
    { by: discrete },
  );
  fs.writeFileSync(journal(), `${fs.readFileSync(journal(), 'utf8').split('\n')[0]}\n`);
  open(
    (study) => {
      study.started(number, one.parameters);
      study.tell(number, complete(7));
      while (study.ask(12));
    },
    { by: discrete },
  );
  expect(two.number).not.toBe(one.number);
  expect(readStudy(directory).trials.find((trial) => trial.number === number)).toMatchObject({
    state: 'complete',
    repeats: null,
    best: { valid: { nll_per_step: 7 } },
  });
});
