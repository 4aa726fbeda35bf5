/** Mean and standard deviation of several curves, at every x that all of them have. */
export interface Spread {
  x: number[];
  mean: number[];
  low: number[];
  high: number[];
}

/**
 * One standard deviation (n - 1) around the mean, over all points; curves that end earlier end the mean. A value that is none (an
 * infinite loss) makes the mean none.
 */
export function spread(curves: readonly { x: ArrayLike<number>; y: ArrayLike<number> }[]): Spread {
  const out: Spread = { x: [], mean: [], low: [], high: [] };
  const [first, ...others] = curves;
  if (!first) return out;
  const maps = others.map(({ x, y }) => {
    const map = new Map<number, number>();
    for (let i = 0; i < x.length; i++) if (!Number.isNaN(y[i])) map.set(x[i], y[i]);
    return map;
  });
  for (let i = 0; i < first.x.length; i++) {
    const at = first.x[i];
    if (!Number.isFinite(at) || Number.isNaN(first.y[i])) continue;
    let sum = first.y[i];
    let missing = false;
    for (const map of maps) {
      const value = map.get(at);
      if (value === undefined) missing = true;
      else sum += value;
    }
    if (missing) continue;
    const mean = sum / curves.length;
    let squares = (first.y[i] - mean) ** 2;
    for (const map of maps) squares += (map.get(at)! - mean) ** 2;
    const deviation = curves.length > 1 ? Math.sqrt(squares / (curves.length - 1)) : 0;
    out.x.push(at);
    out.mean.push(mean);
    out.low.push(mean - deviation);
    out.high.push(mean + deviation);
  }
  return out;
}
