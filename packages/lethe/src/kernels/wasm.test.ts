import type { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { layout } from '@lethe/wasm/layout';
import { packed } from '@lethe/wasm/simd128';
import { describe, expect, it } from 'vitest';
import { isLeftToItsOwnRun } from './conformance/support.suite.ts';
import { runKernelSuite } from './conformance.suite.ts';
import type { KernelDescription } from './contract/description.ts';
import { webAssembly } from './wasm/api.ts';
import { wasmEngine } from './wasm/engine.ts';
import { Heap } from './wasm/heap.ts';
import { instantiate, moduleName } from './wasm/module.ts';
import { loadWasm, valueIn, wasmProblem } from './wasm.ts';

const wasm = isLeftToItsOwnRun('wasm') ? null : loadWasm();
if (wasm) runKernelSuite(`WebAssembly (${wasm.isa})`, () => wasm, { half: 'others' });

describe.skipIf(!wasm)(`the WebAssembly engine (${wasmProblem() ?? 'at hand'})`, () => {
  const product = (n: number) => {
    const a = Float32Array.from({ length: n * n }, (_, i) => Math.sin(i));
    return { m: n, n, k: n, a, b: a, c: new Float32Array(n * n) };
  };

  it('has its threads at work after a moment, with the bits of one', async () => {
    const engine = wasm!;
    const alone = product(200);
    engine.within({ threads: 1 }, () => engine.matmul(alone));
    const until = Date.now() + 20_000;
    engine.setThreads(3);
    do {
      engine.matmul(product(200));
      await new Promise((resolve) => setTimeout(resolve, 5));
    } while (engine.running() < 3 && Date.now() < until);
    expect(engine.running()).toBe(3);
    expect(engine.problem()).toBeUndefined();
    for (let i = 0; i < 50; i++) {
      const together = product(200);
      together.a = together.a.map((x) => x); // elsewhere in memory
      engine.matmul(together);
      // Whole: number by number it would take ten seconds.
      expect(Buffer.from(together.c.buffer).equals(Buffer.from(alone.c.buffer))).toBe(true);
    }
  });

  it('lets scratch that was taken before its memory grew be read and written after', () => {
    const before = wasm!.slab!(1 << 20);
    const early = new Float32Array(before.buffer, before.offset, 4).fill(2);
    const after = wasm!.slab!(64 << 20);
    const late = new Float32Array(after.buffer, after.offset, 4).fill(3);
    const c = new Float32Array(1);
    wasm!.matmul({ m: 1, n: 1, k: 4, a: early, b: late, c });
    expect(c[0]).toBe(24); // 4 * 2 * 3
    wasm!.matmul({ m: 1, n: 1, k: 1, a: early, b: late, c: early });
    expect(early[0]).toBe(6);
  });

  it('keeps arrays of the caller that overlap in one place', () => {
    const store = Float32Array.of(1, 2, 3, 4);
    // target = store[1..2], a = store[0..1]: 2 + 1, 3 + 2, in place, forwards
    wasm!.addDifference({ n: 2, a: store.subarray(0, 2), target: store.subarray(2, 4), factor: 1 });
    expect([...store]).toEqual([1, 2, 4, 6]);
  });

  it('says what a file is that holds no module', () => {
    expect(() => valueIn('<!doctype html><p>404', 'packed', 'simd128')).toThrow(
      'expected simd128 to export its module whole, found a file of 21 characters that begins with "<!doctype html><p>40"; install the package anew',
    );
  });

  it('refuses a module that is cut off', () => {
    const magic = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5);
    expect(() => instantiate(new webAssembly!.Module(magic))).toThrow(/WebAssembly.Module/);
  });

  it('has an error with the size where its memory ends, and goes on', () => {
    const memory = new webAssembly!.Memory({ initial: 1, maximum: 4, shared: true });
    const heap = new Heap(memory, 100);
    expect(() => heap.take(5 * 65536)).toThrow('expected room for 327680 bytes beyond the 0 MB in use');
    expect(heap.take(65536)).toBe(128); // the first cache line behind 100
  });

  it('takes the better module that the runtime knows', () => {
    // relaxed SIMD came with V8 11.4, which is in Node.js 21
    const isRelaxed = Number(process.versions.node.split('.')[0]) >= 21;
    expect(moduleName()).toBe(isRelaxed ? 'relaxed' : 'simd128');
  });
});

describe('the heap', () => {
  it('gives back what was released, whole, whatever the order', () => {
    const heap = new Heap(new webAssembly!.Memory({ initial: 1, maximum: 64, shared: true }), 0);
    const [a, b, c] = [heap.take(100), heap.take(64), heap.take(1000)];
    expect([a, b, c]).toEqual([0, 128, 192]); // rounded up to 64
    heap.release(a);
    heap.release(c);
    heap.release(b);
    heap.release(b); // once more changes nothing
    expect(heap.take(1200)).toBe(0); // 128 + 64 + 1024 bytes beside each other
    expect(heap.holds(heap.views().floats)).toBe(true);
    expect(heap.holds(new Float32Array(4))).toBe(false);
  });
});

describe.skipIf(!wasm)('a thread of the WebAssembly engine that somebody ends', () => {
  const product = (n: number) => {
    const a = Float32Array.from({ length: n * n }, (_, i) => Math.cos(i));
    return { m: n, n, k: n, a, b: a, c: new Float32Array(n * n) };
  };

  /** An engine of its own with two threads, and the worker of the other one. */
  async function twoThreads() {
    const module = new webAssembly!.Module(new Uint8Array(gunzipSync(Buffer.from(packed, 'base64'))));
    const engine = wasmEngine('simd128', module, layout as readonly KernelDescription[], 2);
    const threads = process.getBuiltinModule('node:worker_threads');
    const Own = threads.Worker;
    let started: Worker | undefined;
    threads.Worker = class extends Own {
      constructor(...given: ConstructorParameters<typeof Own>) {
        super(...given);
        started = this;
      }
    };
    try {
      engine.matmul(product(64));
    } finally {
      threads.Worker = Own;
    }
    const until = Date.now() + 20_000;
    while (engine.running() < 2 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(engine.running()).toBe(2);
    return { engine, worker: started! };
  }

  it('in the middle of a kernel ends the kernel with a sentence, and the engine', async () => {
    const { engine, worker } = await twoThreads();
    // Takes effect while the product below, of half a second, is under way.
    void worker.terminate();
    const sentence =
      /^WebAssembly: expected a kernel to end, but it stopped \(one of its threads gave no sign of life for 10 s; somebody ended its worker\); its memory is not to be trusted any more: start anew$/;
    expect(() => engine.matmul(product(1500))).toThrow(sentence);
    expect(() => engine.matmul(product(8))).toThrow(sentence);
  });

  it('between two kernels leaves the others to one thread, with the same bits', async () => {
    const { engine, worker } = await twoThreads();
    const together = product(300);
    engine.matmul(together);
    await worker.terminate();
    const alone = product(300);
    engine.matmul(alone);
    expect(alone.c).toEqual(together.c);
    expect(engine.running()).toBe(1);
    expect(engine.problem()).toBe('a worker was ended');
  });
});

it.skipIf(wasm)('the WebAssembly engine is left out here', () => {
  expect(wasmProblem() ?? 'LETHE_ENGINE asks for another engine').toBeTruthy();
});
