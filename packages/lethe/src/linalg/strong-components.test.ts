import fc from 'fast-check';
import { expect, it } from 'vitest';
import { strongComponents } from './strong-components.ts';

const sets = (components: number[][]): string[] =>
  components.map((rows) => [...rows].sort((a, b) => a - b).join()).sort();

it('finds the cycles of a graph, and every other row alone', () => {
  // 0 -> 1 -> 2 -> 0 is a cycle, 3 leads into it, 4 <-> 5 is one that it leads to.
  const edges = [
    [0, 1],
    [1, 2],
    [2, 0],
    [3, 0],
    [2, 4],
    [4, 5],
    [5, 4],
    [3, 3],
  ];
  const a = new Float64Array(36);
  for (const [from, to] of edges) a[from * 6 + to] = 1;
  expect(sets(strongComponents(a, 6))).toEqual(['0,1,2', '3', '4,5']);
});

it('puts rows together exactly where each can be reached from the other', () => {
  const graphs = fc
    .integer({ min: 0, max: 9 })
    .chain((n) =>
      fc.tuple(fc.constant(n), fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: n * n, maxLength: n * n })),
    );
  fc.assert(
    fc.property(graphs, ([n, a]) => {
      // Reachability by Warshall's algorithm.
      const reach = a.map((value, k) => value === 1 || Math.floor(k / n) === k % n);
      for (let k = 0; k < n; k++)
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) reach[i * n + j] ||= reach[i * n + k] && reach[k * n + j];
      const expected = new Map<string, number[]>();
      for (let i = 0; i < n; i++) {
        const rows = Array.from({ length: n }, (_, j) => j).filter(
          (j) => reach[i * n + j] && reach[j * n + i],
        );
        expected.set(rows.join(), rows);
      }
      expect(sets(strongComponents(a, n))).toEqual([...expected.keys()].sort());
    }),
  );
});

it('goes through a long chain without recursion', () => {
  const n = 3000;
  const chain = new Float64Array(n * n);
  for (let i = 0; i + 1 < n; i++) chain[i * n + i + 1] = 1;
  expect(strongComponents(chain, n)).toHaveLength(n);
  chain[(n - 1) * n] = 1;
  expect(strongComponents(chain, n)).toHaveLength(1);
});
