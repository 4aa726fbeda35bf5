/** Goes through work in slices: computes, breathes, tells how far it is, and stops where it is asked to. */
import { type EngineSettings, withEngine } from '../runs/engine.ts';
import type { Slices } from '../runs/task.ts';
import { breathe } from './clock.ts';

export interface SliceOptions {
  /** precision and threads of every slice. @defaultValue float32, threads of the process */
  engine?: EngineSettings;
  /** stops between two slices; the result is then undefined */
  signal?: AbortSignal;
  /** is told how far the work is, in the same unit as `all` */
  onProgress?: (done: number, all: number) => void;
}

/** The result of the work, or undefined when `signal` stopped it. */
export async function inSlices<T>(
  work: Slices<T>,
  { engine = { dtype: 'f32' }, signal, onProgress }: SliceOptions = {},
): Promise<T | undefined> {
  return withEngine(engine, async () => {
    while (!signal?.aborted) {
      const { done, value } = work.next();
      if (done) return value;
      onProgress?.(value.done, value.all);
      await breathe();
    }
    return undefined;
  });
}
