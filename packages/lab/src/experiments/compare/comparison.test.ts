import { NoiseStream } from 'lethe';
import { dropoutMethods } from 'lethe/dropout';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../studies/journal.ts';
import type { Parameters } from '../../studies/space.ts';
import type { Trial } from '../../studies/study-record.ts';
import type { TaskData } from '../../tasks/kind.ts';
import { kindOf } from '../../tasks/registry.ts';
import { configWith, type StudyBase } from '../search/study-base.ts';
import { comparisonPlan } from './comparison-plan.ts';
import { methodSpace } from './method-space.ts';

const base = (settings: Record<string, unknown> = {}): StudyBase => ({
  target: 'music/folk',
  settings: { 'model.hidden': 6, 'model.maxIncoming': null, ...settings },
  set: [],
});

let data: TaskData;
beforeAll(async () => {
  data = await kindOf('music').data.load(configWith(base(), {}));
});

const check = (of: StudyBase) => (words: string) => {
  const config = configWith(of, {}, words);
  kindOf('music').open(config, data, new NoiseStream(1));
};
const spaceOf = (words: string, settings: Record<string, unknown> = {}) => {
  const of = base(settings);
  return methodSpace(words, configWith(of, {}, 'none'), check(of));
};

describe('what a method searches', () => {
  test('is the step rate, and the settings of its own that the cell has a place for', () => {
    const keys = (words: string, cell: string) => Object.keys(spaceOf(words, { 'model.cell': cell }).space);
    expect(keys('none', 'lstm')).toEqual(['optimizer.stepRate']);
    expect(keys('zoneout', 'lstm')).toEqual(['optimizer.stepRate', 'dropout.hidden', 'dropout.cell']);
    // A plain cell has no c.
    expect(keys('zoneout', 'rnn')).toEqual(['optimizer.stepRate', 'dropout.hidden']);
    expect(spaceOf('zoneout', { 'model.cell': 'rnn' }).leftOut).toEqual([
      { parameter: 'dropout.cell', reason: expect.stringMatching(/cell/) },
    ]);
  });

  test('goes by the layers and the words of the model', () => {
    const searched = (layers: number) => Object.keys(spaceOf('awd', { 'model.layers': layers }).space);
    expect(searched(1)).not.toContain('dropout.hidden');
    expect(searched(2)).toContain('dropout.hidden');
    expect(searched(2)).not.toContain('dropout.embedding');
  });

  test('are ranges that stand in its keys: every method has some of its own but none', () => {
    for (const name of dropoutMethods()) {
      // What does nothing alone is joined with something that does.
      const words = ['fraternal', 'curriculum'].includes(name) ? `${name}+variational:input=.2` : name;
      const own = Object.keys(spaceOf(words, { 'model.cell': 'lstm' }).space).slice(1);
      expect(own.length > 0, name).toBe(name !== 'none');
    }
  });

  test('is not what somebody has given', () => {
    expect(Object.keys(spaceOf('fast:input=.1,form=probit').space)).toEqual([
      'optimizer.stepRate',
      'dropout.recurrent',
      'dropout.output',
    ]);
  });

  test('begins with its usual rates and the step rate of the recipe', () => {
    const { first } = spaceOf('variational', { 'optimizer.stepRate': 0.01 });
    // The defaults of the method.
    expect(first).toEqual({
      'optimizer.stepRate': 0.01,
      'dropout.input': 0.4,
      'dropout.recurrent': 0.2,
      'dropout.output': 0.4,
    });
    // The paper's, of which a plain cell has a place for h alone.
    expect(spaceOf('zoneout', { 'model.cell': 'rnn' }).first).toEqual({
      'optimizer.stepRate': 0.001,
      'dropout.hidden': 0.05,
    });
    // Without usual rates it is drawn.
    expect(spaceOf('rnndrop').first).toBeNull();
  });

  test('is refused with the reason where the method cannot be trained', () => {
    expect(() => spaceOf('fraternal')).toThrow(/^fraternal: .*join it with a method that has some/);
    expect(() => spaceOf('zoneout:cell=.5,hidden=.1', { 'model.cell': 'rnn' })).toThrow(/cell/);
  });
});

describe('the trainings of a comparison', () => {
  const methods = () => ['none', 'fast'].map((name) => spaceOf(name));
  const plan = (seed = 1) =>
    comparisonPlan({ title: 't', base: base({ seed: 5 }), methods: methods(), trials: 3, seed });
  const trial = (number: number, parameters: Parameters, nll: number | null): Trial => {
    const metrics = { nll_per_step: nll ?? 0 };
    const result: Result = {
      state: nll === null ? 'failed' : 'complete',
      best: nll === null ? null : { epoch: 1, train: metrics, valid: metrics, test: metrics },
      seconds: 1,
      reason: '',
    };
    return { number, parameters, reports: [], directory: '', worker: null, repeats: null, ...result };
  };

  test('are the searches in turns, every method with as many trials', () => {
    const searched = [1, 2, 3, 4, 5, 6].map((number) => plan().parametersOf(number, [])!);
    expect(searched.map(({ method }) => method)).toEqual(['none', 'fast', 'none', 'fast', 'none', 'fast']);
    expect(searched.every(({ seed }) => seed === undefined)).toBe(true);
    // Draw k is the same for all in what they share.
    const rates = searched.map((parameters) => parameters['optimizer.stepRate']);
    expect([rates[0], rates[2], rates[4]]).toEqual([rates[1], rates[3], rates[5]]);
    expect(plan(2).parametersOf(3, [])).not.toEqual(searched[2]);
  });

  test('then the best of each by validation with seeds that no search has seen', () => {
    const { parametersOf, configOf } = plan();
    const values = [9, 8, 7, 5, 7, 6];
    const done = values.map((nll, i) => trial(i + 1, parametersOf(i + 1, [])!, nll));
    // Of equal ones the earlier: trial 3 of none, trial 4 of fast; the searches had seed 5.
    expect([7, 8, 9, 10].map((number) => parametersOf(number, done))).toEqual([
      { ...done[2].parameters, seed: 6 },
      { ...done[3].parameters, seed: 6 },
      { ...done[2].parameters, seed: 7 },
      { ...done[3].parameters, seed: 7 },
    ]);
    const config = configOf(parametersOf(8, done)!);
    const { 'dropout.input': input, 'optimizer.stepRate': stepRate } = done[3].parameters;
    expect(config).toMatchObject({ seed: 6, optimizer: { stepRate } });
    expect(config.model.dropout).toContain(`fast:input=${input},`);
  });

  test('leave out a method whose search has found nothing', () => {
    const { parametersOf } = plan();
    const done = [1, 2, 3, 4, 5, 6].map((number) =>
      trial(number, parametersOf(number, [])!, number % 2 === 0 ? null : 9),
    );
    expect(parametersOf(7, done)).toMatchObject({ method: 'none', seed: 6 });
    expect(parametersOf(8, done)).toBeUndefined();
  });
});
