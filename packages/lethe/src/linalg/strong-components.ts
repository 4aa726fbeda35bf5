/** The irreducible blocks of a square matrix. */

/**
 * The rows of each irreducible block: the strongly connected components of the graph that has an edge from i to
 * j where a_ij is not zero (Tarjan, 1972). Reordered by them a matrix is block triangular, so that its
 * eigenvalues are those of the blocks.
 * @param a [n, n], row-major
 */
export function strongComponents(a: ArrayLike<number>, n: number): number[][] {
  const components: number[][] = [];
  /** Order of discovery from 1; 0 is not seen yet. */
  const order = new Int32Array(n);
  /** The earliest row, by order, that can be reached and is in no component yet. */
  const earliest = new Int32Array(n);
  const done = new Uint8Array(n);
  /** Next column to look at, of each row on the path. */
  const column = new Int32Array(n);
  const open: number[] = [];
  const path: number[] = [];
  let seen = 0;
  const enter = (row: number): void => {
    order[row] = earliest[row] = ++seen;
    open.push(row);
    path.push(row);
  };
  for (let start = 0; start < n; start++) {
    if (order[start] === 0) enter(start);
    while (path.length > 0) {
      const row = path[path.length - 1];
      while (column[row] < n && !leadsOn(row)) column[row]++;
      if (column[row] < n) {
        enter(column[row]);
        continue;
      }
      path.pop();
      if (path.length > 0) {
        const parent = path[path.length - 1];
        earliest[parent] = Math.min(earliest[parent], earliest[row]);
      }
      if (earliest[row] === order[row]) {
        const component = open.splice(open.indexOf(row));
        for (const member of component) done[member] = 1;
        components.push(component);
      }
    }
  }
  return components;

  /** Whether the edge from `row` to its next column discovers a row; an edge to an open row is taken note of. */
  function leadsOn(row: number): boolean {
    const to = column[row];
    if (a[row * n + to] === 0 || done[to]) return false;
    if (order[to] === 0) return true;
    earliest[row] = Math.min(earliest[row], order[to]);
    return false;
  }
}
