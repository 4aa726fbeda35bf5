/** The WebAssembly engine in Node.js, loaded by name and at run time, as the native one is. */
import type { KernelDescription } from './contract/description.ts';
import { isComplete } from './is-complete.ts';
import { requireOf } from './kernel-packages.ts';
import { type WasmModule, webAssembly } from './wasm/api.ts';
import { type WasmEngine, wasmEngine } from './wasm/engine.ts';
import { moduleName } from './wasm/module.ts';

/** The WebAssembly kernels, or null where they do not run; {@link wasmProblem} then says why. */
export function loadWasm(): WasmEngine | null {
  loaded ??= load();
  return loaded.engine;
}

/** Why the WebAssembly kernels do not run, or null when they do. */
export function wasmProblem(): string | null {
  loaded ??= load();
  return loaded.reason;
}

/** Every kernel with where its parameters lie; nothing where they do not run. */
export function wasmDescription(): readonly KernelDescription[] {
  loaded ??= load();
  return loaded.description;
}

/** Puts an engine that was loaded otherwise, as in a browser, in the place of Node.js's own. */
export function provideWasm(engine: WasmEngine, description: readonly KernelDescription[]): void {
  loaded = { engine, description, reason: null };
}

/** What is said of modules from before a kernel was added. */
export const otherWasm =
  '@lethe/wasm is of another version than lethe, without some of its kernels; install both in one version';

/** What a file of @lethe/wasm exports, as JSON. Throws Error for a file that is none of them. */
export function valueIn(text: string, name: string, file: string): string {
  const found = new RegExp(`^export const ${name} = (.+);\n$`, 'm').exec(text)?.[1];
  if (found !== undefined) return found;
  const start = JSON.stringify(text.slice(0, 20));
  throw new Error(
    `@lethe/wasm: expected ${file} to export its module whole, found a file of ${text.length} characters that begins with ${start}; install the package anew`,
  );
}

// --- internal ---

interface Loaded {
  engine: WasmEngine | null;
  description: readonly KernelDescription[];
  reason: string | null;
}

let loaded: Loaded | undefined;

function load(): Loaded {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined)
    return missing("in a browser they are loaded by await useWasm() of 'lethe/wasm'");
  const name = moduleName();
  if (name === null) return missing('this runtime has no WebAssembly with vectors (SIMD)');
  const require = requireOf(`@lethe/wasm/${name}`);
  if (require === undefined) return missing('the package @lethe/wasm is not installed');
  try {
    const read = (file: string): string =>
      builtin('node:fs').readFileSync(require.resolve(`@lethe/wasm/${file}`), 'utf8');
    const packed = valueIn(read(name), 'packed', name);
    const description = JSON.parse(valueIn(read('layout'), 'layout', 'layout')) as KernelDescription[];
    if (!isComplete(description)) throw new Error(otherWasm);
    const module = compiled(JSON.parse(packed) as string, name);
    const cores = builtin('node:os').availableParallelism();
    return { engine: wasmEngine(name, module, description, cores), description, reason: null };
  } catch (error) {
    return missing((error as Error).message);
  }
}

/** Throws Error for a module that is damaged. */
function compiled(packed: string, file: string): WasmModule {
  try {
    const bytes = globalThis.process.getBuiltinModule('node:zlib').gunzipSync(Buffer.from(packed, 'base64'));
    return new webAssembly!.Module(new Uint8Array(bytes));
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`@lethe/wasm: the module in ${file} is damaged (${message}); install the package anew`, {
      cause,
    });
  }
}

function missing(reason: string): Loaded {
  return { engine: null, description: [], reason };
}
