/** Spearman's rank correlation. */

/** Pearson's correlation of the ranks, those of equal values their mean; 0 where one side is constant, NaN where a value is NaN, which has no rank. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  if ([...a, ...b].some(Number.isNaN)) return Number.NaN;
  const [x, y] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) ** 2;
    yy += (y[i] - middle) ** 2;
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

// --- internal ---

function ranksOf(values: readonly number[]): Float64Array {
  const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}
