/** What reproductions are given in tests: one small training at a time, in a directory of theirs. */
import type { ReproduceContext } from './trainings.ts';

export function contextIn(directory: string, options: Partial<ReproduceContext> = {}): ReproduceContext {
  return {
    log: () => {},
    signal: new AbortController().signal,
    trainings: {
      directory,
      collect: false,
      trials: 2,
      seed: 1,
      prune: 'none',
      workers: 1,
      threads: 1,
      fetch: false,
    },
    ...options,
  };
}
