/** The memory of a WebAssembly module beyond its own data: blocks that are taken and given back. */
import { LetheError } from '../../errors.ts';
import type { WasmMemory } from './api.ts';

const page = 65536;
/** One cache line. */
const alignment = 64;

export class Heap {
  readonly memory: WasmMemory;
  /** Free stretches in order of address, none beside another. */
  #free: { at: number; bytes: number }[] = [];
  #taken = new Map<number, number>();
  #end: number;
  #buffers = new WeakSet<ArrayBufferLike>();
  #seen: ArrayBufferLike | undefined;
  #views: HeapViews | undefined;

  /** @param start of what is free */
  constructor(memory: WasmMemory, start: number) {
    this.memory = memory;
    this.#end = Math.ceil(start / alignment) * alignment;
  }

  /** Whether an array lies here. Buffers from before the memory grew are the same bytes. */
  holds(array: ArrayBufferView): boolean {
    if (array.buffer === this.#seen) return true;
    this.views();
    return this.#buffers.has(array.buffer);
  }

  /** The whole memory as it is now. */
  views(): HeapViews {
    const { buffer } = this.memory;
    if (this.#seen !== buffer || !this.#views) {
      this.#seen = buffer;
      this.#buffers.add(buffer);
      this.#views = {
        bytes: new Uint8Array(buffer),
        ints: new Int32Array(buffer),
        words: new Uint32Array(buffer),
        floats: new Float32Array(buffer),
        doubles: new Float64Array(buffer),
      };
    }
    return this.#views;
  }

  /**
   * The address of `bytes` bytes with arbitrary contents, at the beginning of a cache line.
   * @throws LetheError with code E_MEMORY where there is no room
   */
  take(bytes: number): number {
    const rounded = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const index = this.#free.findIndex((stretch) => stretch.bytes >= rounded);
    if (index < 0) return this.#grow(rounded);
    const stretch = this.#free[index];
    const { at } = stretch;
    if (stretch.bytes === rounded) this.#free.splice(index, 1);
    else {
      stretch.at += rounded;
      stretch.bytes -= rounded;
    }
    this.#taken.set(at, rounded);
    return at;
  }

  /** Gives back what `take` gave; an address that it did not is ignored. */
  release(at: number): void {
    const bytes = this.#taken.get(at);
    if (bytes === undefined) return;
    this.#taken.delete(at);
    let index = this.#free.findIndex((stretch) => stretch.at > at);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, { at, bytes });
    for (const first of [index, index - 1]) {
      const [left, right] = [this.#free[first], this.#free[first + 1]];
      if (left && right && left.at + left.bytes === right.at) {
        left.bytes += right.bytes;
        this.#free.splice(first + 1, 1);
      }
    }
  }

  #grow(bytes: number): number {
    const at = this.#end;
    const pages = Math.ceil((at + bytes - this.memory.buffer.byteLength) / page);
    if (pages > 0) {
      try {
        this.memory.grow(pages);
      } catch (cause) {
        const now = (this.memory.buffer.byteLength / 2 ** 20).toFixed(0);
        throw new LetheError(
          'E_MEMORY',
          `WebAssembly: expected room for ${bytes} bytes beyond the ${now} MB in use, got none; it has at most 4 GB, and less where the system gives less: make the sizes smaller`,
          { cause },
        );
      }
    }
    this.#end = at + bytes;
    this.#taken.set(at, bytes);
    return at;
  }
}

export interface HeapViews {
  bytes: Uint8Array;
  ints: Int32Array;
  words: Uint32Array;
  floats: Float32Array;
  doubles: Float64Array;
}
