/**
 * The native engine, where it is built. Loaded at run time and by name only, so that the library has no
 * dependency and bundles for the browser.
 */
import { ConfigError } from '../errors.ts';
import type { Real } from '../tensor/dtype.ts';
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

/** A kernel as the addon describes it: its name and what its struct of parameters holds. */
export interface KernelDescription {
  name: string;
  /** numbers that it returns */
  sums: number;
  /** bytes of the struct */
  size: number;
  fields: {
    name: string;
    kind: string;
    /** product of letters and digits; the value of a constant */
    dims: string;
    optional: boolean;
    /** bytes from the beginning of the struct; -1 for a constant */
    offset: number;
    written: boolean;
  }[];
}

/** Every native kernel with its parameters; nothing where they do not load. */
export function nativeDescription(): KernelDescription[] {
  loaded ??= load();
  return loaded.description;
}

// --- internal ---

interface Loaded {
  kernels: Kernels | null;
  description: KernelDescription[];
  reason: string | null;
}

let loaded: Loaded | undefined;

function load(): Loaded {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined)
    return { kernels: null, description: [], reason: 'they need Node.js 20.16 or later' };
  const require = builtin('node:module').createRequire(import.meta.url);
  let native: { load(): { kernels: Addon | null; reason: string | null } };
  try {
    native = require('@lethe/native');
  } catch {
    return { kernels: null, description: [], reason: 'the package @lethe/native is not installed' };
  }
  const { kernels, reason } = native.load();
  if (kernels === null) return { kernels, description: [], reason };
  const description = JSON.parse(kernels.describe()) as KernelDescription[];
  return {
    kernels: engineOver(kernels, description, builtin('node:os').availableParallelism()),
    description,
    reason,
  };
}

/** What the compiled addon exports, besides the kernels of the contract, which are told how to run with every call. */
interface Addon extends Record<string, unknown> {
  isa: string;
  /** JSON of every kernel with its parameters */
  describe(): string;
  allocate(bytes: number): ArrayBuffer;
  /** how many threads the system grants of so many */
  ready(threads: number): number;
  /** the unit that multiplies bf16, if there is one */
  bf16(): string | null;
  round(p: { arrays: readonly Real[] }): object;
  /** throws where an array has changed since */
  checkRounded(p: { arrays: readonly Real[] }, copies: object): void;
}

type Kernel = (p: unknown, threads: number, isBf16: boolean, copies: object | undefined) => unknown;

/**
 * The addon as an engine. Threads, precision and rounded copies are this JavaScript thread's own and arguments of every call:
 * the addon keeps none of them, so that workers of one process may run with different ones.
 */
function engineOver(addon: Addon, description: readonly KernelDescription[], cores: number): Kernels {
  let threads = addon.ready(cores);
  let isBf16 = false;
  let kept: { arrays: readonly Real[]; copies: object } | undefined;
  const calls = description.map(({ name }) => {
    const kernel = addon[name] as Kernel;
    return [name, (p: unknown) => kernel(p, threads, isBf16, kept?.copies)] as const;
  });
  return {
    ...(Object.fromEntries(calls) as unknown as Kernels),
    engine: 'native',
    isa: addon.isa,
    allocate: addon.allocate,
    threads: () => threads,
    setThreads: (count) => {
      if (!Number.isInteger(count) || count < 1 || count > 256) {
        throw new ConfigError(`threads: expected a whole number from 1 to 256, got ${count}`);
      }
      threads = addon.ready(count);
    },
    precision: () => (isBf16 ? (addon.bf16() ?? 'f32') : 'f32'),
    setPrecision: (bf16) => {
      if (bf16 && addon.bf16() === null) return false;
      isBf16 = bf16;
      return true;
    },
    keepRounded: (arrays) => {
      const before = kept;
      kept = arrays.length === 0 ? undefined : { arrays, copies: addon.round({ arrays }) };
      if (before) addon.checkRounded({ arrays: before.arrays }, before.copies);
    },
    sumSquares: (arrays) => (addon.sumSquares as Kernel)({ arrays }, threads, isBf16, undefined) as number,
  };
}
