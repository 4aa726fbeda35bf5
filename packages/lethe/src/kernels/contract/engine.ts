/** An engine: kernels and how they are run. */

import type { Real } from '../../tensor/dtype.ts';
import type { Kernels } from './kernels.ts';

/** How the calls of a stretch of code run. */
export interface CallSettings {
  /** at least 1; the portable engine always has 1 */
  threads?: number;
  /**
   * whether operands of matrix products are rounded to bf16, sums staying in float32. Recurrent products of the plain cell and
   * products of moments stay in float32.
   */
  bf16?: boolean;
}

/** An engine: its kernels, and how they are run. */
export interface Engine extends Kernels {
  readonly engine: 'portable' | 'wasm' | 'native';
  /** instruction set in use: 'typescript' | 'simd128' | 'relaxed' | 'baseline' | 'avx2' | 'avx512' | 'neon' */
  readonly isa: string;
  /** threads in use */
  threads(): number;
  /** how operands of matrix products are held: 'f32', or 'bf16-dot' or 'bf16-amx' by the unit of the processor in use */
  precision(): string;
  /** whether this processor multiplies bf16 */
  hasBf16(): boolean;
  /** sets the number of threads where no scope says another */
  setThreads(count: number): void;
  /**
   * Runs `body` with these settings, which hold for all that it calls and awaits and for nothing else; the others stay as they are
   * around it.
   */
  within<T>(settings: CallSettings, body: () => T): T;
  /**
   * Takes it that these arrays do not change while a `body` that is given to the result runs. While operands of products are
   * rounded, right operands of at most four rows are then read from copies in bf16: half the bytes of what is bound by memory. Copies
   * are compared with the arrays before and after, in parts with every use, and refused where they differ.
   */
  fixed(arrays: readonly Real[]): <T>(body: () => T) => T;
  /** memory of its own for scratch, which stays taken; absent where `allocate` or an ArrayBuffer is as good */
  slab?(bytes: number): Slab;
  /** memory for large arrays, aligned to whole pages, with arbitrary contents; absent: an ArrayBuffer is as good */
  allocate?(bytes: number): ArrayBuffer;
}

/** A stretch of a buffer. */
export interface Slab {
  buffer: ArrayBufferLike;
  /** bytes from its beginning */
  offset: number;
}

/** The kernels of cells and other layers, which come with the layer where no engine has them: the portable one is then as small as what is used. */
export type LayerKernel =
  | `${'rnn' | 'deepRnn' | 'lstm' | 'gru'}${'Forward' | 'Backward'}`
  | `moments${'Rnn' | 'DeepRnn' | 'Lstm' | 'Gru'}${'Forward' | 'Backward'}`
  | `${'nade' | 'attention' | 'transfer'}${'Forward' | 'Backward'}`;

/** An engine without those. */
export type CommonEngine = Omit<Engine, LayerKernel>;
