/**
 * The native engine, where it is built. Loaded at run time and by name only, so that the library has no
 * dependency and bundles for the browser.
 */
import type { Kernels } from './contract.ts';

/** The native kernels, or null where they do not load; {@link nativeProblem} then says why. */
export function loadNative(): Kernels | null {
  loaded ??= load();
  return loaded.kernels;
}

/** Why the native kernels do not load, or null when they do. */
export function nativeProblem(): string | null {
  loaded ??= load();
  return loaded.reason;
}

// --- internal ---

interface Loaded {
  kernels: Kernels | null;
  reason: string | null;
}

let loaded: Loaded | undefined;

function load(): Loaded {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined) return { kernels: null, reason: 'they need Node.js 20.16 or later' };
  const require = builtin('node:module').createRequire(import.meta.url);
  let native: { load(): { kernels: Omit<Kernels, 'engine'> | null; reason: string | null } };
  try {
    native = require('@lethe/native');
  } catch {
    return { kernels: null, reason: 'the package @lethe/native is not installed' };
  }
  const { kernels, reason } = native.load();
  if (kernels === null) return { kernels, reason };
  kernels.setThreads(builtin('node:os').availableParallelism());
  return { kernels: { ...kernels, engine: 'native' }, reason };
}
