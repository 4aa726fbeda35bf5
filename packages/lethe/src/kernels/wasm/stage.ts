/**
 * Arrays of a call that lie outside the module's memory: they are copied in before it and, where the kernel writes, out after it.
 * Arrays over one buffer keep their distances, so that those which overlap do so inside as well.
 */
import type { Heap } from './heap.ts';

type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array;

interface Guest {
  array: Numbers;
  /** where its address goes */
  at: number;
  written: boolean;
}

export class Stage {
  #heap: Heap;
  #guests: Guest[] = [];
  #room = 0;
  #roomBytes = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Puts the address of `array` at `at`: now where it lies in the memory, else with `enter`. */
  put(array: Numbers, at: number, written: boolean): void {
    if (this.#heap.holds(array)) this.#heap.views().words[at >> 2] = array.byteOffset;
    else this.#guests.push({ array, at, written });
  }

  /** Copies in. Throws LetheError with code E_MEMORY where there is no room. */
  enter(): void {
    if (this.#guests.length === 0) return;
    const spans = new Map<ArrayBufferLike, { from: number; to: number; base: number }>();
    for (const { array } of this.#guests) {
      const [from, to] = [array.byteOffset, array.byteOffset + array.byteLength];
      const span = spans.get(array.buffer);
      if (!span) spans.set(array.buffer, { from, to, base: 0 });
      else {
        span.from = Math.min(span.from, from);
        span.to = Math.max(span.to, to);
      }
    }
    let bytes = 0;
    for (const span of spans.values()) {
      span.base = bytes;
      bytes += Math.ceil((span.to - span.from) / 64) * 64;
    }
    if (bytes > this.#roomBytes) {
      this.#heap.release(this.#room);
      this.#roomBytes = 0;
      this.#room = this.#heap.take(bytes);
      this.#roomBytes = bytes;
    }
    const views = this.#heap.views();
    for (const { array, at } of this.#guests) {
      const span = spans.get(array.buffer)!;
      const address = this.#room + span.base + array.byteOffset - span.from;
      views.words[at >> 2] = address;
      views.bytes.set(bytesOf(array), address);
    }
  }

  /** Copies out what was written, and forgets the call. */
  leave(): void {
    const views = this.#heap.views();
    for (const { array, at, written } of this.#guests) {
      if (!written) continue;
      const address = views.words[at >> 2];
      bytesOf(array).set(views.bytes.subarray(address, address + array.byteLength));
    }
    this.#guests.length = 0;
  }

  /** Forgets the call as if it had not been. */
  drop(): void {
    this.#guests.length = 0;
  }
}

// --- internal ---

function bytesOf(array: Numbers): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
