import { describe, expect, test } from 'vitest';
import type { StudyBase } from '../search/study-base.ts';
import { sweepPlan } from './sweep-plan.ts';
import { readVaried } from './vary.ts';

const base = (dropout = 'variational', more: Partial<StudyBase> = {}): StudyBase => ({
  ...{ target: 'music/folk', settings: { 'model.dropout': dropout, seed: 7 }, set: [] },
  ...more,
});
const planOf = (vary: string[], { alone = false, of = base() } = {}) =>
  sweepPlan({ title: 't', base: of, varied: vary.map(readVaried), alone });
const all = (plan: ReturnType<typeof planOf>, seeds = 1) =>
  Array.from({ length: plan.points * seeds }, (_, i) => plan.parametersOf(i + 1, [])!);

describe('the trainings of a sweep', () => {
  test('are every combination with the first seed, then with the next', () => {
    const plan = planOf(['dropout.input=0,.5', 'model.hidden=10,20']);
    const points = [
      { 'dropout.input': 0, 'model.hidden': 10 },
      { 'dropout.input': 0, 'model.hidden': 20 },
      { 'dropout.input': 0.5, 'model.hidden': 10 },
      { 'dropout.input': 0.5, 'model.hidden': 20 },
    ];
    expect(all(plan, 2)).toEqual([7, 8].flatMap((seed) => points.map((point) => ({ ...point, seed }))));
    // The other rates are those of the method.
    expect(plan.configOf({ ...points[3], seed: 8 })).toMatchObject({
      seed: 8,
      model: { hidden: 20, dropout: 'variational:input=0.5,recurrent=0.2,output=0.4' },
    });
    expect(plan.about.plan).toEqual({
      ...{ kind: 'sweep', alone: false },
      axes: [
        { key: 'dropout.input', values: [0, 0.5], base: 0.4 },
        { key: 'model.hidden', values: [10, 20], base: 400 },
      ],
    });
  });

  test('are, each axis alone, its values around the recipe, and the point of the recipe once', () => {
    const plan = planOf(['dropout.input=0,.4', 'dropout.output=.4,.6'], { alone: true });
    expect(all(plan)).toEqual([
      { 'dropout.input': 0, 'dropout.output': 0.4, seed: 7 },
      { 'dropout.input': 0.4, 'dropout.output': 0.4, seed: 7 },
      { 'dropout.input': 0.4, 'dropout.output': 0.6, seed: 7 },
    ]);
  });

  test('have whole schedules and averages in words, also at the base', () => {
    const of = base('none', { set: ['schedule=one-cycle:first=.2,momentum=.95/.85', 'average=tail'] });
    const plan = planOf(['schedule=constant,linear', 'average=none'], { alone: true, of });
    const usual = 'one-cycle:first=0.2,momentum=0.95/0.85';
    expect(plan.axes.map(({ base }) => base)).toEqual([usual, 'tail']);
    expect(all(plan).map(({ schedule, average }) => [schedule, average])).toEqual([
      ['constant', 'tail'],
      ['linear', 'tail'],
      [usual, 'none'],
    ]);
    expect(plan.configOf(all(plan)[2])).toMatchObject({
      schedule: { kind: 'one-cycle', first: 0.2, momentum: [0.95, 0.85], last: 0 },
      average: { kind: 'none' },
    });
  });

  test('may differ in the method, and in a setting that all of them have', () => {
    const plan = planOf(['model.dropout=variational,standard', 'dropout.recurrent=.1,.3'], {
      of: base('none'),
    });
    const methods = all(plan).map((parameters) => plan.configOf(parameters).model.dropout);
    expect(methods[1]).toBe('variational:input=0.4,recurrent=0.3,output=0.4');
    expect(methods[2]).toMatch(/^standard:.*recurrent=0.1/);
  });

  test('keep what --set says, but for what is varied', () => {
    const of = base('fast', { set: ['optimizer.stepRate=.5', 'model.hidden=9'] });
    const plan = planOf(['optimizer.stepRate=.1,.2'], { of });
    expect(plan.configOf(all(plan)[1])).toMatchObject({ optimizer: { stepRate: 0.2 }, model: { hidden: 9 } });
    expect(plan.about.plan).toMatchObject({ axes: [{ base: 0.5 }] });
  });

  test('move keys together, and leave them as the recipe has them at a base that is no value', () => {
    const plan = planOf(['model.hidden=10,20;training.epochs=8,4', 'dropout.input=0,.5'], { alone: true });
    expect(all(plan)[1]).toEqual({ 'model.hidden': 20, 'dropout.input': 0.4, seed: 7 });
    const usual = planOf(['dropout.input=0,.5']).configOf(all(plan)[2]);
    expect(
      all(plan).map((point) => {
        const { model, training } = plan.configOf(point) as { model: object; training: object };
        return { ...model, ...training };
      }),
    ).toMatchObject([
      { hidden: 10, epochs: 8 },
      { hidden: 20, epochs: 4 },
      { hidden: 400, epochs: usual.training.epochs },
      { hidden: 400, epochs: usual.training.epochs },
    ]);
    expect(plan.about.plan).toMatchObject({ axes: [{ together: { 'training.epochs': [8, 4] } }, {}] });
  });

  test('leave out at its base what the recipe does not have', () => {
    // kappa has no default that is said: without it fraternal dropout takes its own.
    const of = base('fraternal+variational');
    const plan = planOf(['dropout.kappa=.1,.2', 'dropout.input=0,.2'], { alone: true, of });
    const words = all(plan).map((parameters) => plan.configOf(parameters).model.dropout);
    expect(words[0]).toMatch(/^fraternal:kappa=0.1\+/);
    expect(words[2]).toMatch(/^fraternal\+variational:input=0,/);
  });
});

test.each([
  [['dropout.recurent=0,.1'], "did you mean 'dropout.recurrent'?"],
  [['dropout.weight=0,.1'], 'is no setting of variational'],
  [['model.hiden=1,2'], "did you mean 'hidden'"],
  [['model.cell=0:1:.5'], 'with model.cell=0: configuration: model.cell expects'],
  [['model.hidden=few,many'], 'with model.hidden=few: configuration: model.hidden expects a number'],
  [['dropout.input=0:1:.5'], 'with dropout.input=1: '],
  [['dropout.input=0,.1', 'dropout.input=.2'], '--vary dropout.input is given twice'],
  [['dropout.input=0,.1;model.hidden=1,2', 'model.hidden=3'], '--vary model.hidden is given twice'],
  [['dropout.input=0,.1;model.hiden=1,2'], "did you mean 'hidden'"],
  [['dropout.input=0:.9:.001', 'dropout.output=0:.9:.01'], 'points, more than 10000'],
])('%j is refused: %s', (vary, message) => {
  expect(() => planOf(vary)).toThrow(message);
});
