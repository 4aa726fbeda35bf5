/** What the compiled kernels export: the functions of the kernel contract and the instruction set in use. */
export interface NativeModule {
  readonly isa: string;
  [kernel: string]: unknown;
}

/** The compiled kernels, or the reason why there are none. */
export function load(): { kernels: NativeModule; reason: null } | { kernels: null; reason: string };
