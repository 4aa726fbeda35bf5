/**
 * The engine in use. Native if it loads, else WebAssembly, else portable with one notice on standard error; the environment
 * decides otherwise: LETHE_ENGINE=native|wasm|portable, LETHE_THREADS=count, LETHE_DTYPE=f64 (portable only).
 */
import { environment } from '../environment.ts';
import { ConfigError, LetheError } from '../errors.ts';
import { checkWord } from '../options.ts';
import { dtype, takeMemoryFrom } from '../tensor/dtype.ts';
import type { CommonEngine, Engine, LayerKernel } from './contract/engine.ts';
import type { Kernels } from './contract/kernels.ts';
import { loadNative, nativeProblem } from './native.ts';
import { common } from './portable/common.ts';
import { loadWasm, wasmProblem } from './wasm.ts';

/** An engine by its name. */
export type EngineName = Engine['engine'];

/** What computes in this process. */
export interface EngineInUse {
  engine: EngineName;
  /** instruction set: 'typescript', 'simd128', 'relaxed', 'baseline', 'avx2', 'avx512' or 'neon' */
  isa: string;
  threads: number;
  /** how operands of matrix products are held: 'f32', 'bf16-dot' or 'bf16-amx' */
  precision: string;
  /** number type of tensors */
  dtype: 'f32' | 'f64';
}

/**
 * The kernels of the engine in use, chosen on the first call.
 * @throws ConfigError if the environment asks for an engine that is unknown or does not load
 */
export function kernels(): CommonEngine {
  return (inUse ??= put(choose()));
}

/**
 * Kernels of a cell or another layer by the engine in use.
 * @param portable what the portable engine runs of them, brought by the layer, so that a bundle has those of the layers in it and no others
 * @throws LetheError with code E_ENGINE where the engine is from before one of them was added
 */
export function layerKernels<Name extends LayerKernel>(portable: Pick<Kernels, Name>): Pick<Kernels, Name> {
  const engine = kernels();
  // Every engine is whole but this one.
  if (engine === common) return portable;
  if (found.get(portable) === engine) return engine as Engine;
  const lacking = Object.keys(portable).find((name) => !(name in engine));
  if (lacking === undefined) {
    found.set(portable, engine);
    return engine as Engine;
  }
  throw new LetheError(
    'E_ENGINE',
    `engine: expected the kernels of the ${engine.engine} engine to have ${lacking}, but they are of another version than lethe; install @lethe/${engine.engine} in the version of lethe, build them anew, or set LETHE_ENGINE=portable`,
  );
}

/** From now on the portable engine is this one, which has the kernels of all layers; one in use is replaced. */
export function completePortable(whole: Engine): void {
  if (inUse === portableEngine) inUse = whole;
  portableEngine = whole;
}

/**
 * The engine in use, chosen now if nothing has been computed yet.
 * @throws ConfigError if the environment asks for an engine that is unknown or does not load
 */
export function engineInUse(): EngineInUse {
  const { engine, isa } = kernels();
  return { engine, isa, threads: kernels().threads(), precision: kernels().precision(), dtype };
}

/**
 * Puts another engine in use for this process, and returns it.
 * @throws ConfigError if it is unknown or does not load
 */
export function useEngine(name: EngineName): CommonEngine {
  checkWord('useEngine', 'engine', name, engineNames);
  return (inUse = put(engineNamed(name)));
}

// --- internal ---

const engineNames: readonly EngineName[] = ['native', 'wasm', 'portable'];

let inUse: CommonEngine | undefined;
/** The engine that was last seen to have the kernels of a layer: looking anew costs .2 microseconds a call. */
const found = new WeakMap<object, CommonEngine>();
let portableEngine: CommonEngine = common;

function choose(): CommonEngine {
  const type = environment('LETHE_DTYPE') ?? 'f32';
  if (type !== 'f32' && type !== 'f64') {
    throw new ConfigError(`engine: expected LETHE_DTYPE to be f32 or f64, got "${type}"`);
  }
  const wanted = environment('LETHE_ENGINE');
  if (wanted !== undefined) return engineNamed(wanted);
  if (dtype === 'f64') return portableEngine;
  const native = loadNative();
  if (native) return native;
  const wasm = loadWasm();
  if (globalThis.process !== undefined) {
    const instead = wasm
      ? 'the WebAssembly engine runs, some times slower'
      : `nor those of WebAssembly: ${wasmProblem()}; the portable engine runs, many times slower`;
    console.error(`lethe: the native kernels do not load: ${nativeProblem()}; ${instead}`);
  }
  return wasm ?? portableEngine;
}

function engineNamed(name: string): CommonEngine {
  if (name === 'portable') return portableEngine;
  if (name !== 'native' && name !== 'wasm') {
    throw new ConfigError(`engine: expected LETHE_ENGINE to be native, wasm or portable, got "${name}"`);
  }
  if (dtype === 'f64') {
    throw new ConfigError(
      `engine: expected LETHE_DTYPE=f32 with the ${name} engine, got f64; float64 runs on LETHE_ENGINE=portable`,
    );
  }
  if (name === 'wasm') {
    const wasm = loadWasm();
    if (wasm) return wasm;
    throw new ConfigError(
      `engine: expected the kernels of WebAssembly, but they do not run: ${wasmProblem()}; set LETHE_ENGINE=portable`,
    );
  }
  const native = loadNative();
  if (native === null) {
    throw new ConfigError(
      `engine: expected the native kernels, but they do not load: ${nativeProblem()}; build them with npm run build or set LETHE_ENGINE=portable`,
    );
  }
  return native;
}

/** Gives an engine its threads and lets it supply the scratch memory. */
function put(engine: CommonEngine): CommonEngine {
  const wanted = environment('LETHE_THREADS');
  if (wanted !== undefined) {
    const count = Number(wanted);
    if (!Number.isInteger(count) || count < 1) {
      throw new ConfigError(
        `engine: expected LETHE_THREADS to be a whole number of at least 1, got "${wanted}"`,
      );
    }
    engine.setThreads(count);
  }
  takeMemoryFrom(engine);
  return engine;
}
