/** The precision of a run: `dtype` of its configuration, set for the whole process. */
import { ConfigError } from 'lethe';
import { parseDropout } from 'lethe/dropout';
import { kernels } from 'lethe/engine';
import type { Config } from './config.ts';

/**
 * Sets the precision that a configuration asks for.
 * Throws ConfigError where bf16 has no kernels: on this processor or engine, for the plain cell, for methods that integrate.
 */
export function usePrecision({ dtype, model }: Config): void {
  const isHalf = dtype === 'bf16';
  if (isHalf) checkModel(model);
  if (kernels().setPrecision(isHalf)) return;
  const { engine, isa } = kernels();
  throw new ConfigError(
    `dtype: expected a processor with AVX512-BF16 for bf16, found the ${engine} engine with ${isa}; set dtype=f32`,
  );
}

// --- internal ---

function checkModel({ cell, dropout }: Config['model']): void {
  if (cell === 'rnn') {
    throw new ConfigError('dtype: expected lstm or gru for bf16, found the plain cell; set dtype=f32');
  }
  const { name, modes } = parseDropout(dropout);
  if ([modes.train, modes.test].every((mode) => mode === 'sample' || mode === 'mean')) return;
  throw new ConfigError(
    `dtype: expected a method that draws its noise for bf16, found ${name} (train ${modes.train}, test ${modes.test}); set dtype=f32`,
  );
}
