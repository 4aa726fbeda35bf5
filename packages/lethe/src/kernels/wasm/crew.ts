/**
 * Threads of the WebAssembly engine: workers, each with an instance of the module over the same memory, that wait in it for jobs. They
 * join as they come up; nobody waits for them, for no result depends on how many there are.
 */
import type { WasmMemory, WasmModule } from './api.ts';
import type { Heap } from './heap.ts';

/** What a worker is given. */
interface Start {
  module: WasmModule;
  memory: WasmMemory;
  /** the top of its stack */
  top: number;
}

const stackBytes = 1 << 20;

export class Crew {
  #heap: Heap;
  #module: WasmModule;
  #workers: { terminate(): unknown }[] = [];
  /** why there can be one thread alone, if so */
  problem: string | undefined;

  #isBroken = false;

  constructor(heap: Heap, module: WasmModule) {
    this.#heap = heap;
    this.#module = module;
  }

  /** Starts workers until there are `threads` with the one that calls; gives with how many a kernel may run, of those that are up by then. */
  grow(threads: number): number {
    while (this.#workers.length + 1 < threads && this.problem === undefined) {
      try {
        this.#workers.push(this.#start());
      } catch (error) {
        this.problem = `a worker does not start: ${(error as Error).message}`;
      }
    }
    return this.usable(threads);
  }

  /** So many threads, or one where a worker is gone. */
  usable(threads: number): number {
    return this.#isBroken ? 1 : threads;
  }

  /** Ends all workers: what they were doing is of no use any more. */
  dismiss(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#end('its workers were ended with their job');
  }

  /** Between two kernels nothing is lost with a worker. As the numbers of the others have a gap then, one thread goes on. */
  #end(problem: string): void {
    this.#isBroken = true;
    this.problem ??= problem;
  }

  #start(): { terminate(): unknown } {
    const top = this.#heap.take(stackBytes) + stackBytes;
    const start: Start = { module: this.#module, memory: this.#heap.memory, top };
    const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');
    if (threads) {
      const code = `${life}; live(require('node:worker_threads').workerData);`;
      const worker = new threads.Worker(code, {
        eval: true,
        workerData: start,
        stdout: false,
        stderr: false,
      });
      worker.unref();
      worker.on('error', ({ message }) => this.#end(`a worker failed: ${message}`));
      worker.on('exit', () => this.#end('a worker was ended'));
      return worker;
    }
    const scope = globalThis as unknown as BrowserScope;
    if (!scope.crossOriginIsolated) {
      throw new Error(
        'the page is not cross-origin isolated; the server has to send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
      );
    }
    const url = scope.URL.createObjectURL(
      new scope.Blob([`${life}; onmessage = ({ data }) => live(data);`], { type: 'text/javascript' }),
    );
    const worker = new scope.Worker(url);
    worker.onerror = () => {
      this.#end(
        'a worker failed, or the page forbids workers of its own making (Content-Security-Policy: worker-src blob:)',
      );
    };
    worker.postMessage(start);
    scope.URL.revokeObjectURL(url);
    return worker;
  }
}

// --- internal ---

/** A worker's whole code; a text, because a library does not know under which address a bundler puts a file. */
const life = `const live = ({ module, memory, top }) => {
  const refuse = () => { throw new Error('a worker takes no memory'); };
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory }, lethe: { take: refuse, release: refuse, lost: () => {}, log: Math.log },
  });
  exports.__stack_pointer.value = top;
  exports.work();
}`;

/** What of a browser is needed here; the library is not compiled against one. */
interface BrowserScope {
  crossOriginIsolated?: boolean;
  URL: { createObjectURL(blob: unknown): string; revokeObjectURL(url: string): void };
  Blob: new (parts: string[], options: { type: string }) => unknown;
  Worker: new (url: string) => { postMessage(message: unknown): void; terminate(): void; onerror: unknown };
}
