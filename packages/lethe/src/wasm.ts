/**
 * `lethe/wasm`: the WebAssembly engine in a browser.
 *
 *     import { useWasm } from 'lethe/wasm';
 *     await useWasm();
 *
 * Best in a worker of the page, which may wait for its threads. In Node.js nothing of this is needed: there the engine is chosen
 * by itself where the native one does not load.
 */
import { LetheError } from './errors.ts';
import type { KernelDescription } from './kernels/contract/description.ts';
import { type EngineInUse, engineInUse, useEngine } from './kernels/engine.ts';
import { isComplete } from './kernels/is-complete.ts';
import { webAssembly } from './kernels/wasm/api.ts';
import { wasmEngine } from './kernels/wasm/engine.ts';
import { moduleName } from './kernels/wasm/module.ts';
import { otherWasm, provideWasm } from './kernels/wasm.ts';

export type { EngineInUse } from './kernels/engine.ts';

/**
 * Loads the better of the two modules that this browser runs, with relaxed SIMD or without, and puts the engine in use for this thread.
 * It has as many threads as the machine where the page is cross-origin isolated, else one.
 * @throws LetheError with code E_ENGINE where there is no WebAssembly with vectors, no memory, or a module that is broken; the
 * portable engine goes on then
 */
export async function useWasm(): Promise<EngineInUse> {
  const name = moduleName();
  if (name === null) throw refused('this browser has no WebAssembly with vectors (SIMD)');
  try {
    const [{ packed }, { layout }] = await Promise.all([
      name === 'relaxed' ? import('@lethe/wasm/relaxed') : import('@lethe/wasm/simd128'),
      import('@lethe/wasm/layout'),
    ]).catch((cause) => {
      throw new Error(
        `the script that holds them does not load (${cause.message}); put all built files on the server`,
        { cause },
      );
    });
    if (!isComplete(layout as readonly KernelDescription[])) throw new Error(otherWasm);
    const module = await unpacked(packed)
      .then((bytes) => webAssembly!.compile(bytes))
      .catch((cause) => {
        throw new Error(`their module is damaged (${cause.message}); build and copy it anew`, { cause });
      });
    const { navigator, crossOriginIsolated } = globalThis as BrowserScope;
    const cores = crossOriginIsolated ? (navigator?.hardwareConcurrency ?? 1) : 1;
    const description = layout as readonly KernelDescription[];
    provideWasm(wasmEngine(name, module, description, cores), description);
  } catch (cause) {
    throw refused((cause as Error).message, cause);
  }
  useEngine('wasm');
  return engineInUse();
}

// --- internal ---

/** What of a browser is asked here; the library is not compiled against one. */
interface BrowserScope {
  navigator?: { hardwareConcurrency?: number };
  crossOriginIsolated?: boolean;
}

function refused(reason: string, cause?: unknown): LetheError {
  return new LetheError(
    'E_ENGINE',
    `useWasm: expected the kernels of WebAssembly to load, but ${reason}; the portable engine goes on`,
    { cause },
  );
}

async function unpacked(text: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}
