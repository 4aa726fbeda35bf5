/** Weights that do not change for a while, as in evaluation and sampling. */
import { checkFunction } from '../checks.ts';
import { ConfigError } from '../errors.ts';
import { found } from '../found.ts';
import { checkTensors } from '../tensor/check.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { kernels } from './engine.ts';

/** Weights that somebody says do not change. */
export interface FixedWeights {
  /**
   * What `run` returns, computed while the weights do not change; if that is a promise, until it is settled.
   * @throws LetheError with code E_STALE if they have changed since they were first used so, or do meanwhile
   */
  run<T>(run: () => T): T;
}

/**
 * A handle on tensors that do not change while it runs something. In bf16 steps of at most four rows read them from rounded copies,
 * made when they are first wanted: about half the time of drawing text. In float32 nothing is copied. Copies are compared with the tensors
 * before and after every run and in parts meanwhile, so that nothing computed with old ones goes unnoticed.
 * @throws ConfigError for what are no tensors
 */
export function fixedWeights(tensors: Iterable<Tensor>): FixedWeights {
  const isIterable = typeof tensors === 'object' && tensors !== null && Symbol.iterator in tensors;
  if (!isIterable) {
    throw new ConfigError(
      `fixedWeights: expected tensors, such as Object.values(layer.parameters), got ${found(tensors)}`,
    );
  }
  const all = [...tensors];
  checkTensors('fixedWeights', 'tensors', all);
  const within = kernels().fixed(all.map(({ data }) => data));
  return {
    run(run) {
      checkFunction('fixedWeights', 'run', run);
      return within(run);
    },
  };
}
