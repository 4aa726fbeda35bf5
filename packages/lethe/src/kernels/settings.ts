/**
 * How the engine in use runs: threads and precision. Each belongs to a stretch of code and to all that it awaits, so that two trainings
 * side by side in one process may have different ones; generators run with those of whoever asks for the next value.
 */
import { checkFunction } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkWord } from '../options.ts';
import { kernels } from './engine.ts';

/** How operands of matrix products are held: as they are, or rounded to bf16 with sums in float32. */
export type Precision = 'f32' | 'bf16';

/**
 * Sets the number of threads of this JavaScript thread's engine, where no {@link withThreads} says another. The portable engine has
 * one whatever is said. Without it there are as many as cores, or LETHE_THREADS.
 * @throws ConfigError unless count is a whole number from 1 to 256
 */
export function useThreads(count: number): void {
  checkThreads('useThreads', count);
  kernels().setThreads(count);
}

/**
 * What `run` returns, computed by so many threads; if that is a promise, they hold until it is settled. No result depends on them.
 * @throws ConfigError unless count is a whole number from 1 to 256
 */
export function withThreads<T>(count: number, run: () => T): T {
  checkThreads('withThreads', count);
  checkFunction('withThreads', 'run', run);
  return kernels().within({ threads: count }, run);
}

/**
 * What `run` returns, computed in that precision; if that is a promise, it holds until it is settled. With `bf16` operands of
 * matrix products are rounded while they are packed; sums, gradients of weights, state, losses and weights stay in float32.
 * @throws ConfigError where the processor or the engine has no bf16
 */
export function withPrecision<T>(precision: Precision, run: () => T): T {
  checkWord('withPrecision', 'precision', precision, ['f32', 'bf16']);
  checkFunction('withPrecision', 'run', run);
  const engine = kernels();
  if (precision === 'bf16' && !engine.hasBf16()) {
    throw new ConfigError(
      `withPrecision: expected a processor with AVX512-BF16 for bf16, found the ${engine.engine} engine with ${engine.isa}; take f32`,
    );
  }
  return engine.within({ bf16: precision === 'bf16' }, run);
}

// --- internal ---

function checkThreads(where: string, count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= 256) return;
  throw new ConfigError(`${where}: expected count to be a whole number from 1 to 256, got ${found(count)}`);
}
