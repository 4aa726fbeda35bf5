/**
 * The WebAssembly engine over a module: the C++ kernels where there is no compiler, and in the browser. Scratch memory lies in the
 * module's memory; what else a call is given, parameters mostly, is copied in and out.
 */
import { ConfigError, LetheError } from '../../errors.ts';
import { newScopes } from '../../scopes.ts';
import type { KernelDescription } from '../contract/description.ts';
import type { CallSettings, Engine } from '../contract/engine.ts';
import type { Kernels } from '../contract/kernels.ts';
import { type WasmModule, webAssembly } from './api.ts';
import { Crew } from './crew.ts';
import { instantiate, LostThread, type ModuleName } from './module.ts';
import { fillOf, type Room } from './parameters.ts';
import { Stage } from './stage.ts';

const mostSums = 4;

/**
 * @param layout of the parameters of the kernels, in the order of the module's table
 * @throws Error where there is no memory or the module is broken
 */
export function wasmEngine(
  name: ModuleName,
  module: WasmModule,
  layout: readonly KernelDescription[],
  cores: number,
): WasmEngine {
  const { exports, heap } = instantiate(module);
  const stack = exports.__stack_pointer;
  const top = stack.value as number;
  const stage = new Stage(heap);
  const struct = heap.take(Math.max(...layout.map(({ size }) => size)));
  const sums = heap.take(8 * mostSums);
  const room: Room = { heap, stage, struct, lists: 0, listWords: 0 };
  const crew = new Crew(heap, module);
  const scopes = newScopes<number>();
  let own = cores;
  const threads = (): number => scopes.now() ?? own;
  let broken: unknown;

  const calls = layout.map((kernel, number) => {
    const fill = fillOf(kernel, room);
    return [
      kernel.name,
      (p: unknown): unknown => {
        if (broken) throw brokenError(broken);
        const asked = threads() > 1 ? crew.grow(threads()) : 1;
        try {
          fill(p as Readonly<Record<string, unknown>>);
          stage.enter();
          exports.call(number, struct, sums, asked);
        } catch (error) {
          stage.drop();
          stack.value = top; // what was on it is gone with the call
          if (!(error instanceof webAssembly!.RuntimeError || error instanceof LostThread)) throw error;
          broken = error;
          crew.dismiss();
          throw brokenError(error);
        }
        stage.leave();
        if (kernel.sums === 0) return undefined;
        const numbers = heap.views().doubles.slice(sums >> 3, (sums >> 3) + kernel.sums);
        return kernel.sums === 1 ? numbers[0] : [...numbers];
      },
    ] as const;
  });
  const kernels = Object.fromEntries(calls) as unknown as Kernels & { sumSquares(p: object): number };
  return {
    ...kernels,
    engine: 'wasm',
    isa: name,
    sumSquares: (arrays) => kernels.sumSquares({ arrays }),
    threads,
    running: () => exports.ready(crew.usable(threads())),
    problem: () => crew.problem,
    setThreads: (count) => {
      own = checked(count);
    },
    precision: () => 'f32',
    hasBf16: () => false,
    within: ({ threads: count }: CallSettings, body) =>
      count === undefined ? body() : scopes.run(checked(count), body),
    fixed: () => (body) => body(),
    slab: (bytes) => {
      const offset = heap.take(bytes); // which may make the memory grow
      return { buffer: heap.memory.buffer, offset };
    },
  };
}

/** The engine, and what is known of its threads. */
export interface WasmEngine extends Engine {
  /** of the threads in use, how many run by now */
  running(): number;
  /** why there is one thread alone, if so */
  problem(): string | undefined;
}

// --- internal ---

function checked(count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new ConfigError(`threads: expected a whole number from 1 to 256, got ${count}`);
}

function brokenError(cause: unknown): LetheError {
  return new LetheError(
    'E_ENGINE',
    `WebAssembly: expected a kernel to end, but it stopped (${(cause as Error).message}); its memory is not to be trusted any more: start anew`,
    { cause },
  );
}
