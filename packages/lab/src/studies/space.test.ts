import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSpace, type Distribution, valueAt } from './space.ts';

const refused = (distribution: unknown): string => {
  try {
    checkSpace({ rate: distribution }, 'x.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('distributions that cannot be are refused with what was expected', () => {
  test.each([
    [{ choice: [] }, 'x.yaml: space.rate: choice expects at least one value, found []'],
    [{ uniform: [1, 1] }, 'x.yaml: space.rate: uniform expects a low end below its high end, found [1,1]'],
    [
      { logUniform: [2, 1] },
      'x.yaml: space.rate: logUniform expects a low end below its high end, found [2,1]',
    ],
    [{ logUniform: [0, 1] }, 'x.yaml: space.rate: logUniform expects ends above 0, found [0,1]'],
    [{ int: [1, 2.5] }, 'x.yaml: space.rate: int.1 expects a whole number, found 2.5'],
    [{ int: [1, 9], step: 0 }, 'x.yaml: space.rate: step expects a number of at least 1, found 0'],
    [{ uniform: [1] }, 'x.yaml: space.rate: uniform expects a list of at least 2 values, found [1]'],
    [{ int: [1, 2, 3] }, 'x.yaml: space.rate: int expects a list of at most 2 values, found [1,2,3]'],
    [
      { choice: [[0.9, 0.8]] },
      'x.yaml: space.rate: choice.0 expects a text or a number or true or false or null, found [0.9,0.8]',
    ],
    [{ uniform: [0, 1], step: 2 }, 'x.yaml: space.rate: there is no key step; known here: uniform'],
    [
      { unifrom: [0, 1] },
      "x.yaml: space.rate expects a distribution (choice, uniform, logUniform, int), found 'unifrom'; did you mean 'uniform'?",
    ],
    [3, 'x.yaml: space.rate expects a distribution (choice, uniform, logUniform, int), found 3'],
  ])('%j', (distribution, message) => {
    expect(refused(distribution)).toBe(message);
  });

  test('and so is a space without parameters', () => {
    expect(() => checkSpace({}, 'x.yaml')).toThrow('space expects at least one parameter');
  });
});

describe('values', () => {
  const at = (distribution: Distribution, ...us: number[]) => us.map((u) => valueAt(distribution, u));
  const nearlyOne = 1 - 2 ** -53;

  test('of a choice are equal parts of [0, 1)', () => {
    expect(at({ choice: ['a', 'b', null] }, 0, 0.33, 0.34, 0.66, 0.67, nearlyOne)).toEqual(
      ['a', 'a', 'b', 'b', null, null], // thirds: 0.333…, 0.666…
    );
  });

  test('of whole numbers include both ends, in steps', () => {
    expect(at({ int: [4, 6], step: 1 }, 0, 0.34, nearlyOne)).toEqual([4, 5, 6]);
    expect(at({ int: [4, 9], step: 2 }, 0, 0.5, nearlyOne)).toEqual([4, 6, 8]); // 10 would be beyond
  });

  test('of uniform and log-uniform ranges: the middle is the mean of the ends, arithmetic or geometric', () => {
    expect(at({ uniform: [-1, 3] }, 0, 0.5)).toEqual([-1, 1]);
    expect(at({ logUniform: [0.0001, 0.01] }, 0, 0.5)).toEqual([0.0001, 0.001]);
  });

  test('stay within their range', () => {
    const u = fc.double({ min: 0, max: nearlyOne, noNaN: true });
    fc.assert(
      fc.property(u, (u) => {
        const [uniform, log, int] = [
          ...at({ uniform: [0.1, 0.3] }, u),
          ...at({ logUniform: [0.1, 0.3] }, u),
          ...at({ int: [-2, 7], step: 3 }, u),
        ] as number[];
        for (const value of [uniform, log]) expect(value >= 0.1 && value <= 0.3).toBe(true);
        expect([-2, 1, 4, 7]).toContain(int);
      }),
    );
  });
});
