/** Rows of a table by number. See the contract. */
import type { TableRows } from '../contract/arrays.ts';

export function gatherRows({ M, n, numbers, factors, table, rows }: TableRows): void {
  for (let m = 0; m < M; m++) {
    const [from, factor] = [numbers[m] * n, factors ? factors[m] : 1];
    for (let j = 0; j < n; j++) rows[m * n + j] = factor * table[from + j];
  }
}

export function scatterRows({ M, n, numbers, factors, table, rows }: TableRows): void {
  for (let m = 0; m < M; m++) {
    const [to, factor] = [numbers[m] * n, factors ? factors[m] : 1];
    for (let j = 0; j < n; j++) table[to + j] += factor * rows[m * n + j];
  }
}
