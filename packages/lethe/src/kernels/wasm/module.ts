/** Which of the two modules runs here, and its instance with a memory. */
import { type WasmGlobal, type WasmMemory, type WasmModule, webAssembly } from './api.ts';
import { Heap } from './heap.ts';

/** What a module exports. */
export interface Exports {
  /** runs a kernel by its number on the struct at `p`; sums of it go to `sums` */
  call(kernel: number, p: number, sums: number, threads: number): void;
  /** said once, before anything runs: whether the calling thread may sleep */
  begin(maySleep: number): void;
  /** how many of so many threads run by now */
  ready(threads: number): number;
  __stack_pointer: WasmGlobal;
  __heap_base: WasmGlobal;
}

/** What ends a kernel of which a thread gives no sign of life any more. */
export class LostThread extends Error {
  override readonly message = 'one of its threads gave no sign of life for 10 s; somebody ended its worker';
}

export type ModuleName = 'simd128' | 'relaxed';

/** The better module that this machine runs, or null where it has neither: then there is no SIMD. */
export function moduleName(): ModuleName | null {
  if (!webAssembly) return null;
  if (webAssembly.validate(probe(relaxedMadd))) return 'relaxed';
  return webAssembly.validate(probe(splat)) ? 'simd128' : null;
}

/**
 * A module over a memory of its own.
 * @throws Error with a reason where there is no memory or the module is broken
 */
export function instantiate(module: WasmModule): { exports: Exports; heap: Heap } {
  const memory = newMemory();
  let heap: Heap | undefined;
  const instance = new webAssembly!.Instance(module, {
    env: { memory },
    lethe: {
      take: (bytes: number) => heap!.take(bytes >>> 0),
      release: (at: number) => heap!.release(at >>> 0),
      lost: () => {
        throw new LostThread();
      },
      log: Math.log,
    },
  });
  const exports = instance.exports as unknown as Exports;
  heap = new Heap(memory, exports.__heap_base.value as number);
  exports.begin(maySleep() ? 1 : 0);
  return { exports, heap };
}

// --- internal ---

/** A function of one vector instruction. */
function probe(body: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = [0, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // () -> v128
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x0a, code.length + 2, 0x01, code.length, ...code],
  ]);
}

/** i8x16.splat of 0, and f32x4.relaxed_madd of three of them. */
const splat = [0x41, 0x00, 0xfd, 0x0f];
const relaxedMadd = [...splat, ...splat, ...splat, 0xfd, 0x85, 0x02];

const page = 65536;
const firstPages = 64;

/** Shared, also for one thread: views stay valid when it grows. Small devices reserve less than 4 GB. */
function newMemory(): WasmMemory {
  let problem: unknown;
  for (const megabytes of [4096, 2048, 1024, 256]) {
    try {
      return new webAssembly!.Memory({ initial: firstPages, maximum: megabytes * 16, shared: true });
    } catch (error) {
      problem = error;
    }
  }
  throw new Error(`there is no memory of ${(firstPages * page) / 2 ** 20} MB: ${(problem as Error).message}`);
}

/** The main thread of a page must not sleep. */
function maySleep(): boolean {
  return !('document' in globalThis);
}
