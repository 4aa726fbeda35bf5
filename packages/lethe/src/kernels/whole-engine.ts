/** The engine in use with all kernels, for who calls them without a layer. */
import type { CommonEngine, Engine } from './contract/engine.ts';
import { kernels as commonKernels, type EngineName, useEngine as useCommonEngine } from './engine.ts';
import { portable } from './portable/index.ts';

/**
 * The kernels of the engine in use, chosen on the first call.
 * @throws ConfigError if the environment asks for an engine that is unknown or does not load
 */
export function kernels(): Engine {
  return whole(commonKernels());
}

/**
 * Puts another engine in use for this process, and returns it.
 * @throws ConfigError if it is unknown or does not load
 */
export function useEngine(name: EngineName): Engine {
  return whole(useCommonEngine(name));
}

// --- internal ---

function whole(engine: CommonEngine): Engine {
  return engine.engine === 'portable' ? portable : (engine as Engine);
}
