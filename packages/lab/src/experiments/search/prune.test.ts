import { describe, expect, test } from 'vitest';
import { type Course, shouldPrune } from './prune.ts';

/** A trial with a validation after every epoch. */
const course = (number: number, state: Course['state'], ...values: number[]): Course => ({
  number,
  state,
  reports: values.map((nll, i) => ({ epoch: i + 1, train: {}, valid: { nll }, seconds: 0 })),
});
const goal = { metric: 'nll', epochs: 27 };

test('none never prunes', () => {
  const others = [1, 2, 3, 4, 5, 6].map((number) => course(number, 'complete', 1, 1, 1));
  expect(shouldPrune('none', course(9, 'running', 9, 9, 9), others, goal)).toBe(false);
});

describe('the median rule', () => {
  const five = [1, 2, 3, 4, 5].map((number) => course(number, 'complete', 9, number, 9)); // bests 1 … 5, median 3
  const judge = (others: Course[], ...values: number[]) =>
    shouldPrune('median', course(9, 'running', ...values), others, goal);

  test('prunes what is worse than the median of the others at the same epoch, and nothing else', () => {
    expect(judge(five, 9, 3.1)).toBe(true);
    expect(judge(five, 9, 3)).toBe(false);
  });

  test('goes by the best validation so far, of both', () => {
    expect(judge(five, 2, 9, 9)).toBe(false); // 2 at its best
    expect(judge(five, 9, 9, 3.1)).toBe(true); // theirs stay 1 … 5 though they end with 9
  });

  test('judges nobody before five others, and nobody in the first twentieth', () => {
    expect(judge(five.slice(1), 9, 9)).toBe(false);
    expect(
      judge(
        [1, 2, 3, 4, 5].map((number) => course(number, 'complete', 1, 1)),
        9,
      ),
    ).toBe(false); // epoch 1 of 27
  });

  test.each([
    // ceil(epochs / 20) is the first epoch at which a trial is judged.
    [20, 1],
    [21, 2],
    [27, 2],
    [40, 2],
    [41, 3],
    [60, 3],
  ])('of %d epochs judges from epoch %d on', (epochs, first) => {
    const others = [1, 2, 3, 4, 5].map((number) => course(number, 'complete', 1, 1, 1, 1));
    const judged = [1, 2, 3, 4].filter((epoch) =>
      shouldPrune('median', course(9, 'running', ...Array(epoch).fill(9)), others, { metric: 'nll', epochs }),
    );
    expect(judged).toEqual([1, 2, 3, 4].filter((epoch) => epoch >= first));
  });

  test('takes the mean of the two in the middle of an even number, whatever their order', () => {
    // 2, 10, 3, 7, 5, 1: the middle ones are 3 and 5.
    const six = [2, 10, 3, 7, 5, 1].map((nll, i) => course(i + 1, 'complete', 9, nll));
    expect(judge([...six, course(7, 'running', 1)], 9, 4.1)).toBe(true);
    expect(judge([...six, course(7, 'running', 1)], 9, 4)).toBe(false);
    // 9 and 10 are larger, but as texts smaller than 2.
    const far = [10, 9, 100, 2, 11].map((nll, i) => course(i + 1, 'complete', 200, nll));
    expect(judge(far, 200, 10.5)).toBe(true);
    expect(judge(far, 200, 10)).toBe(false);
  });

  test('leaves the trial itself out of the median', () => {
    const itself = course(9, 'running', 9, 3.1);
    expect(shouldPrune('median', itself, [...five.slice(1), itself], goal)).toBe(false); // four others
    expect(shouldPrune('median', itself, [...five, itself], goal)).toBe(true);
  });

  test('compares at the epoch of the last validation: what others found later does not count', () => {
    const late = [1, 2, 3, 4, 5].map((number) => course(number, 'complete', 9, 9, number));
    expect(judge(late, 9, 8)).toBe(false); // all had 9 at epoch 2
    expect(judge(late, 9, 8, 8)).toBe(true);
  });

  test('judges nobody without a validation', () => {
    expect(judge(five)).toBe(false);
  });

  test('counts those that came so far or ended by themselves, not those that were stopped before', () => {
    const short = [1, 2, 3, 4].map((number) => course(number, 'complete', 1));
    expect(judge([...short, course(5, 'running', 1, 1)], 9, 9)).toBe(true);
    expect(judge([...short, course(5, 'running', 1)], 9, 9)).toBe(false);
    expect(judge([...short, course(5, 'pruned', 1)], 9, 9)).toBe(false);
  });
});

describe('successive halving', () => {
  // of 27 epochs the rungs are 1, 3 and 9
  const others = [1, 2, 3, 4, 5].map((number) => course(number, 'running', number, number, number));
  const judge = (...values: number[]) =>
    shouldPrune('halving', course(9, 'running', ...values), others, goal);

  test('lets the best third of those that came to a rung go on', () => {
    expect(judge(1.5)).toBe(false); // second of six
    expect(judge(2.5)).toBe(true); // third of six
  });

  test('goes by what a trial was worth at its last rung', () => {
    expect(judge(1.5, 9)).toBe(false);
    expect(judge(1.5, 9, 1.5)).toBe(false);
    expect(judge(2.5, 2.5, 2.5)).toBe(true);
    expect(judge(9, 9, 1.5, 9)).toBe(false); // at epoch 3
    expect(judge(9, 9, 9, 1)).toBe(true); // at epoch 3: what came later is asked for at the rung at 9
  });

  test('asks again as others come: who was the first at a rung is no winner yet', () => {
    const first = course(1, 'running', 9, 9, 9, 9);
    expect(shouldPrune('halving', first, [], goal)).toBe(false);
    expect(shouldPrune('halving', first, [course(2, 'running', 1, 1)], goal)).toBe(false); // not at epoch 3 yet
    expect(shouldPrune('halving', first, [course(2, 'running', 1, 1, 1)], goal)).toBe(true);
  });

  test('lets the first at a rung go on', () => {
    expect(shouldPrune('halving', course(1, 'running', 9), [], goal)).toBe(false);
  });

  test('takes the first validation after a rung where there is none at it', () => {
    const late = {
      ...course(9, 'running'),
      reports: [{ epoch: 4, train: {}, valid: { nll: 9 }, seconds: 0 }],
    };
    expect(shouldPrune('halving', late, others, goal)).toBe(true);
  });

  test('compares with the validations of others at that epoch where nobody has one at a rung', () => {
    // Validated every second epoch: at the rung at 3 all are judged by epoch 4, not by what the others were at 2.
    const everySecond = (number: number, ...values: number[]): Course => ({
      ...course(number, 'running'),
      reports: values.map((nll, i) => ({ epoch: 2 * (i + 1), train: {}, valid: { nll }, seconds: 0 })),
    });
    const five = [1, 2, 3, 4, 5].map((number) => everySecond(number, 9, number));
    const judged = (...values: number[]) => shouldPrune('halving', everySecond(9, ...values), five, goal);
    expect(judged(9, 2.5)).toBe(true); // third of six at epoch 4; at epoch 2 all others had 9
    expect(judged(9, 1.5)).toBe(false);
  });
});
