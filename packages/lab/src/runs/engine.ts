/** The engine as a run asks for it: precision of the operands of matrix products, and threads. */
import { ConfigError } from 'lethe';
import { engineInUse, kernels, dtype as processDtype, withPrecision, withThreads } from 'lethe/engine';
import type { Config } from './config.ts';

/** What a run says of its engine. */
export type EngineSettings = Pick<Config, 'dtype'> & Partial<Pick<Config, 'threads'>>;

/**
 * Runs work, and all that it awaits, with the precision and the threads of a run; null or no threads: those of the process. Runs of one
 * process do not disturb each other.
 */
export function withEngine<T>({ dtype, threads = null }: EngineSettings, work: () => T): T {
  return withPrecision(dtype, threads === null ? work : () => withThreads(threads, work));
}

/** What a run computes in. */
export type Precision = 'f32' | 'f64' | 'bf16';

/** What is computed in under these settings: the number type of the process, or bf16 where its matrix products are in it. */
export function precisionOf({ dtype }: Pick<Config, 'dtype'>): Precision {
  return dtype === 'bf16' ? dtype : processDtype;
}

/** Throws ConfigError where the precision that a configuration asks for has no kernels: bf16 on this processor or engine. */
export function requirePrecision({ dtype }: Pick<Config, 'dtype'>): void {
  if (dtype !== 'bf16' || kernels().hasBf16()) return;
  const { engine, isa } = engineInUse();
  throw new ConfigError(
    `dtype: expected a processor with AVX512-BF16 for bf16, found the ${engine} engine with ${isa}; set dtype=f32`,
  );
}
