/** Attention of a decoder's steps over the positions of a memory. Conventions: kernels.ts. */

import type { Real } from '../../tensor/dtype.ts';

interface Attention {
  /** queries of a row: steps of a decoder, or hypotheses of one step */
  T: number;
  B: number;
  /** positions of the memory */
  S: number;
  /** width of queries and keys */
  K: number;
  /** width of the memory */
  E: number;
  /** [B], the last position of each row that counts, in 0 .. S-1; what lies behind it is not read */
  last: Int32Array;
  /** [T, B, K] */
  query: Real;
  /** [K], absent: scores are products */
  v?: Real;
}

/**
 * score_ts = v · tanh(query_t + key_s), without v query_t · key_s; weights_t = softmax over s <= last of score_t, 0 behind;
 * context_t = Σ_s weights_ts memory_s,
 * of keys and memory of the column that a row reads.
 */
export interface AttentionForward extends Attention {
  /** columns of the memory, of which several rows may read one */
  C: number;
  /** [B], the column that each row reads, in 0 .. C-1 */
  columns: Int32Array;
  /**
   * of additive scores: tanh(q + k) = 1 - 2 / (1 + e^2q e^2k) by exponentials that are taken once of each query and key, where both lie within
   * ±20; a compiled kernel needs a third of the time, and errs by 1e-7 of one where it errs by as much of tanh otherwise. Default false.
   */
  factored?: boolean;
  /** [S, C, K], may be `memory` */
  keys: Real;
  /** [S, C, E] */
  memory: Real;
  /** [T, B, S], keep */
  weights: Real;
  /** [T, B, E] */
  context: Real;
}

/** Gradients of {@link AttentionForward} where row b reads column b. Steps whose dContext and dWeights are 0 add nothing, whatever they hold. */
export interface AttentionBackward extends Attention {
  /** [S, B, K], may be `memory` */
  keys: Real;
  /** [S, B, E] */
  memory: Real;
  /** [T, B, S] of the forward call */
  weights: Real;
  /** [T, B, S], absent: 0 */
  dWeights?: Real;
  /** [T, B, E] */
  dContext: Real;
  /** [T, B, K], absent: not wanted, as below */
  dQuery?: Real;
  /** [S, B, K] */
  dKeys?: Real;
  /** [S, B, E] */
  dMemory?: Real;
  /** [K] */
  dv?: Real;
}
