/** What is needed of WebAssembly's own interface: neither Node.js's types have it nor is the library compiled against a browser's. */

/** A compiled module; nothing is asked of it but to be passed on. */
export type WasmModule = object;

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

export interface WasmGlobal {
  value: unknown;
}

export interface WasmApi {
  Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: object) => { exports: object };
  RuntimeError: new () => Error;
  validate(bytes: Uint8Array): boolean;
  compile(bytes: ArrayBuffer): Promise<WasmModule>;
}

/** WebAssembly, where there is one. */
export const webAssembly = (globalThis as { WebAssembly?: WasmApi }).WebAssembly;
