/** Mean and standard deviation of several curves, at every x that all of them have. */
export interface SpreadCurve {
  x: number[];
  mean: number[];
  low: number[];
  high: number[];
}

/**
 * One standard deviation (n - 1) around the mean, over all points; curves that end earlier end the mean. Added curve by curve (Welford,
 * 1962), so that none has to be kept. A value that is none (an infinite loss) makes the mean none.
 */
export class Spread {
  /** curves so far */
  runs = 0;
  readonly #places = new Map<number, Place>();

  /** A row without a number of x, or without y, is left out; of several rows with one x the last counts. */
  add(x: ArrayLike<number>, y: ArrayLike<number>): void {
    const run = ++this.runs;
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(x[i]) || Number.isNaN(y[i]) || (i + 1 < x.length && x[i + 1] === x[i])) continue;
      const place = this.#places.get(x[i]);
      if (!place) {
        if (run === 1) this.#places.set(x[i], { run, mean: y[i], squares: 0 });
      } else if (place.run === run - 1) {
        const before = y[i] - place.mean;
        place.mean += before / run;
        place.squares += before * (y[i] - place.mean);
        place.run = run;
      }
    }
  }

  /** In the order of the first curve. */
  curve(): SpreadCurve {
    const out: SpreadCurve = { x: [], mean: [], low: [], high: [] };
    for (const [x, { run, mean, squares }] of this.#places) {
      if (run !== this.runs) continue;
      const deviation = run > 1 ? Math.sqrt(squares / (run - 1)) : 0;
      out.x.push(x);
      out.mean.push(mean);
      out.low.push(mean - deviation);
      out.high.push(mean + deviation);
    }
    return out;
  }
}

// --- internal ---

interface Place {
  /** the last curve that had it */
  run: number;
  mean: number;
  /** summed squares of deviations */
  squares: number;
}
