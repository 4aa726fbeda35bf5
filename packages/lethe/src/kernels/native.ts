/**
 * The native engine, where it is built. Loaded at run time and by name only, so that the library has no
 * dependency and bundles for the browser.
 */
import { ConfigError, LetheError } from '../errors.ts';
import { newScopes } from '../scopes.ts';
import type { Real } from '../tensor/dtype.ts';
import type { KernelDescription } from './contract/description.ts';
import type { CallSettings, Engine } from './contract/engine.ts';
import type { Kernels } from './contract/kernels.ts';
import { isComplete } from './is-complete.ts';
import { requireOf } from './kernel-packages.ts';
import { valuesOf } from './values.ts';

/** The native kernels, or null where they do not load; {@link nativeProblem} then says why. */
export function loadNative(): Engine | null {
  loaded ??= load();
  return loaded.kernels;
}

/** Why the native kernels do not load, or null when they do. */
export function nativeProblem(): string | null {
  loaded ??= load();
  return loaded.reason;
}

/** Every native kernel with its parameters; nothing where they do not load. */
export function nativeDescription(): KernelDescription[] {
  loaded ??= load();
  return loaded.description;
}

// --- internal ---

interface Loaded {
  kernels: Engine | null;
  description: KernelDescription[];
  reason: string | null;
}

let loaded: Loaded | undefined;

/** What a runtime refuses that asks for permissions (Deno) is one more reason for another engine. */
function load(): Loaded {
  try {
    return loadPackage();
  } catch (error) {
    return { kernels: null, description: [], reason: (error as Error).message };
  }
}

function loadPackage(): Loaded {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined)
    return { kernels: null, description: [], reason: 'they need Node.js 20.16 or later' };
  const require = requireOf('@lethe/native');
  if (require === undefined)
    return { kernels: null, description: [], reason: 'the package @lethe/native is not installed' };
  const native: { load(): { kernels: Addon | null; reason: string | null } } = require('@lethe/native');
  const { kernels, reason } = native.load();
  if (kernels === null) return { kernels, description: [], reason };
  const description = JSON.parse(kernels.describe()) as KernelDescription[];
  if (!takesValues(kernels, description) || !isComplete(description)) {
    const reason =
      'they are of other sources than these; install @lethe/native in the version of lethe, or build them anew with npx lethe-build-native';
    return { kernels: null, description: [], reason };
  }
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
  round(arrays: readonly Real[]): object;
  /** throws where an array has changed since */
  checkRounded(copies: object, arrays: readonly Real[]): void;
}

/** Is told how to run, and the values of its fields. */
type Kernel = (threads: number, isBf16: boolean, copies: object | undefined, ...values: unknown[]) => unknown;

/** Whether the addon takes the values of a call one by one: a build from before that would misread every call. */
function takesValues(addon: Addon, description: readonly KernelDescription[]): boolean {
  const fields = description.find(({ name }) => name === 'matmul')?.fields ?? [];
  const empty = new Float32Array(0);
  const p = { m: 0, n: 0, k: 0, a: empty, b: empty, c: empty };
  try {
    Reflect.apply(addon.matmul as Kernel, undefined, valuesOf(fields)(p, [1, false, undefined]));
    return true;
  } catch {
    return false;
  }
}

/** What every call is told. */
interface Settings {
  threads: number;
  isBf16: boolean;
  /** rounded copies of what does not change, made by `Addon.round` */
  copies?: object;
}

/**
 * The addon as an engine. Settings are arguments of every call: the addon keeps none, so that workers of one process may run with
 * different ones. In one worker they belong to what runs, by an AsyncLocalStorage, over everything that it awaits.
 */
function engineOver(addon: Addon, description: readonly KernelDescription[], cores: number): Engine {
  const own: Settings = { threads: addon.ready(cores), isBf16: false };
  const scopes = newScopes<Settings>();
  const settings = (): Settings => scopes.now() ?? own;
  const granted = (count: number): number => {
    if (!Number.isInteger(count) || count < 1 || count > 256) {
      throw new ConfigError(`threads: expected a whole number from 1 to 256, got ${count}`);
    }
    return addon.ready(count);
  };
  const calls = description.map(({ name, fields }) => {
    const kernel = addon[name] as Kernel;
    const addValues = valuesOf(fields);
    return [
      name,
      (p: object) => {
        const { threads, isBf16, copies } = settings();
        return Reflect.apply(kernel, undefined, addValues(p, [threads, isBf16, copies]));
      },
    ] as const;
  });
  const kernels = Object.fromEntries(calls) as unknown as Kernels & { sumSquares(p: object): number };
  return {
    ...kernels,
    engine: 'native',
    isa: addon.isa,
    allocate: addon.allocate,
    threads: () => settings().threads,
    precision: () => (settings().isBf16 ? (addon.bf16() ?? 'f32') : 'f32'),
    hasBf16: () => addon.bf16() !== null,
    setThreads: (count) => {
      own.threads = granted(count);
    },
    within: ({ threads, bf16 }: CallSettings, body) => {
      const now = settings();
      const changed = {
        ...now,
        threads: threads === undefined ? now.threads : granted(threads),
        isBf16: bf16 ?? now.isBf16,
      };
      return scopes.run(changed, body);
    },
    fixed: (arrays) => {
      let copies: object | undefined;
      return (body) => {
        if (!settings().isBf16) return body();
        return refusingStale(
          () => {
            if (copies) addon.checkRounded(copies, arrays);
            else copies = addon.round(arrays);
            return scopes.run({ ...settings(), copies }, body);
          },
          () => addon.checkRounded(copies!, arrays),
        );
      };
    },
    sumSquares: (arrays) => kernels.sumSquares({ arrays }),
  };
}

/** The result of `body`, or of what it promises, once `check` has looked; a stale copy by an error of the library. */
function refusingStale<T>(body: () => T, check: () => void): T {
  const told = (error: unknown): never => {
    if ((error as { code?: unknown } | null)?.code !== 'E_STALE') throw error;
    throw new LetheError(
      'E_STALE',
      'fixedWeights: expected weights that do not change, found others than were rounded; call fixedWeights anew after a change',
      { cause: error },
    );
  };
  const checked = <R>(result: R): R => {
    check();
    return result;
  };
  try {
    const result = body();
    return result instanceof Promise ? (result.then(checked).catch(told) as T) : checked(result);
  } catch (error) {
    return told(error);
  }
}
