/**
 * Scratch memory: what a training step allocates, it hands back by itself.
 *
 * A few large slabs are cut from front to back (a bump pointer); `scoped` remembers where the pointer stood
 * and puts it back when its function ends. Nothing is freed or cleared, so the memory of one step is the
 * memory of the next. Each scope has a generation number; a tensor remembers the one it was born in and
 * refuses to be read once that scope is gone, because its bytes may belong to somebody else by then.
 */
import { ConfigError, LetheError } from '../errors.ts';
import { found } from '../found.ts';
import type { Real } from './dtype.ts';
import { dtype, realZeros, scratchSlab } from './dtype.ts';

/** Where an array came from: the depth and generation of its scope, or null for memory of its own. */
export type ScratchOrigin = { readonly depth: number; readonly generation: number } | null;

/** The innermost open scope, or null outside of all. */
export function currentScope(): ScratchOrigin {
  return scopes[scopes.length - 1] ?? null;
}

/**
 * Runs `f`; every tensor and array that it allocates comes from scratch memory, which is handed back when `f`
 * ends. Scopes nest. What must outlive the scope is copied out with `tensor.keep()`.
 * @throws LetheError with code E_SCRATCH if `f` is async
 */
export function scoped<T>(f: () => T): T {
  if (typeof f !== 'function') throw new ConfigError(`scoped: expected a function, got ${found(f)}`);
  const scope = {
    depth: scopes.length,
    generation: nextGeneration++,
    slab: currentSlab,
    offset: currentOffset,
  };
  scopes.push(scope);
  try {
    const result = f();
    if (result instanceof Promise) {
      throw new LetheError(
        'E_SCRATCH',
        'scoped: expected a function that ends before scoped does, got an async one; await outside of scoped',
      );
    }
    return result;
  } finally {
    scopes.pop();
    if (poisons) poison(scope);
    currentSlab = scope.slab;
    currentOffset = scope.offset;
  }
}

/** Storage for `length` numbers: scratch with arbitrary contents inside a scope, fresh zeros outside. */
export function allocate(length: number): Real {
  return scopes.length === 0 ? realZeros(length) : cut(length);
}

/** Like {@link allocate}, all zeros. */
export function allocateZeros(length: number): Real {
  const data = allocate(length);
  return scopes.length === 0 ? data : data.fill(0);
}

/**
 * Storage that lasts as long as `scope`, however many scopes have been opened inside it since: zeros of its own where
 * `scope` is null, else scratch with arbitrary contents. What deeper scopes took before it waits with it for the end of `scope`.
 */
export function allocateFor(scope: ScratchOrigin, length: number): Real {
  if (scope === null) return realZeros(length);
  const data = cut(length);
  for (const deeper of scopes.slice(scope.depth + 1)) {
    deeper.slab = currentSlab;
    deeper.offset = currentOffset;
  }
  return data;
}

/** Whether `data` lasts as long as `scope`: it is no scratch, or was not taken by a scope inside it. */
export function lastsAsLongAs(data: Real, scope: ScratchOrigin): boolean {
  const slab = slabOf(data);
  if (slab < 0) return true;
  if (scope === null) return false;
  const deeper = scopes[scope.depth + 1];
  if (!deeper) return true;
  return slab < deeper.slab || (slab === deeper.slab && data.byteOffset - slabs[slab].offset < deeper.offset);
}

/** For tests: fills what is handed back with NaN from now on, so that whoever reads it, or takes new scratch for zeros, shows. */
export function poisonScratch(on: boolean): void {
  poisons = on;
}

/** The scope that `data` belongs to if it was allocated just now, or null if it is not scratch memory. */
export function originOf(data: Real): ScratchOrigin {
  return scopes.length > 0 && slabOf(data) >= 0 ? scopes[scopes.length - 1] : null;
}

/** Whether memory from `origin` still holds what was put there. */
export function isAlive(origin: ScratchOrigin): boolean {
  return origin === null || scopes[origin.depth] === origin;
}

// --- internal ---

/** Slabs come in multiples of this; pages that nobody touches cost nothing. */
const slabBytes = 32 * 1024 * 1024;
/** One cache line, and one AVX-512 register. */
const alignment = 64;
const bytesPerNumber = dtype === 'f64' ? 8 : 4;

/** Stretches of buffers that may hold other things as well. */
const slabs: { buffer: ArrayBufferLike; offset: number; bytes: number }[] = [];
/** Open scopes from the outermost in; slab and offset say where the pointer goes when one ends. */
const scopes: { depth: number; generation: number; slab: number; offset: number }[] = [];
let nextGeneration = 1;
let currentSlab = -1;
let currentOffset = 0;
let poisons = false;

function cut(length: number): Real {
  const offset = reserve(length * bytesPerNumber);
  const slab = slabs[currentSlab];
  return dtype === 'f64'
    ? new Float64Array(slab.buffer, slab.offset + offset, length)
    : new Float32Array(slab.buffer, slab.offset + offset, length);
}

/** The slab that `data` lies in, -1 for none. */
function slabOf({ buffer, byteOffset }: Real): number {
  return slabs.findIndex(
    (slab) => slab.buffer === buffer && byteOffset >= slab.offset && byteOffset < slab.offset + slab.bytes,
  );
}

/** Bytes of ones are NaN in float32 and float64. */
function poison(from: { slab: number; offset: number }): void {
  for (let slab = Math.max(from.slab, 0); slab <= currentSlab; slab++) {
    const start = slab === from.slab ? from.offset : 0;
    const { buffer, offset, bytes } = slabs[slab];
    const end = slab === currentSlab ? currentOffset : bytes;
    new Uint8Array(buffer, offset + start, end - start).fill(0xff);
  }
}

/** Moves the pointer past `bytes` bytes of `slabs[currentSlab]` and returns where they begin. */
function reserve(bytes: number): number {
  const rounded = Math.ceil(bytes / alignment) * alignment;
  if (currentSlab < 0 || currentOffset + rounded > slabs[currentSlab].bytes) openSlab(rounded);
  const offset = currentOffset;
  currentOffset += rounded;
  return offset;
}

/** Goes on in a free slab with room for `bytes`. Slabs after the current one are free by construction. */
function openSlab(bytes: number): void {
  const next = currentSlab + 1;
  const fitting = slabs.findIndex((slab, i) => i >= next && slab.bytes >= bytes);
  if (fitting >= 0) {
    [slabs[next], slabs[fitting]] = [slabs[fitting], slabs[next]];
  } else {
    const size = Math.max(1, Math.ceil(bytes / slabBytes)) * slabBytes;
    const slab = { ...scratchSlab(size), bytes: size };
    if (poisons) new Uint8Array(slab.buffer, slab.offset, size).fill(0xff);
    slabs.splice(next, 0, slab);
  }
  currentSlab = next;
  currentOffset = 0;
}
