/** Seconds of work and speed. Times never enter a checkpoint. */

/** Measures one session of work on a run. */
export interface Clock {
  /** seconds of work since the start of the run, earlier sessions included */
  seconds(): number;
  /** to be called after every training step, with the seconds that it took */
  stepped(seconds: number): void;
  /** training steps per second, the last hundred counted most; 0 before the first */
  stepsPerSecond(): number;
}

/** Starts a clock at `before` seconds of earlier work. */
export function startClock(before: number): Clock {
  const start = performance.now();
  let mean = 0;
  let count = 0;
  return {
    seconds: () => before + (performance.now() - start) / 1000,
    stepped(seconds) {
      count += 1;
      mean += (seconds - mean) / Math.min(count, 100);
    },
    stepsPerSecond: () => (mean > 0 ? 1 / mean : 0),
  };
}

/** Lets signals and timers have their turn: kernels run synchronously. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
