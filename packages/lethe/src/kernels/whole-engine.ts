/** The engine in use with all kernels, for who calls them without a layer. */
import type { Engine } from './contract/engine.ts';
import { completePortable, type EngineName, kernels as kernelsInUse, useEngine as put } from './engine.ts';
import { portable } from './portable/index.ts';

/**
 * The kernels of the engine in use, chosen on the first call.
 * @throws ConfigError if the environment asks for an engine that is unknown or does not load
 */
export function kernels(): Engine {
  completePortable(portable);
  return kernelsInUse() as Engine;
}

/**
 * Puts another engine in use for this process, and returns it.
 * @throws ConfigError if it is unknown or does not load
 */
export function useEngine(name: EngineName): Engine {
  completePortable(portable);
  return put(name) as Engine;
}
