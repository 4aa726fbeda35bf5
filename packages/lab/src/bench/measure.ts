/** Times a step: warm-up, then the median of single steps; the peak of the process's memory. */

/** What a measurement gives. */
export interface Measurement {
  /** median milliseconds of one step */
  ms: number;
  /** every measured step, in milliseconds, in order */
  all: number[];
  /** highest resident memory of this process so far, in MB */
  peakRssMb: number;
}

/** Runs `step` `warmUp` times unmeasured and `repeats` times measured. */
export function measure(step: () => void, options: { repeats?: number; warmUp?: number } = {}): Measurement {
  const { repeats = 15, warmUp = 3 } = options;
  for (let i = 0; i < warmUp; i++) step();
  const all: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const begin = performance.now();
    step();
    all.push(performance.now() - begin);
  }
  return { ms: median(all), all, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
